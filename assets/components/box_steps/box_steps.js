// Boxes on pictures that change from step to step, with words and numbers, and a slider over the steps. The server
// computed every step; `box_steps` in visualizer/ui/concepts/box_steps.py says what arrives.
import { addSvg, make, makeRow, writeCaption } from "../../lib/dom.js";
import { clamp } from "../../lib/numbers.js";
import { drawBox, drawPicture, drawTag } from "../../lib/picture_marks.js";
import { offerSaving } from "../../lib/saving.js";
import { StepPlayer } from "../../lib/transport.js";
import { remembering } from "../../lib/views.js";

const PLAYED_EVERY = 1500; // milliseconds
const CURVE = { width: 330, height: 230, left: 46, right: 12, top: 26, bottom: 40 };

const kept = remembering(({ shown }) => ({ place: shown }));

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".box-steps");
  offerSaving(root);
  const { pictures, steps, size } = data;
  const state = kept(parentElement, data.start, data);
  root.classList.toggle("with-curve", Boolean(data.curve));

  const row = root.querySelector(".transport");
  row.replaceChildren();
  row.setAttribute("aria-label", data.title);
  row.hidden = steps.length === 1;
  const player = new StepPlayer(row, PLAYED_EVERY, show);
  player.setRange(data.title, steps.length);

  const drawings = pictures.map(() => {
    const figure = make("figure");
    const svg = addSvg(figure, "svg", { class: "marked", role: "img" });
    const caption = make("figcaption");
    figure.prepend(caption);
    return { figure, svg, caption };
  });
  root.querySelector(".pictures").replaceChildren(...drawings.map(({ figure }) => figure));
  const dot = data.curve && drawCurve(root.querySelector(".curve"), data.curve);
  show(clamp(state.place, steps.length));
  return () => player.stop();

  function show(place) {
    state.place = place;
    const step = steps[place];
    player.showPlace(place, step.name);
    root.querySelector(".words").textContent = step.words;
    pictures.forEach(({ sources, title }, index) => {
      const { svg, caption } = drawings[index];
      const note = step.notes[index] ?? "";
      writeCaption(caption, [title, note]);
      svg.setAttribute("aria-label", `${title} ${note}. ${step.words}`);
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
}

/** @type {(row: { head: string, cells: string[], state: string }) => HTMLElement} */
function rowOf({ head, cells, state }) {
  const row = makeRow(head, ...cells);
  row.className = state;
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
