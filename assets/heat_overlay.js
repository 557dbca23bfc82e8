// A picture with colours over it that say how much each pixel speaks for a class. The opacity changes here, in the browser.
const opacities = new WeakMap();
const NOT_FINITE = 255; // the byte of a pixel whose heat is no finite number

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".overlays");
  const [slider, output] = [root.querySelector("input"), root.querySelector("output")];
  if (opacities.has(parentElement)) slider.value = opacities.get(parentElement);

  const panels = data.panels.map((panel) => drawn(panel, data, root.querySelector(".told")));
  root.querySelector(".panels").replaceChildren(...panels);
  const heats = panels.map((panel) => panel.querySelector("img + img"));
  slider.oninput = () => {
    opacities.set(parentElement, slider.value);
    output.textContent = `${slider.value} %`;
    for (const heat of heats) heat.style.opacity = slider.value / 100;
  };
  slider.oninput();

  root.querySelector(".scale i").style.background = `linear-gradient(to right, ${data.colours.join(", ")})`;
  [root.querySelector(".low").textContent, root.querySelector(".high").textContent] = data.ends;
}

function drawn({ title, note, heat, values, low, high, alt }, { picture, width, rows, columns, unit }, told) {
  const figure = document.createElement("figure");
  figure.style.setProperty("--width", `${width}px`);
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  const layers = document.createElement("div");
  layers.className = "layers";
  layers.setAttribute("role", "img");
  layers.setAttribute("aria-label", alt);
  for (const source of [picture, heat]) {
    const image = document.createElement("img");
    image.src = source;
    image.alt = "";
    layers.append(image);
  }
  // One byte a pixel, from the low to the high end: enough to tell, and small.
  const bytes = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
  layers.onpointermove = (event) => {
    const box = layers.getBoundingClientRect();
    const [row, column] = [
      Math.min(Math.floor(((event.clientY - box.top) / box.height) * rows), rows - 1),
      Math.min(Math.floor(((event.clientX - box.left) / box.width) * columns), columns - 1),
    ];
    const byte = bytes[row * columns + column];
    const value = low + ((high - low) * byte) / (NOT_FINITE - 1);
    const words = byte === NOT_FINITE ? "no finite number" : `about ${shown(value)} ${unit}`;
    told.textContent = `${title}: row ${row + 1}, column ${column + 1}: ${words}`;
  };
  layers.onpointerleave = () => (told.textContent = "");
  const grey = document.createElement("p");
  grey.textContent = note;
  figure.append(caption, layers, ...(note ? [grey] : []));
  return figure;
}

function shown(value) {
  return (value === 0 ? "0" : value.toPrecision(2)).replace("-", "−");
}
