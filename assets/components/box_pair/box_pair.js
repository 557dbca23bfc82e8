// Two boxes on a picture to drag, and how much they overlap, with the arithmetic. All of it happens here; the tests
// compare it with visualizer/data/boxes.py.
import { addSvg, arrowStep, make, makeRow, writeCaption } from "../../lib/dom.js";
import { inDecimals, within } from "../../lib/numbers.js";
import { drawBox, drawPicture } from "../../lib/picture_marks.js";
import { offerSaving } from "../../lib/saving.js";
import { remembering } from "../../lib/views.js";

const NAMES = ["Truth", "Answer"];
const KINDS = ["truth", "answer"];
const FIELDS = ["left", "top", "width", "height"];
const LEAST = 1; // pixel of height and width
const CORNER = 1.7; // pixels of the picture
const GRIP = 4; // of what a finger takes hold of

// The boxes stay where they were put until another picture comes.
/** @type {ReturnType<typeof remembering<{ boxes: number[][] }>>} */
const kept = remembering((data) => ({ boxes: structuredClone(data.boxes) }));

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".box-pair");
  offerSaving(root);
  const svg = root.querySelector(".marked");
  const [height, width] = data.size;
  const { boxes } = kept(parentElement, JSON.stringify([data.picture.length, data.boxes]), data);

  writeCaption(root.querySelector("figcaption"), data.caption);
  svg.setAttribute("aria-label", "The picture with two boxes to move");
  drawPicture(svg, data.picture, data.size);
  addStripes(svg);
  const shared = addSvg(svg, "rect", { class: "shared" });
  const drawn = boxes.map((_, index) => parts(index));
  const inputs = boxes.map((_, index) => fields(index));
  root.querySelector("tbody").replaceChildren(...inputs.map(({ row }) => row));
  draw();

  function parts(index) {
    const line = drawBox(svg, [0, 0, 1, 1], KINDS[index]);
    const inside = addSvg(svg, "rect", { class: "inside", tabindex: 0, role: "application" });
    const corners = [0, 1, 2, 3].map(() =>
      addSvg(svg, "rect", { class: `corner ${KINDS[index]}`, width: CORNER, height: CORNER }),
    );
    const grips = [0, 1, 2, 3].map((at) => {
      const direction = at === 0 || at === 3 ? "falling" : "rising";
      return addSvg(svg, "rect", { class: `grip ${direction}`, width: GRIP, height: GRIP });
    });
    dragged(inside, index, (box, dx, dy) => place(index, [box[0] + dx, box[1] + dy, box[2], box[3]]));
    grips.forEach((grip, at) =>
      dragged(grip, index, (box, dx, dy) => {
        const [left, top, right, bottom] = cornersOf(box);
        const across = at % 2 ? [left, Math.max(right + dx, left + LEAST)] : [Math.min(left + dx, right - LEAST), right];
        const along = at > 1 ? [top, Math.max(bottom + dy, top + LEAST)] : [Math.min(top + dy, bottom - LEAST), bottom];
        const [x0, x1] = across.map((value) => within(value, 0, width));
        const [y0, y1] = along.map((value) => within(value, 0, height));
        place(index, [x0, y0, x1 - x0, y1 - y0]);
      }),
    );
    inside.onkeydown = (event) => {
      const [down, right] = arrowStep(event) ?? [0, 0];
      if (!down && !right) return;
      const [left, top, wide, high] = boxes[index];
      place(index, event.shiftKey ? [left, top, wide + right, high + down] : [left + right, top + down, wide, high]);
    };
    return { line, rim: line.previousElementSibling, inside, corners, grips };
  }

  function dragged(element, index, move) {
    let from;
    element.onpointerdown = (event) => {
      element.setPointerCapture(event.pointerId);
      from = { x: event.clientX, y: event.clientY, box: boxes[index] };
    };
    element.onpointermove = (event) => {
      if (!from || !element.hasPointerCapture(event.pointerId)) return;
      const scale = width / svg.getBoundingClientRect().width;
      move(from.box, Math.round((event.clientX - from.x) * scale), Math.round((event.clientY - from.y) * scale));
    };
    element.onlostpointercapture = () => (from = undefined);
  }

  function fields(index) {
    const head = document.createDocumentFragment();
    const key = addSvg(head, "svg", { viewBox: "0 0 26 10", "aria-hidden": "true" });
    addSvg(key, "path", { class: `line ${KINDS[index]}`, d: "M0 5h26" });
    head.append(NAMES[index]);
    const all = FIELDS.map((field, at) => {
      const input = Object.assign(make("input", "", "control"), { type: "number", step: "1", min: at > 1 ? "1" : "0" });
      input.setAttribute("aria-label", `${NAMES[index]}: ${field} in pixels`);
      input.max = String(at % 2 ? height : width);
      // While somebody types, an empty field changes nothing; when they leave it, it shows what holds.
      input.oninput = () => {
        const value = Math.round(input.valueAsNumber);
        if (Number.isFinite(value)) place(index, boxes[index].with(at, value), input);
      };
      input.onchange = () => draw();
      return input;
    });
    return { row: makeRow(head, ...all), all };
  }

  /** @param {number} index @param {number[]} box @param {Element} [typed] */
  function place(index, [left, top, wide, high], typed) {
    const w = within(wide, LEAST, width);
    const h = within(high, LEAST, height);
    boxes[index] = [within(left, 0, width - w), within(top, 0, height - h), w, h];
    draw(typed);
  }

  function draw(typed) {
    boxes.forEach((box, index) => {
      const [left, top, right, bottom] = cornersOf(box);
      const { line, rim, inside, corners, grips } = drawn[index];
      for (const element of [line, rim, inside]) setRect(element, left, top, box[2], box[3]);
      for (const [elements, side] of /** @type {[Element[], number][]} */ ([[corners, CORNER], [grips, GRIP]])) {
        elements.forEach((element, at) => {
          setRect(element, (at % 2 ? right : left) - side / 2, (at > 1 ? bottom : top) - side / 2, side, side);
        });
      }
      const words = FIELDS.map((field, at) => `${field} ${box[at]}`).join(", ");
      inside.setAttribute("aria-label", `${NAMES[index]}: ${words}. Arrow keys move it, with Shift they change its size.`);
      inputs[index].all.forEach((input, at) => {
        if (input !== typed) input.value = String(box[at]);
      });
    });
    write();
  }

  function write() {
    const [one, other] = boxes.map(cornersOf);
    const spans = [0, 1].map((axis) => {
      const low = Math.max(one[axis], other[axis]);
      const high = Math.min(one[axis + 2], other[axis + 2]);
      return { low, high, length: Math.max(high - low, 0) };
    });
    const both = spans[0].length * spans[1].length;
    const [first, second] = boxes.map((box) => box[2] * box[3]);
    const either = first + second - both;
    spans.forEach(({ low, high, length }, axis) => {
      const ends = `min(${one[axis + 2]}, ${other[axis + 2]}) − max(${one[axis]}, ${other[axis]}) = ${high} − ${low}`;
      root.querySelector(axis ? ".y" : ".x").textContent =
        high > low ? `${ends} = ${length}` : `${ends}: not above 0, so 0`;
    });
    root.querySelector(".both").textContent = `${spans[0].length} · ${spans[1].length} = ${both} pixels`;
    root.querySelector(".either").textContent =
      `${product(boxes[0])} + ${product(boxes[1])} − ${both} = ${either} pixels`;
    const iou = both / either;
    root.querySelector(".iou").textContent = `${both} / ${either} = ${inDecimals(iou, 3)}`;
    const enough = inDecimals(data.enough, 2);
    root.querySelector(".verdict").textContent =
      iou >= data.enough
        ? `✓ At ${enough} or more, the answer counts as right.`
        : `✗ Below ${enough}, the answer counts as wrong.`;
    setRect(shared, spans[0].low, spans[1].low, spans[0].length, spans[1].length);
  }
}

/** Left, top, right and bottom. @type {(box: number[]) => number[]} */
const cornersOf = ([left, top, width, height]) => [left, top, left + width, top + height];

/** @type {(box: number[]) => string} */
const product = (box) => `${box[2]} · ${box[3]}`;

/** @type {(rect: Element, x: number, y: number, width: number, height: number) => void} */
function setRect(rect, x, y, width, height) {
  for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, String(value));
}

/** The pattern of what both boxes cover. @param {Element} svg */
function addStripes(svg) {
  const pattern = addSvg(svg, "pattern", {
    id: "stripes",
    width: 2,
    height: 2,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  });
  addSvg(pattern, "rect", { width: 2, height: 2, fill: "#0072b2", "fill-opacity": 0.55 });
  addSvg(pattern, "rect", { width: 0.8, height: 2, fill: "#fff", "fill-opacity": 0.75 });
}
