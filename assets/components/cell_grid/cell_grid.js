// A picture under a grid of cells, and what the cell under the pointer has to answer. The server wrote every sentence;
// `cell_grid` in visualizer/ui/concepts/cell_grid.py says what arrives.
import { addSvg, Announcer, arrowStep, make, pixelUnder, writeCaption } from "../../lib/dom.js";
import { clamp } from "../../lib/numbers.js";
import { drawBox, drawPicture } from "../../lib/picture_marks.js";
import { offerSaving } from "../../lib/saving.js";
import { remembering } from "../../lib/views.js";

const RADIUS = 1.1; // of a dot, pixels of the picture

const kept = remembering(({ cells }) => ({ place: [cells[0].row, cells[0].column] }));

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".cell-grid");
  offerSaving(root);
  const svg = root.querySelector(".marked");
  const { size, side, cells, objects } = data;
  const [height, width] = size;
  const cell = [height / side, width / side];
  const state = kept(parentElement, data.start, data);
  const live = new Announcer(root.querySelector(".live"));

  writeCaption(root.querySelector("figcaption"), data.caption);
  /** @type {(place: number[]) => any} */
  const at = ([row, column]) => cells.find((one) => one.row === row && one.column === column);

  function draw() {
    const [row, column] = state.place;
    const here = at(state.place);
    drawPicture(svg, data.picture, size);
    const corner = (r, c) => ({ x: c * cell[1], y: r * cell[0], width: cell[1], height: cell[0] });
    for (const one of cells) addSvg(svg, "rect", { class: "owning", ...corner(one.row, one.column) });
    const lines = Array.from({ length: side - 1 }, (_, index) => index + 1);
    const d = lines.map((n) => `M0 ${n * cell[0]}H${width}M${n * cell[1]} 0V${height}`).join("");
    for (const name of ["wire-rim", "wire"]) addSvg(svg, "path", { class: name, d });
    objects.forEach(({ corners, lost }, index) => {
      if (index !== here?.owner) drawBox(svg, corners, `object ${lost ? "lost" : ""}`);
    });
    if (here) reach(here);
    objects.forEach(({ center, lost }) => {
      addSvg(svg, "circle", { class: `center ${lost ? "lost" : ""}`, cx: center[0], cy: center[1], r: RADIUS });
    });
    drawBox(svg, [column * cell[1], row * cell[0], (column + 1) * cell[1], (row + 1) * cell[0]], "frame");

    const words = `Row ${row + 1}, column ${column + 1}: ${here ? here.words : data.empty}`;
    root.querySelector(".words").textContent = words;
    root.querySelector(".sums").replaceChildren(...(here?.sums ?? []).map((sum) => make("li", sum)));
    svg.setAttribute("aria-label", `${data.caption.join(", ")}. Arrow keys choose a cell. ${words}`);
  }

  // From the cell's middle to the four edges of its object's box.
  function reach(here) {
    const { corners } = objects[here.owner];
    drawBox(svg, corners, "owned");
    const [x, y] = [(here.column + 0.5) * cell[1], (here.row + 0.5) * cell[0]];
    const d = `M${corners[0]} ${y}H${corners[2]}M${x} ${corners[1]}V${corners[3]}`;
    for (const name of ["reach-rim", "reach"]) addSvg(svg, "path", { class: name, d });
  }

  function go(place) {
    if (place[0] === state.place[0] && place[1] === state.place[1]) return;
    state.place = place;
    draw();
  }

  svg.onpointermove = (event) => go(pixelUnder(event, svg, side, side));
  svg.onpointerdown = (event) => go(pixelUnder(event, svg, side, side));
  svg.onkeydown = (event) => {
    const step = arrowStep(event);
    if (!step) return;
    go(state.place.map((place, axis) => clamp(place + step[axis], side)));
    live.say(root.querySelector(".words").textContent);
  };
  draw();
  return () => live.end();
}
