// The pixels that one unit of a map can see, drawn on the picture for the unit under the pointer. The server computed
// every field; `field_map` in visualizer/ui/concepts/receptive_field_map.py says what arrives.
import { addSvg, arrowStep, shareUnder, writeCaption } from "../../lib/dom.js";
import { clamp, placeAt, shareOf } from "../../lib/numbers.js";

const SETTLED_AFTER = 250; // milliseconds without a further arrow key

function box(parent, name, top, left, height, width) {
  return addSvg(parent, "rect", { class: name, x: left, y: top, width, height });
}

function framed(parent, name, ...place) {
  box(parent, "rim", ...place);
  box(parent, name, ...place);
}

/** @type {(ends: number[], name: string) => string} */
function range([first, last], name) {
  return first === last ? `${name} ${first + 1}` : `${name}s ${first + 1} to ${last + 1}`;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".receptive-field");
  const [picture, map] = root.querySelectorAll("svg");
  const { size, places, margin, fields } = data;
  // An arrow key that the server has not heard of yet counts more than what it sends.
  let chosen = (root.pending ?? data.place).map((part, axis) => placeAt(part, places[axis]));
  let shown = chosen;
  let waiting;

  root.querySelectorAll("figcaption").forEach((caption, index) => {
    const [name, note] = data.captions[index];
    const legend = index === 0 && (margin[0] || margin[1]) ? ", grey: padding" : "";
    writeCaption(caption, [name, note + legend]);
  });
  const single = places[0] * places[1] === 1;
  const hint = "Point at the map, or use the arrow keys; click to choose the unit that is computed with below.";
  root.querySelector(".hint").textContent = single ? data.note : `${hint} ${data.note}`;
  map.setAttribute("aria-label", `${data.captions[1].join(", ")}. Arrow keys choose the unit.`);

  // Padding around the picture as far as a field reaches into it, at most `margin`; the map gets the same room.
  const [height, width] = size;
  const whole = [height + 2 * margin[0], width + 2 * margin[1]];
  for (const svg of [picture, map]) {
    svg.setAttribute("viewBox", `${-margin[1]} ${-margin[0]} ${whole[1]} ${whole[0]}`);
  }
  const cell = [height / places[0], width / places[1]];

  function draw() {
    const [rows, columns] = shown.map((place, axis) => fields[axis][place]);
    picture.replaceChildren();
    box(picture, "padding", -margin[0], -margin[1], ...whole);
    addSvg(picture, "image", { href: data.picture, width, height, preserveAspectRatio: "none" });
    const seen = rows.runs.flatMap(([top, bottom]) =>
      columns.runs.map(([left, right]) => `M${left} ${top}H${right + 1}V${bottom + 1}H${left}Z`),
    );
    addSvg(picture, "path", { class: "unseen", d: `M0 0H${width}V${height}H0Z${seen.join("")}` });
    const beyond = rows.first < 0 || columns.first < 0 || rows.last >= height || columns.last >= width;
    const frame = [rows.first, columns.first, rows.last - rows.first + 1, columns.last - columns.first + 1];
    if (frame[2] > 0 && frame[3] > 0) framed(picture, beyond ? "frame beyond" : "frame", ...frame);

    map.replaceChildren();
    addSvg(map, "image", { href: data.map, width, height, preserveAspectRatio: "none" });
    const cellOf = ([row, column]) => [row * cell[0], column * cell[1], ...cell];
    if (shown !== chosen) box(map, "chosen", ...cellOf(chosen));
    framed(map, "frame", ...cellOf(shown));

    const text = describe(rows, columns);
    root.querySelector(".sees").textContent = text;
    picture.setAttribute("aria-label", `${data.captions[0].join(", ")}. ${text}`);
  }

  function describe(rows, columns) {
    const unit = single ? "Every unit" : `The unit in row ${shown[0] + 1}, column ${shown[1] + 1}`;
    if (rows.last < rows.first || columns.last < columns.first) {
      return `${unit} sees nothing at all: no number that arrives is part of it.`;
    }
    if (!rows.runs.length || !columns.runs.length) return `${unit} sees nothing but padding.`;
    const ends = (axis) => [axis.runs[0][0], axis.runs.at(-1)[1]];
    const count = (axis) => ends(axis)[1] - ends(axis)[0] + 1;
    const full = [rows, columns].map((axis) => axis.last - axis.first + 1);
    const cut = full[0] > count(rows) || full[1] > count(columns);
    // Padding inside the network, around a map, can cut a field that lies inside the picture.
    const within = rows.first >= 0 && columns.first >= 0 && rows.last < size[0] && columns.last < size[1];
    const places = `${range(ends(rows), "row")}, ${range(ends(columns), "column")}`;
    const sentences = [`${unit} sees ${places}: ${count(rows)} × ${count(columns)} pixels.`];
    if (rows.runs.length > 1 || columns.runs.length > 1) sentences.push("There are gaps between them.");
    if (cut && within) sentences.push(`The rest of its field of ${full.join(" × ")} is padding.`);
    else if (cut) sentences.push(`The picture's edge cuts off the rest of its field of ${full.join(" × ")}.`);
    return sentences.join(" ");
  }

  // As shares of the map's height and width, so that they mean the same in every layer.
  const shares = () => chosen.map((place, axis) => shareOf(place, places[axis]));

  function choose(place) {
    clearTimeout(waiting);
    root.pending = undefined;
    shown = chosen = place;
    draw();
    setStateValue("place", shares());
  }

  function chooseWhenSettled() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      root.querySelector(".live").textContent = root.querySelector(".sees").textContent;
      choose(chosen);
    }, SETTLED_AFTER);
  }

  function under(event) {
    return shareUnder(event, map).map((part, axis) =>
      placeAt((part * whole[axis] - margin[axis]) / size[axis], places[axis]),
    );
  }

  map.onpointermove = (event) => {
    shown = under(event);
    draw();
  };
  map.onpointerleave = () => {
    shown = chosen;
    draw();
  };
  map.onclick = (event) => choose(under(event));
  map.onkeydown = (event) => {
    const step = arrowStep(event);
    if (!step) return;
    shown = chosen = chosen.map((place, axis) => clamp(place + step[axis], places[axis]));
    root.pending = shares();
    draw();
    chooseWhenSettled();
  };
  draw();
  if (root.pending) chooseWhenSettled();
  return () => clearTimeout(waiting);
}
