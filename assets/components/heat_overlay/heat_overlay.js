// A picture with colours over it that show how much each pixel counts for a class. The opacity changes here, in the browser.
import { showScale } from "../../lib/colours.js";
import { make, pixelUnder } from "../../lib/dom.js";
import { bytesOf, inTwoDigits } from "../../lib/numbers.js";
import { offerSaving } from "../../lib/saving.js";

const opacities = new WeakMap();
const NOT_FINITE = 255; // the byte of a pixel whose heat is not finite

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".overlays");
  offerSaving(root);
  const [slider, output] = [root.querySelector("input"), root.querySelector("output")];
  if (opacities.has(parentElement)) slider.value = opacities.get(parentElement);

  const panels = data.panels.map((panel) => drawn(panel, data, root.querySelector(".readout")));
  root.querySelector(".panels").replaceChildren(...panels);
  const heats = panels.map((panel) => panel.querySelector("img + img"));
  slider.oninput = () => {
    opacities.set(parentElement, slider.value);
    output.textContent = `${slider.value} %`;
    for (const heat of heats) heat.style.opacity = slider.value / 100;
  };
  slider.oninput();

  showScale(root.querySelector(".scale"), data.ends[0], data.ends[1], data.colours);
}

function drawn({ title, note, heat, values, low, high, alt }, { picture, width, rows, columns, unit }, readout) {
  const figure = make("figure");
  figure.style.setProperty("--width", `${width}px`);
  const layers = Object.assign(make("div", "", "layers"), { role: "img", ariaLabel: alt });
  layers.append(...[picture, heat].map((src) => Object.assign(make("img"), { src, alt: "" })));
  // One byte per pixel, from the low to the high end: exact enough, and small.
  const bytes = bytesOf(values);
  layers.onpointermove = (event) => {
    const [row, column] = pixelUnder(event, layers, rows, columns);
    const byte = bytes[row * columns + column];
    const value = low + ((high - low) * byte) / (NOT_FINITE - 1);
    const words = byte === NOT_FINITE ? "no finite number" : `about ${inTwoDigits(value)} ${unit}`;
    readout.textContent = `${title}: row ${row + 1}, column ${column + 1}: ${words}`;
  };
  layers.onpointerleave = () => (readout.textContent = "");
  figure.append(make("figcaption", title), layers, ...(note ? [make("p", note)] : []));
  return figure;
}
