// The scores of the classes at one pixel, computed here from the numbers that the last layer reads there.
// `pixel_scores` in visualizer/ui/concepts/pixel_scores.py says what arrives.
import { addSvg, Announcer, arrowStep, make, makeButton, makeRow, pixelUnder, writeCaption } from "../../lib/dom.js";
import { bytesOf, clamp, inFourDigits, total } from "../../lib/numbers.js";
import { drawBox, drawPicture } from "../../lib/picture_marks.js";
import { offerSaving } from "../../lib/saving.js";
import { remembering } from "../../lib/views.js";

/** @type {ReturnType<typeof remembering<{ place: number[], chosen: number | null }>>} */
const kept = remembering(({ place }) => ({ place, chosen: null }));

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".pixel-scores");
  offerSaving(root);
  const svgs = [...root.querySelectorAll(".marked")];
  const { size, names, weights, bias } = data;
  const [height, width] = size;
  const features = new Float32Array(bytesOf(data.features).buffer);
  const state = kept(parentElement, data.start, data);
  const live = new Announcer(root.querySelector(".live"));
  let shown = state.place;

  root.querySelectorAll("figcaption").forEach((caption, index) => writeCaption(caption, data.captions[index]));
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
  const rows = buttons.map((button) => makeRow(button, "", ""));
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
      makeRow(String(map + 1), inFourDigits(numbers[map]), `× ${inFourDigits(weights[about][map])}`, `= ${inFourDigits(product)}`),
    );
    const last = makeRow("score", "", "", `= ${inFourDigits(scores[about])}`);
    last.className = "total";
    root.querySelector(".sum tbody").replaceChildren(...sums, makeRow("bias", "", "", inFourDigits(bias[about])), last);
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
      live.say(root.querySelector(".words").textContent);
    };
  }
  draw();
  return () => live.end();
}
