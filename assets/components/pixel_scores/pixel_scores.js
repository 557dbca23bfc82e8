// The scores of the classes at one pixel, computed here from the numbers that the last layer reads there.
// `pixel_scores` in visualizer/ui/concepts/pixel_scores.py says what arrives.
import { addSvg, arrowStep, make, makeButton, pixelUnder } from "../../lib/dom.js";
import { bytesOf, clamp, inFourDigits, total } from "../../lib/numbers.js";
import { drawBox, drawPicture } from "../../lib/picture_marks.js";

const SETTLED_AFTER = 250; // milliseconds without a further arrow key

/** @type {WeakMap<Element, { start: string, place: number[], chosen: number | null }>} */
const kept = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".pixel-scores");
  const svgs = [...root.querySelectorAll(".marked")];
  const { size, names, weights, bias } = data;
  const [height, width] = size;
  const features = new Float32Array(bytesOf(data.features).buffer);
  if (kept.get(parentElement)?.start !== data.start) {
    kept.set(parentElement, { start: data.start, place: data.place, chosen: null });
  }
  const state = kept.get(parentElement);
  let shown = state.place;
  let waiting;

  root.querySelectorAll("figcaption").forEach((caption, index) => {
    const [name, note] = data.captions[index];
    caption.replaceChildren(make("strong", name), "  ", make("span", note));
  });
  const frames = svgs.map((svg, index) => {
    drawPicture(svg, data.pictures[index], size);
    return addSvg(svg, "g");
  });
  const buttons = names.map((name, label) => {
    const button = makeButton("", "control boxed", () => choose(label));
    const swatch = make("i");
    swatch.style.background = data.colours[label];
    button.append(swatch, name);
    return button;
  });
  const rows = buttons.map((button) => {
    const row = make("tr");
    const head = Object.assign(make("th"), { scope: "row" });
    head.append(button);
    row.append(head, make("td"), make("td"));
    return row;
  });
  root.querySelector(".classes tbody").replaceChildren(...rows);

  function draw() {
    const [row, column] = shown;
    frames.forEach((frame) => {
      frame.replaceChildren();
      drawBox(frame, [column, row, column + 1, row + 1], "answer");
    });
    const numbers = weights[0].map((_, map) => features[(map * height + row) * width + column]);
    const products = weights.map((of) => of.map((weight, map) => weight * numbers[map]));
    const scores = products.map((of, label) => total(of) + bias[label]);
    const best = scores.indexOf(Math.max(...scores));
    const powers = scores.map((score) => Math.exp(score - scores[best]));
    const about = state.chosen ?? best;
    rows.forEach((line, label) => {
      line.className = label === best ? "best" : "";
      line.children[1].textContent = inFourDigits(scores[label]);
      line.children[2].textContent = `${((100 * powers[label]) / total(powers)).toFixed(1)} %`;
      buttons[label].setAttribute("aria-pressed", String(label === about));
    });
    const words = `Row ${row + 1}, column ${column + 1}: the largest score is that of “${names[best]}”.`;
    root.querySelector(".words").textContent = `${words} The sum is the score of “${names[about]}”.`;
    const sums = products[about].map((product, map) =>
      line(String(map + 1), inFourDigits(numbers[map]), `× ${inFourDigits(weights[about][map])}`, `= ${inFourDigits(product)}`),
    );
    const last = line("score", "", "", `= ${inFourDigits(scores[about])}`);
    last.className = "total";
    root.querySelector(".sum tbody").replaceChildren(...sums, line("bias", "", "", inFourDigits(bias[about])), last);
    svgs.forEach((svg, index) => {
      svg.setAttribute("aria-label", `${data.captions[index].join(", ")}. Arrow keys choose a pixel. ${words}`);
    });
  }

  function choose(label) {
    state.chosen = state.chosen === label ? null : label;
    draw();
  }

  function show(place) {
    shown = place;
    draw();
  }

  function stay(place) {
    state.place = place;
    show(place);
  }

  for (const svg of svgs) {
    svg.onpointermove = (event) => show(pixelUnder(event, svg, height, width));
    svg.onpointerleave = () => show(state.place);
    svg.onclick = (event) => stay(pixelUnder(event, svg, height, width));
    svg.onkeydown = (event) => {
      const step = arrowStep(event);
      if (!step) return;
      stay([clamp(state.place[0] + step[0], height), clamp(state.place[1] + step[1], width)]);
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        root.querySelector(".live").textContent = root.querySelector(".words").textContent;
      }, SETTLED_AFTER);
    };
  }
  draw();
  return () => clearTimeout(waiting);
}

/** A row of a table. @type {(head: string, ...cells: string[]) => HTMLElement} */
function line(head, ...cells) {
  const row = make("tr");
  row.append(Object.assign(make("th", head), { scope: "row" }), ...cells.map((cell) => make("td", cell)));
  return row;
}
