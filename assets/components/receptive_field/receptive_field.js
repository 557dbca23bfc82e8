// The pixels that one unit of a map can see, drawn on the picture for the unit under the pointer. The server computed
// every field; `field_map` in visualizer/ui/concepts/receptive_field_map.py says what arrives.
import { addSvg, arrowStep, shareUnder, writeCaption } from "../../lib/dom.js";
import { clamp, placeAt, shareOf } from "../../lib/numbers.js";
import { offerSaving } from "../../lib/saving.js";

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

/**
 * What a unit sees as rectangles that do not overlap, [top, left, bottom, right], all included. Of each part of its
 * field the rows and the columns arrive as runs.
 * @type {(parts: [number[][], number[][]][]) => number[][]}
 */
function seenRectangles(parts) {
  // Between two of these rows, each row sees the same columns.
  const starts = parts.flatMap(([rows]) => rows.flatMap(([first, last]) => [first, last + 1]));
  const edges = [...new Set(starts)].sort((one, other) => one - other);
  return edges.slice(0, -1).flatMap((top, index) => {
    const across = parts.filter(([rows]) => rows.some(([first, last]) => first <= top && top <= last));
    const runs = joined(across.flatMap(([, columns]) => columns));
    return runs.map(([left, right]) => [top, left, edges[index + 1] - 1, right]);
  });
}

/** Runs that may overlap, as runs that do not. @type {(runs: number[][]) => number[][]} */
function joined(runs) {
  const whole = [];
  for (const [first, last] of [...runs].sort((one, other) => one[0] - other[0])) {
    const before = whole.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else whole.push([first, last]);
  }
  return whole;
}

/** @type {(rectangles: number[][]) => number[]} */
function boxAround(rectangles) {
  return [Math.min, Math.min, Math.max, Math.max].map((end, side) => end(...rectangles.map((each) => each[side])));
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".receptive-field");
  offerSaving(root);
  const [picture, map] = root.querySelectorAll("svg");
  const { size, places, margin } = data;
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
    const [rows, columns] = shown.map((place, axis) => data.ends[axis][place]);
    const seen = seenRectangles(data.parts.map((part) => part.map((side, axis) => side[shown[axis]])));
    picture.replaceChildren();
    box(picture, "padding", -margin[0], -margin[1], ...whole);
    addSvg(picture, "image", { href: data.picture, width, height, preserveAspectRatio: "none" });
    const holes = seen.map(([top, left, bottom, right]) => `M${left} ${top}H${right + 1}V${bottom + 1}H${left}Z`);
    const around = (left, top, right, bottom) => `M${left} ${top}H${right}V${bottom}H${left}Z${holes.join("")}`;
    addSvg(picture, "path", { class: "unseen", d: around(0, 0, width, height) });
    if (seen.length) {
      // On dark pixels, darker ones do not show; within the frame it must be plain which are not seen.
      const [top, left, bottom, right] = boxAround(seen);
      addSvg(picture, "path", { class: "gap", d: around(left, top, right + 1, bottom + 1) });
    }
    const beyond = rows[0] < 0 || columns[0] < 0 || rows[1] >= height || columns[1] >= width;
    const frame = [rows[0], columns[0], rows[1] - rows[0] + 1, columns[1] - columns[0] + 1];
    if (frame[2] > 0 && frame[3] > 0) framed(picture, beyond ? "frame beyond" : "frame", ...frame);

    map.replaceChildren();
    addSvg(map, "image", { href: data.map, width, height, preserveAspectRatio: "none" });
    const cellOf = ([row, column]) => [row * cell[0], column * cell[1], ...cell];
    if (shown !== chosen) box(map, "chosen", ...cellOf(chosen));
    framed(map, "frame", ...cellOf(shown));

    const text = describe(rows, columns, seen);
    root.querySelector(".sees").textContent = text;
    picture.setAttribute("aria-label", `${data.captions[0].join(", ")}. ${text}`);
  }

  function describe(rows, columns, seen) {
    const unit = single ? "Every unit" : `The unit in row ${shown[0] + 1}, column ${shown[1] + 1}`;
    if (rows[1] < rows[0] || columns[1] < columns[0]) {
      return `${unit} sees nothing at all: no number that arrives is part of it.`;
    }
    if (!seen.length) return `${unit} sees nothing but padding.`;
    const [top, left, bottom, right] = boxAround(seen);
    const extent = [bottom - top + 1, right - left + 1];
    const full = [rows, columns].map(([first, last]) => last - first + 1);
    const cut = full[0] > extent[0] || full[1] > extent[1];
    // Padding inside the network, around a map, can cut a field that lies inside the picture.
    const within = rows[0] >= 0 && columns[0] >= 0 && rows[1] < height && columns[1] < width;
    const where = `${range([top, bottom], "row")}, ${range([left, right], "column")}`;
    const count = seen.reduce((sum, part) => sum + (part[2] - part[0] + 1) * (part[3] - part[1] + 1), 0);
    const filled = count === extent[0] * extent[1];
    const sentences = [];
    if (!data.exact) {
      sentences.push(`${unit} sees at most ${count} of the ${extent.join(" × ")} pixels in ${where}.`);
      sentences.push("So many different paths lead there that only the box around them is drawn.");
    } else if (filled) sentences.push(`${unit} sees ${where}: ${extent.join(" × ")} pixels.`);
    else sentences.push(`${unit} sees ${count} of the ${extent.join(" × ")} pixels in ${where}.`);
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
