// Codes of two numbers as a map, and a ring to drag over it: beside it is what the decoder draws of the code there. All
// pictures came with the page, one for each place of a grid, so that the picture follows the hand.
import { addSvg, arrowStep, onWidth, shareUnder } from "../../lib/dom.js";
import { clamp, inTwoDigits } from "../../lib/numbers.js";
import { offerSaving } from "../../lib/saving.js";

const LEFT = 44;
const BOTTOM = 40;
const TOP = 8;
const RIGHT = 8;
const FAST = 5; // places that a key moves the ring with Shift

/** Where the ring is, [row, column], by the element it is drawn in: it stays when the page is drawn again. */
const places = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".latent-map");
  offerSaving(root);
  const svg = root.querySelector("svg");
  const picture = root.querySelector(".picture");
  const readout = root.querySelector(".readout");
  const { side, low, high, points, names, colors } = data;
  let [row, column] = places.get(parentElement) ?? [(side - 1) / 2, (side - 1) / 2];
  let width = 0;
  let marks;

  picture.style.aspectRatio = `${data.width} / ${data.height}`;
  picture.style.backgroundImage = `url(${data.sheet})`;
  picture.style.backgroundSize = `${side * 100}% ${side * 100}%`;
  svg.setAttribute("aria-label", "The code that is drawn, on the map of codes");
  svg.setAttribute("aria-valuemin", 1);
  svg.setAttribute("aria-valuemax", side * side);

  const inner = () => [width - LEFT - RIGHT, height() - TOP - BOTTOM];
  const height = () => width - LEFT - RIGHT + TOP + BOTTOM;
  const across = (x) => LEFT + ((x - low[0]) / (high[0] - low[0])) * inner()[0];
  const down = (y) => TOP + ((high[1] - y) / (high[1] - low[1])) * inner()[1];
  const code = () => [
    low[0] + (column / (side - 1)) * (high[0] - low[0]),
    high[1] - (row / (side - 1)) * (high[1] - low[1]),
  ];

  function draw() {
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height()}`);
    svg.setAttribute("height", height());
    const [wide, tall] = inner();
    for (const axis of [0, 1]) {
      for (const tick of data.ticks[axis]) {
        const along = axis ? down(tick) : across(tick);
        addSvg(svg, "path", { class: "axis", d: axis ? `M${LEFT} ${along}h${wide}` : `M${along} ${TOP}v${tall}` });
        const at = axis ? { x: LEFT - 6, y: along + 4, "text-anchor": "end" } : { x: along, y: TOP + tall + 16, "text-anchor": "middle" };
        addSvg(svg, "text", at, inTwoDigits(tick));
      }
    }
    addSvg(svg, "rect", { class: "edge", x: LEFT, y: TOP, width: wide, height: tall });
    addSvg(svg, "text", { x: LEFT + wide / 2, y: height() - 6, "text-anchor": "middle" }, "first number of the code");
    const second = { x: 12, y: TOP + tall / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${TOP + tall / 2})` };
    addSvg(svg, "text", second, "second number of the code");
    for (const [x, y, label] of points) {
      addSvg(svg, "text", { class: "dot", x: across(x), y: down(y) + 4, style: `fill: ${colors[label]}` }, data.letters[label]);
    }
    marks = [addSvg(svg, "circle", { class: "halo", r: 11 }), addSvg(svg, "circle", { class: "ring", r: 11 })];
    move();
  }

  function move() {
    places.set(parentElement, [row, column]);
    const [x, y] = code();
    for (const mark of marks ?? []) {
      mark.setAttribute("cx", across(x));
      mark.setAttribute("cy", down(y));
    }
    const share = (place) => `${(100 * place) / (side - 1)}%`;
    picture.style.backgroundPosition = `${share(column)} ${share(row)}`;
    const nearest = points.reduce((best, point) =>
      Math.hypot(point[0] - x, point[1] - y) < Math.hypot(best[0] - x, best[1] - y) ? point : best,
    );
    const words = `Code ${inTwoDigits(x)}, ${inTwoDigits(y)}. The nearest test picture is of the class ${names[nearest[2]]}.`;
    readout.textContent = words;
    picture.setAttribute("aria-label", `The picture of the code ${inTwoDigits(x)}, ${inTwoDigits(y)}.`);
    svg.setAttribute("aria-valuenow", row * side + column + 1);
    svg.setAttribute("aria-valuetext", words);
  }

  svg.onpointerdown = (event) => {
    svg.setPointerCapture(event.pointerId);
    root.classList.add("dragging");
    svg.onpointermove(event);
    svg.focus({ preventScroll: true });
  };
  svg.onpointermove = (event) => {
    if (!svg.hasPointerCapture(event.pointerId)) return;
    const [downShare, rightShare] = shareUnder(event, svg);
    const [wide, tall] = inner();
    row = clamp(Math.round(((downShare * height() - TOP) / tall) * (side - 1)), side);
    column = clamp(Math.round(((rightShare * width - LEFT) / wide) * (side - 1)), side);
    move();
  };
  svg.onlostpointercapture = () => root.classList.remove("dragging");
  svg.onkeydown = (event) => {
    const step = arrowStep(event);
    if (!step) return;
    const far = event.shiftKey ? FAST : 1;
    row = clamp(row + far * step[0], side);
    column = clamp(column + far * step[1], side);
    move();
  };

  move();
  return onWidth(root.querySelector(".map"), (now) => {
    width = now;
    draw();
  });
}
