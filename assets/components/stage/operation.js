// Inside one calculation: a window times a kernel, the sum, and what follows, while the window slides over the map.
import { rgbOf, tint } from "../../lib/colours.js";
import { arrowStep, make, makeButton, makeRow, pixelUnder } from "../../lib/dom.js";
import { bracketed, clamp, inDecimals, inFourDigits } from "../../lib/numbers.js";
import { Transport } from "../../lib/transport.js";
import { numberWidth } from "../sliding_window/geometry.js";
import { shownChannels } from "../sliding_window/products.js";
import { PICTURE } from "./layout.js";
import { edge, frame, Maps, rangeOf, sheet, windowBox } from "./paint.js";
import { placesOf } from "./point.js";

const MOST_TERMS = 3; // channels whose products are all shown: those with the largest sums
const MOST_CELLS = 49; // numbers of a window that are written out
const GROWS_FOR = 360; // milliseconds
const MAP = 96; // pixels of a map beside its numbers
const LARGE_MAP = 190;
const PLACES_A_SECOND = { slow: 3, fast: 24 };

/**
 * @typedef {import("./explain.js").Explanation} Explanation
 * @typedef {{ node: number, index: number, row: number, column: number }} Spot
 * @typedef {{
 *   explain(spot: Spot): Explanation, shapeOf(node: number): number[], outputOf(node: number): Float32Array, titleOf(node: number): string,
 *   nameOf(node: number, index: number): string, colours: { positive: string[], signed: string[], grey: string[], pixels: Record<string, Uint32Array> },
 *   left(): void, moved(words: string): void,
 * }} Source Where the numbers come from, and who is told.
 */

export class Operation {
  /**
   * @param {HTMLElement} panel
   * @param {Source} source
   */
  constructor(panel, source) {
    this.panel = panel;
    this.source = source;
    /** @type {Spot | null} */
    this.spot = null;
    this.find = (selector) => panel.querySelector(selector);
    this.back = makeButton("← Back", "control boxed", () => source.left());
    this.find(".crumbs").before(this.back);
    this.transport = new Transport(this.find(".transport"), {
      go: (place) => this.slideTo(place),
      toggle: () => (this.frame ? this.stop() : this.play()),
    });
    this.output = this.find(".output canvas");
    this.maps = new Maps();
    const point = (event) => {
      const [rows, columns] = this.size;
      const [row, column] = pixelUnder(event, this.output, rows, columns);
      this.stop();
      this.go({ ...this.spot, row, column });
    };
    this.output.onpointerdown = point;
    this.output.onpointermove = (event) => event.pointerType === "mouse" && !this.frame && point(event);
    this.output.onkeydown = (event) => {
      const step = arrowStep(event);
      if (!step) return;
      event.stopPropagation();
      this.stop();
      const [rows, columns] = this.size;
      const { row, column } = this.spot;
      this.go({ ...this.spot, row: clamp(row + step[0], rows), column: clamp(column + step[1], columns) });
    };
  }

  get isOpen() {
    return this.spot !== null;
  }

  get size() {
    return placesOf(this.source.shapeOf(this.spot.node));
  }

  /** Open it out of a box of the scene, both in pixels of the page. @type {(spot: Spot, from: DOMRect) => void} */
  open(spot, from) {
    this.spot = spot;
    this.panel.hidden = false;
    this.grow(from, false);
    this.show();
    this.back.focus({ preventScroll: true });
  }

  /** @type {(to: DOMRect | null) => Promise<void>} */
  async close(to) {
    this.stop();
    this.spot = null;
    if (to) await this.grow(to, true);
    this.panel.hidden = true;
  }

  /** The movement between a tile and the panel. */
  async grow(box, reversed) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches || !box) return;
    const own = this.panel.getBoundingClientRect();
    const zoom = own.width / this.panel.offsetWidth;
    const [right, down] = [box.left - own.left, box.top - own.top].map((way) => `${way / zoom}px`);
    const small = {
      transform: `translate(${right}, ${down}) scale(${box.width / own.width}, ${box.height / own.height})`,
      opacity: 0.2,
    };
    const frames = [small, { transform: "none", opacity: 1 }];
    const options = { duration: GROWS_FOR, easing: "cubic-bezier(0.3, 0, 0.1, 1)" };
    await this.panel.animate(reversed ? frames.toReversed() : frames, options).finished;
  }

  /** Show another number. @type {(spot: Spot) => void} */
  go(spot) {
    this.spot = spot;
    this.show();
  }

  // ---- Sliding ------------------------------------------------------------------------------------------------

  get place() {
    return this.spot.row * this.size[1] + this.spot.column;
  }

  slideTo(place) {
    this.stop();
    this.moveTo(place);
  }

  moveTo(place) {
    const [rows, columns] = this.size;
    const at = clamp(place, rows * columns);
    this.go({ ...this.spot, row: Math.floor(at / columns), column: at % columns });
  }

  play() {
    const [rows, columns] = this.size;
    const last = rows * columns - 1;
    const first = this.place === last ? 0 : this.place;
    const pace = rows * columns > 150 ? PLACES_A_SECOND.fast : PLACES_A_SECOND.slow;
    const began = performance.now();
    const step = (now) => {
      const place = first + Math.max(Math.floor(((now - began) / 1000) * pace), 0);
      if (place !== this.place) this.moveTo(place);
      if (this.place < last) this.frame = requestAnimationFrame(step);
      else this.stop();
    };
    this.frame = requestAnimationFrame(step);
    this.transport.showPlaying(true);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.transport.showPlaying(false);
  }

  // ---- What is shown ------------------------------------------------------------------------------------------

  show() {
    const { node, index, row, column } = this.spot;
    const shape = this.source.shapeOf(node);
    const [rows, columns] = this.size;
    const explained = this.source.explain(this.spot);
    const isMap = shape.length === 3;
    this.find(".crumbs").replaceChildren(
      crumb(makeButton("Network", "control", () => this.source.left())),
      crumb(make("span", this.source.titleOf(node))),
      crumb(make("span", isMap ? `map ${index + 1}, row ${row + 1}, column ${column + 1}` : this.source.nameOf(node, index)), true),
    );
    this.find(".transport").hidden = !explained.window || rows * columns < 2;
    this.transport.setRange("Position of the window", rows * columns);
    this.transport.showPlace(row * columns + column, `row ${row + 1}, column ${column + 1} of ${rows} × ${columns}`);
    this.find(".output").hidden = !isMap;
    if (isMap) this.showOutput(shape);
    const terms = shownChannels(explained.terms.map(({ sum }) => sum), MOST_TERMS).map((at) => explained.terms[at]);
    this.find(".terms").replaceChildren(...terms.map((term) => this.term(term, explained)));
    this.find(".items").replaceChildren(...this.items(explained));
    this.find(".result").replaceChildren(...this.result(explained, terms));
    this.find(".lines").replaceChildren(...explained.lines.map((line) => this.line(line)));
    this.find(".value").replaceChildren("This number: ", make("strong", inFourDigits(explained.value)));
    this.source.moved(`${this.find(".crumbs").textContent}: ${this.find(".result").textContent} ${inFourDigits(explained.value)}`);
  }

  showOutput(shape) {
    const { node, index, row, column } = this.spot;
    const [rows, columns] = this.size;
    const values = this.source.outputOf(node);
    this.find(".output figcaption").replaceChildren(
      make("strong", `Map ${index + 1}`),
      make("span", ` ${rows} × ${columns}: point at another number`),
    );
    const factor = LARGE_MAP / Math.max(rows, columns);
    const box = { x: 0, y: 0, width: columns * factor, height: rows * factor };
    const pen = sheet(this.output, box);
    this.paintMap(pen, values, shape, index, box);
    frame(pen, windowBox(box, [rows, columns], [[row, row], [column, column]]));
    this.output.setAttribute("aria-label", `Map ${index + 1}, ${rows} by ${columns} numbers. Arrow keys choose one.`);
  }

  paintMap(pen, values, shape, index, box, reads = null) {
    const isPicture = reads === PICTURE;
    const range = isPicture ? { low: 0, high: 1, signed: false } : rangeOf(values);
    const colours = this.source.colours.pixels[isPicture ? "grey" : range.signed ? "signed" : "positive"];
    this.maps.update(values, placesOf(shape), index, 1, range, colours);
    this.maps.draw(pen, index, box);
    edge(pen, { ...box, x: box.x + 0.5, y: box.y + 0.5, width: box.width - 1, height: box.height - 1 }, "rgb(128 128 128 / 60%)", 1);
  }

  /** A channel of the input with the window on it, and the numbers under it. */
  term(term, explained) {
    const { input, window, kind, winner, reads } = explained;
    const holder = make("div", "", "term");
    const source = reads === null ? "the step before" : reads === PICTURE ? "the picture" : this.source.titleOf(reads);
    const title = make("b", reads === PICTURE ? `The picture: ${this.source.nameOf(PICTURE, term.channel)}` : `Map ${term.channel + 1} of ${source}`);
    holder.append(title, this.inputMap(term, explained));
    const scale = this.scaleOf(input, reads);
    const columns = window.columns.length;
    const many = term.values.length > MOST_CELLS;
    const width = numberWidth(this.find(".numbers").clientWidth - MAP - 110, columns);
    const decimals = width < 40 ? 2 : 3;
    const grid = (name, numbers, colours) => {
      const part = make("div");
      const cells = make("div", "", many ? "grid tiny" : "grid");
      cells.style.gridTemplateColumns = `repeat(${columns}, auto)`;
      cells.append(
        ...numbers.map((value, at) => {
          const cell = make("span", many ? "" : inDecimals(value, decimals));
          cell.title = inFourDigits(value);
          tint(cell, rgbOf(value, colours));
          cell.classList.toggle("added", name === "window" && !window.inside[at]);
          cell.classList.toggle("winner", name === "window" && at === winner);
          return cell;
        }),
      );
      part.append(make("div", name, "grid-name"), cells);
      return part;
    };
    holder.style.setProperty("--number-width", `${width}px`);
    holder.append(grid("window", term.values, scale));
    if (kind === "convolution") {
      holder.append(make("span", "×", "sign"), grid("kernel", term.kernel, around(term.kernel, this.source.colours.signed)));
      holder.append(make("span", "=", "sign"), grid("products", term.products, around(term.products, this.source.colours.signed)));
      holder.append(make("span", `sum ${inFourDigits(term.sum)}`, "sum"));
    }
    return holder;
  }

  inputMap(term, { inputShape, input, window, reads }) {
    const [rows, columns] = placesOf(inputShape);
    const canvas = make("canvas");
    const factor = MAP / Math.max(rows, columns);
    const box = { x: 0, y: 0, width: columns * factor, height: rows * factor };
    const pen = sheet(canvas, box);
    this.paintMap(pen, input, inputShape, term.channel, box, reads);
    const [top, bottom] = [window.rows[0], window.rows.at(-1)];
    const [left, right] = [window.columns[0], window.columns.at(-1)];
    frame(pen, windowBox(box, [rows, columns], [[Math.max(top, 0), Math.min(bottom, rows - 1)], [Math.max(left, 0), Math.min(right, columns - 1)]]));
    return canvas;
  }

  /** Of the picture grey, of a layer as the stage shows it. */
  scaleOf(values, reads) {
    const { low, high, signed } = rangeOf(values);
    if (reads === PICTURE) return { low: 0, high: 1, colours: this.source.colours.grey };
    return { low, high, colours: this.source.colours[signed ? "signed" : "positive"] };
  }

  items({ items, kind, rest, restCount }) {
    if (kind !== "sum" && kind !== "meeting") return [];
    const largest = Math.max(...items.map(({ product }) => Math.abs(product))) || 1;
    const rows = items.map(({ name, input, weight, product }) => {
      const words = kind === "sum" ? `${inFourDigits(input)} × ${bracketed(inFourDigits(weight))} = ${inFourDigits(product)}` : inFourDigits(input);
      const bar = make("i", "", product < 0 ? "below" : "above");
      bar.style.width = `${(100 * Math.abs(product)) / largest}%`;
      const holder = make("span", "", "share");
      holder.append(bar);
      return makeRow(kind === "sum" ? name : this.source.titleOf(Number(name)), words, holder);
    });
    if (restCount) rows.push(makeRow(`${restCount.toLocaleString("en")} more`, `together ${inFourDigits(rest)}`, ""));
    return rows;
  }

  result({ kind, terms, items, rest, bias, before, input, window, op }, listed) {
    const strong = (value) => make("strong", inFourDigits(value));
    const added = bias === null ? [] : [" + bias ", strong(bias)];
    if (kind === "convolution") {
      const sums = listed.flatMap(({ sum }, at) => [at ? " + " : "", strong(sum)]);
      const others = terms.length - listed.length;
      const left = terms.reduce((total, { sum }) => total + sum, 0) - listed.reduce((total, { sum }) => total + sum, 0);
      const more = others ? [" + ", strong(left), ` (${others} more maps)`] : [];
      return ["Sums of the products: ", ...sums, ...more, ...added, " = ", strong(before)];
    }
    if (kind === "max") return ["The largest of the window: ", strong(before)];
    if (kind === "average") return [`The mean of the ${window.inside.filter(Boolean).length} numbers in the window: `, strong(before)];
    if (kind === "sum") {
      const total = items.reduce((sum, { product }) => sum + product, 0) + rest;
      return ["Sum of all products ", strong(total), ...added, " = ", strong(before)];
    }
    if (kind === "meeting") return [MEETINGS[op] ?? "Of what meets here: ", strong(before)];
    if (kind === "moved") return ["The number that arrives: ", strong(before)];
    return [`This step (${op.replaceAll("_", " ")}) reads ${input.length.toLocaleString("en")} numbers and makes `, strong(before)];
  }

  line({ label, text, result }) {
    const item = make("li");
    item.append(make("b", label), ` ${text} = `, make("strong", inFourDigits(result)));
    return item;
  }
}

/** @type {Record<string, string>} */
const MEETINGS = {
  sum: "Added up: ",
  difference: "The first less the others: ",
  product: "Multiplied: ",
  average: "Their mean: ",
  maximum: "The largest of them: ",
  concatenation: "Put behind one another, unchanged: ",
};

/** A scale with zero in the middle. */
function around(numbers, colours) {
  const extent = Math.max(...numbers.map(Math.abs)) || 1;
  return { low: -extent, high: extent, colours };
}

function crumb(content, isHere = false) {
  const item = make("li");
  item.append(content);
  if (isHere) item.setAttribute("aria-current", "step");
  return item;
}
