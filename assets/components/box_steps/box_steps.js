// Boxes on pictures that change from step to step, with words and numbers, and a slider over the steps. The server
// computed every step; `box_steps` in visualizer/ui/concepts/box_steps.py says what arrives.
import { addSvg, make } from "../../lib/dom.js";
import { clamp } from "../../lib/numbers.js";
import { drawBox, drawPicture, drawTag } from "../../lib/picture_marks.js";
import { Transport } from "../../lib/transport.js";

const PLAYED_EVERY = 1500; // milliseconds
const CURVE = { width: 330, height: 230, left: 46, right: 12, top: 26, bottom: 40 };

/** @type {WeakMap<Element, { start: string, place: number }>} */
const kept = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".box-steps");
  const { pictures, steps, size } = data;
  if (kept.get(parentElement)?.start !== data.start) kept.set(parentElement, { start: data.start, place: data.shown });
  const state = kept.get(parentElement);
  root.classList.toggle("with-curve", Boolean(data.curve));

  const row = root.querySelector(".transport");
  row.replaceChildren();
  row.setAttribute("aria-label", data.title);
  row.hidden = steps.length === 1;
  let timer;
  const transport = new Transport(row, { go, toggle: () => (timer ? pause() : play()) });
  transport.setRange(data.title, steps.length);

  const drawings = pictures.map(({ title }) => {
    const figure = make("figure");
    const svg = addSvg(figure, "svg", { class: "marked", role: "img" });
    const note = make("span");
    const caption = make("figcaption");
    caption.append(make("strong", title), "  ", note);
    figure.prepend(caption);
    return { figure, svg, note };
  });
  root.querySelector(".pictures").replaceChildren(...drawings.map(({ figure }) => figure));
  const dot = data.curve && drawCurve(root.querySelector(".curve"), data.curve);
  show(clamp(state.place, steps.length));
  return pause;

  function show(place) {
    state.place = place;
    const step = steps[place];
    transport.showPlace(place, step.name);
    root.querySelector(".words").textContent = step.words;
    pictures.forEach(({ sources }, index) => {
      const { svg, note } = drawings[index];
      note.textContent = step.notes[index] ?? "";
      svg.setAttribute("aria-label", `${pictures[index].title} ${note.textContent}. ${step.words}`);
      drawPicture(svg, sources[Math.min(place, sources.length - 1)], size);
      const here = data.boxes.map((box, at) => ({ ...box, state: step.states[at] })).filter((box) => box.picture === index);
      for (const { corners, state: name } of here) if (name !== "gone") drawBox(svg, corners, name);
      for (const { corners, label, state: name } of here) {
        if (name === "gone" || !label) continue;
        drawTag(svg, corners, label, data.letters, size[1]);
        for (const element of [...svg.children].slice(-2)) element.classList.add(name);
      }
    });
    root.querySelector("tbody").replaceChildren(...step.rows.map(rowOf));
    if (dot) dot(place, step.words);
  }

  function go(to) {
    pause();
    show(clamp(to, steps.length));
  }

  function play() {
    if (state.place === steps.length - 1) show(0);
    transport.showPlaying(true);
    timer = setInterval(() => {
      show(state.place + 1);
      if (state.place === steps.length - 1) pause();
    }, PLAYED_EVERY);
  }

  function pause() {
    clearInterval(timer);
    timer = undefined;
    transport.showPlaying(false);
  }
}

/** @type {(row: { head: string, cells: string[], state: string }) => HTMLElement} */
function rowOf({ head, cells, state }) {
  const row = make("tr", "", state);
  row.append(Object.assign(make("th", head), { scope: "row" }), ...cells.map((cell) => make("td", cell)));
  return row;
}

/** Draw the curve; returns what moves the dot on it. */
function drawCurve(svg, { x, y, names }) {
  const { width, height, left, right, top, bottom } = CURVE;
  const across = (share) => left + share * (width - left - right);
  const down = (share) => top + (1 - share) * (height - top - bottom);
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  for (const share of [0, 0.5, 1]) {
    addSvg(svg, "path", { d: `M${across(share)} ${down(0)}V${down(1)}M${across(0)} ${down(share)}H${across(1)}` });
    addSvg(svg, "text", { x: left - 6, y: down(share) + 4, "text-anchor": "end" }, `${100 * share} %`);
    addSvg(svg, "text", { x: across(share), y: height - 22, "text-anchor": share === 1 ? "end" : "middle" }, `${100 * share} %`);
  }
  addSvg(svg, "text", { x: across(0.5), y: height - 4, "text-anchor": "middle" }, names[0]);
  addSvg(svg, "text", { x: left, y: 14 }, names[1]);
  const points = x.flatMap((share, place) => (y[place] === null ? [] : [`${across(share)} ${down(y[place])}`]));
  addSvg(svg, "path", { class: "line", d: `M${points.join("L")}` });
  const circle = addSvg(svg, "circle", { r: 8 });
  return (place, words) => {
    circle.style.display = y[place] === null ? "none" : "";
    circle.setAttribute("cx", String(across(x[place])));
    circle.setAttribute("cy", String(down(y[place] ?? 0)));
    svg.setAttribute("aria-label", `${names[1]} over ${names[0]}, with a dot at the chosen step. ${words}`);
  };
}
