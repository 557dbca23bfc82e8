// An activation function over its derivative, and a dot to drag along both. Every number was computed by the server;
// the dot moves from one of them to the next.
import { addSvg, onWidth } from "../../lib/dom.js";
import { clamp, filled, inFourDigits } from "../../lib/numbers.js";
import { offerSaving } from "../../lib/saving.js";

const LEFT = 40;
const RIGHT = 12;
const TOP = 26;
const BETWEEN = 34;
const BOTTOM = 26;
const HEIGHTS = [170, 110];

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".activation-dot");
  offerSaving(root);
  const svg = root.querySelector("svg[role=slider]");
  const { low, step, values, slopes, terms, ranges } = data;
  const last = values.length - 1;
  const high = low + last * step;
  // The dot stays where it is when another function is chosen.
  let place = Math.min(+(root.dataset.place ?? Math.round((data.start - low) / step)), last);
  let width = 0;
  let marks;

  root.style.setProperty("--value-color", data.colors[0]);
  root.style.setProperty("--slope-color", data.colors[1]);
  svg.setAttribute("aria-label", `${data.title}: the input x of the dot`);
  svg.setAttribute("aria-valuemin", low);
  svg.setAttribute("aria-valuemax", high);

  const tops = [TOP, TOP + HEIGHTS[0] + BETWEEN];
  const height = tops[1] + HEIGHTS[1] + BOTTOM;
  const across = (x) => LEFT + ((x - low) / (high - low)) * (width - LEFT - RIGHT);
  const up = (plot, y) => tops[plot] + ((ranges[plot][1] - y) / (ranges[plot][1] - ranges[plot][0])) * HEIGHTS[plot];
  const at = (index) => +(low + index * step).toFixed(4);

  function draw() {
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    for (const plot of [0, 1]) {
      for (let x = low; x <= high; x += 2) {
        addSvg(svg, "path", { class: x === 0 ? "axis" : "grid", d: `M${across(x)} ${tops[plot]}v${HEIGHTS[plot]}` });
        if (plot === 1) {
          addSvg(svg, "text", { x: across(x), y: height - 6, "text-anchor": "middle" }, inFourDigits(x));
        }
      }
      for (const y of data.ticks[plot]) {
        addSvg(svg, "path", { class: y === 0 ? "axis" : "grid", d: `M${LEFT} ${up(plot, y)}H${width - RIGHT}` });
        addSvg(svg, "text", { x: LEFT - 6, y: up(plot, y) + 4.5, "text-anchor": "end" }, inFourDigits(y));
      }
      addSvg(svg, "text", { class: "name", x: LEFT, y: tops[plot] - 9 }, data.names[plot]);
      const line = [values, slopes][plot].map((y, index) => `${across(at(index)).toFixed(1)} ${up(plot, y).toFixed(2)}`);
      addSvg(svg, "path", { class: plot ? "slope-line" : "value-line", d: `M${line.join("L")}` });
    }
    marks = {
      guide: addSvg(svg, "path", { class: "guide" }),
      tangent: addSvg(svg, "path", { class: "tangent" }),
      slope: addSvg(svg, "circle", { class: "at-slope", r: 6 }),
      value: addSvg(svg, "circle", { class: "at-value", r: 10 }),
    };
    move();
  }

  function move() {
    root.dataset.place = place;
    const numbers = { x: at(place), y: values[place], a: terms[0]?.[place], b: terms[1]?.[place] };
    const slope = slopes[place];
    const x = across(numbers.x);
    const y = up(0, numbers.y);
    marks.value.setAttribute("cx", x);
    marks.value.setAttribute("cy", y);
    marks.slope.setAttribute("cx", x);
    marks.slope.setAttribute("cy", up(1, slope));
    marks.guide.setAttribute("d", `M${x} ${y}V${up(1, slope)}`);
    // As long on the screen at every slope.
    const perX = (up(0, 0) - up(0, 1)) / (across(1) - across(0));
    const reach = 1.6 / Math.hypot(1, slope * perX);
    const ends = [-1, 1].map((side) => {
      const [floor, ceiling] = ranges[0];
      const room = slope * side > 0 ? ceiling - numbers.y : numbers.y - floor;
      const edge = side > 0 ? high - numbers.x : numbers.x - low;
      const dx = side * Math.min(reach, edge, slope === 0 ? reach : room / Math.abs(slope));
      return [numbers.x + dx, numbers.y + slope * dx];
    });
    marks.tangent.setAttribute("d", `M${ends.map((end) => `${across(end[0])} ${up(0, end[1])}`).join("L")}`);

    const side = numbers.x > 0 ? 1 : 0;
    const written = (texts, results, result) =>
      `= ${filled(texts[side], numbers, inFourDigits)}${results[side] ? ` = ${inFourDigits(result)}` : ""}`;
    root.querySelector(".input").textContent = inFourDigits(numbers.x);
    root.querySelector(".value").textContent = written(data.valueTexts, data.valueResults, numbers.y);
    root.querySelector(".slope").textContent = written(data.slopeTexts, data.slopeResults, slope);
    svg.setAttribute("aria-valuenow", numbers.x);
    svg.setAttribute(
      "aria-valuetext",
      `x = ${inFourDigits(numbers.x)}, f(x) = ${inFourDigits(numbers.y)}, derivative ${inFourDigits(slope)}`,
    );
  }

  function go(to) {
    place = clamp(Math.round(to), last + 1);
    move();
  }

  svg.onpointerdown = (event) => {
    svg.setPointerCapture(event.pointerId);
    root.classList.add("dragging");
    svg.onpointermove(event);
    svg.focus({ preventScroll: true });
  };
  svg.onpointermove = (event) => {
    if (!svg.hasPointerCapture(event.pointerId)) return;
    const box = svg.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    // With the pointer in twentieths: round numbers are easy to hit.
    go(Math.round((share * (high - low)) / 0.05) * (0.05 / step));
  };
  svg.onlostpointercapture = () => root.classList.remove("dragging");
  svg.onkeydown = (event) => {
    const one = Math.round((event.shiftKey ? step : 0.1) / step);
    const unit = Math.round(1 / step);
    const to = {
      ArrowLeft: place - one,
      ArrowDown: place - one,
      ArrowRight: place + one,
      ArrowUp: place + one,
      PageDown: place - unit,
      PageUp: place + unit,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };

  return onWidth(root, (now) => {
    width = now;
    draw();
  });
}
