// The picture, the layers and the answer as they lie beside each other, and what is lit up over them.
import { make, makeButton } from "../../lib/dom.js";
import { inTwoDigits } from "../../lib/numbers.js";
import { ANSWER_PARTS, PICTURE, tileOf } from "./layout.js";
import { connect, crisp, edge, frame, Maps, onCurve, pixelsOf, rangeOf, sheet, windowBox } from "./paint.js";
import { placesOf } from "./point.js";

const ROOM = 6; // around the tiles of a column, in its canvas
const MOST_LINES = 96; // from or to one tile: the strongest
const MOST_KERNELS = 24;
const KERNEL = 17; // pixels of a kernel on a connection
const DIMMED = 0.7;
const ENLARGED = 100; // the least side of the tile under the pointer
const MOST_ENLARGED = 2.6;

/**
 * @typedef {import("./layout.js").Box} Box
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Column} Column
 * @typedef {import("./paint.js").Range} Range
 * @typedef {{ values: Float32Array, shape: number[], range: Range, colour: boolean, isPicture: boolean }} Shown What a column
 *   shows; `colour` for three maps as one picture.
 * @typedef {import("./wiring.js").Link} Link
 * @typedef {{
 *   pointed: import("./point.js").Pointed, growth: number, feeding: Link[], fed: Link[],
 *   windows: Map<number, import("./point.js").Window>, reach: Map<number, import("./point.js").Window>,
 *   kernelOf: (link: Link) => { values: Float32Array, size: [number, number] } | null,
 * }} Light What one points at, how far it has grown (0 to 1), and what is lit up with it.
 * @typedef {{ column: number, share: number }} Flow How far the picture has come while it plays: the share of a column.
 */

export class Scene {
  /**
   * @param {HTMLElement} root
   * @param {{ open(node: number): void, fold(block: string): void, page(column: number): void }} asked
   */
  constructor(root, asked) {
    this.root = root;
    this.asked = asked;
    /** @type {HTMLElement} */
    this.scroller = root.querySelector(".scroller");
    /** @type {HTMLElement} */
    this.field = root.querySelector(".scene");
    /** @type {HTMLCanvasElement} */
    this.over = root.querySelector(".over");
    /** @type {HTMLCanvasElement} */
    this.overview = root.querySelector(".overview");
    /** @type {{ canvas: HTMLCanvasElement, head: HTMLElement, foot: HTMLElement, maps: Maps, low: HTMLElement, high: HTMLElement, bar: HTMLElement }[]} */
    this.parts = [];
    /** @type {(Shown | null)[]} */
    this.shown = [];
    this.kernelMaps = new Maps();
    /** @type {(index: number) => string} Of a class. */
    this.nameOf = String;
    /** @type {(value: number, index: number) => string} How a class's number reads. */
    this.answerWords = String;
  }

  /** @param {{ positive: string[], signed: string[], grey: string[] }} colours */
  setColours(colours) {
    this.names = colours;
    this.colours = { positive: pixelsOf(colours.positive), signed: pixelsOf(colours.signed), grey: pixelsOf(colours.grey) };
  }

  /**
   * @param {Column[]} columns
   * @param {Layout} layout
   * @param {{ title: string, size: string, hint: string, block: string, folded: boolean, node: number }[]} heads
   * @param {number} zoom
   */
  setLayout(columns, layout, heads, zoom) {
    this.columns = columns;
    this.layout = layout;
    this.zoom = zoom;
    this.lit = this.flow = null;
    this.field.style.cssText = `width:${layout.width}px;height:${layout.height}px`;
    this.parts = layout.places.map((place, at) => this.makePart(place, heads[at]));
    this.field.replaceChildren(...this.parts.flatMap(({ canvas, head, foot }) => [canvas, head, foot]));
    this.shown = this.parts.map(() => null);
    this.readTheme();
    this.parts.forEach((_, at) => this.paintColumn(at));
    this.paintOver();
  }

  makePart(place, { title, size, hint, block, folded, node }) {
    const canvas = make("canvas");
    const head = make("div", "", "head");
    const opens = node !== PICTURE && this.root.dataset.opens !== undefined;
    const name = opens ? makeButton("", "control title", () => this.asked.open(node)) : make("div", "", "title");
    name.append(make("strong", title), make("span", size));
    name.title = hint;
    name.tabIndex = -1;
    head.append(name);
    const foot = make("div", "", "foot");
    const [low, bar, high] = [make("span"), make("i"), make("span")];
    if (place.kind !== "answer") foot.append(low, bar, high);
    if (place.shown < place.count && place.kind !== "answer") {
      const words = `${place.first + 1}–${place.first + place.shown} of ${place.count} ›`;
      foot.append(this.small(words, "The next ones", () => this.asked.page(place.column)));
    }
    if (block) {
      const words = folded ? "Unfold" : "Fold";
      foot.append(this.small(words, `${words} ${block}`, () => this.asked.fold(block)));
    }
    for (const [element, box] of /** @type {[HTMLElement, Box][]} */ ([
      [head, place.head],
      [foot, place.foot],
    ]))
      element.style.cssText = `left:${box.x}px;top:${box.y}px;width:${box.width}px`;
    const { x, y, width, height } = this.roomOf(place);
    canvas.style.cssText = `left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
    return { canvas, head, foot, low, bar, high, maps: new Maps() };
  }

  small(words, hint, act) {
    const button = makeButton(words, "control small", act);
    button.title = hint;
    button.tabIndex = -1;
    return button;
  }

  /** @returns {Box} On whole pixels of the screen. */
  roomOf({ box: { x, y, width, height } }) {
    return crisp({ x: Math.floor(x - ROOM), y: Math.floor(y - ROOM), width: Math.ceil(width + 2 * ROOM + 1), height: Math.ceil(height + 2 * ROOM + 1) });
  }

  readTheme() {
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    this.theme = {
      ground: read("--st-background-color"),
      text: read("--st-text-color"),
      quiet: style.getPropertyValue("--quiet-line").trim() || read("--st-border-color"),
      primary: read("--st-primary-color"),
      skeleton: read("--st-secondary-background-color"),
      font: style.fontFamily,
    };
  }

  /** Show other numbers. @type {(shown: (Shown | null)[]) => void} */
  setShown(shown) {
    this.shown = shown;
    shown.forEach((_, at) => this.paintColumn(at));
    this.paintOver();
  }

  // ---- Columns ------------------------------------------------------------------------------------------------

  paintColumn(at) {
    const place = this.layout.places[at];
    const part = this.parts[at];
    const pen = sheet(part.canvas, this.roomOf(place));
    const shown = this.shown[at];
    if (!shown) return this.paintSkeleton(pen, place);
    this.paintBar(part, shown);
    if (place.kind === "answer") return this.paintAnswer(pen, place, shown);
    const { maps } = part;
    if (shown.colour) maps.updateColour(shown.values, placesOf(shown.shape));
    else maps.update(shown.values, placesOf(shown.shape), place.first, place.shown, shown.range, this.colours[paletteOf(shown)]);
    pen.strokeStyle = this.theme.quiet;
    if (place.kind === "vector") return this.paintStrips(pen, place, maps);
    for (let index = place.first; index < place.first + place.shown; index++) {
      const tile = crisp(tileOf(place, index));
      maps.draw(pen, index, tile);
      edge(pen, tile, this.theme.quiet, 1);
    }
  }

  paintSkeleton(pen, place) {
    pen.fillStyle = this.theme.skeleton;
    for (let index = place.first; index < place.first + place.shown; index++) {
      const { x, y, width, height } = crisp(tileOf(place, index));
      pen.fillRect(x, y, width, height - (place.kind === "answer" ? 6 : 0));
    }
  }

  paintStrips(pen, { box, tile, across, down, shown }, maps) {
    pen.imageSmoothingEnabled = false;
    for (let strip = 0; strip < across; strip++) {
      const count = Math.min(down, shown - strip * down);
      const part = crisp({ x: box.x + strip * tile[0], y: box.y, width: tile[0], height: count * tile[1] });
      pen.drawImage(maps.canvas, 0, strip * down, 1, count, part.x, part.y, part.width, part.height);
      edge(pen, part, this.theme.quiet, 1);
    }
    if (tile[1] < 6) return;
    pen.fillStyle = this.theme.ground;
    for (let at = 1; at < down; at++) pen.fillRect(box.x, box.y + at * tile[1] - 0.5, across * tile[0], 1);
  }

  paintBar({ bar, low, high }, shown) {
    if (!bar.isConnected) return;
    const { range, colour } = shown;
    const colours = this.names[paletteOf(shown)];
    bar.style.backgroundImage = `linear-gradient(to right, ${colours.filter((_, at) => at % 8 === 0 || at === colours.length - 1).join(", ")})`;
    bar.hidden = colour;
    low.textContent = colour ? "red, green, blue" : inTwoDigits(range.low);
    high.textContent = colour ? "" : inTwoDigits(range.high);
  }

  /** The classes that a place shows: all, or those with the largest numbers. @type {(at: number) => number[]} */
  classesOf(at) {
    const place = this.layout.places[at];
    const { values } = this.shown[at];
    const all = [...values.keys()];
    return place.shown === place.count ? all : all.sort((a, b) => values[b] - values[a]).slice(0, place.shown);
  }

  paintAnswer(pen, place, { values, range }) {
    const classes = this.classesOf(place.column);
    const best = values.indexOf(Math.max(...values));
    const size = Math.min(place.tile[1] * 0.62, 14 * this.zoom);
    const [name, bar] = ANSWER_PARTS.map((part) => part * place.tile[0]);
    const zero = bar * ((0 - range.low) / (range.high - range.low));
    pen.textBaseline = "middle";
    classes.forEach((index, row) => {
      const { x, y, height } = tileOf(place, row);
      const middle = y + height / 2;
      const own = bar * ((values[index] - range.low) / (range.high - range.low));
      pen.font = `${index === best ? 700 : 400} ${size}px ${this.theme.font}`;
      pen.fillStyle = this.theme.text;
      pen.textAlign = "right";
      pen.fillText(this.fitted(pen, this.nameOf(index), name - 10), x + name - 8, middle);
      pen.fillStyle = this.theme.skeleton;
      const thick = Math.min(height - 4, 15 * this.zoom);
      pen.fillRect(x + name, middle - thick / 2, bar, thick);
      pen.fillStyle = index === best ? this.theme.primary : this.theme.quiet;
      pen.fillRect(x + name + Math.min(zero, own), middle - thick / 2, Math.max(Math.abs(own - zero), 1), thick);
      pen.fillStyle = this.theme.text;
      pen.textAlign = "left";
      pen.fillText(this.answerWords(values[index], index), x + name + bar + 6, middle);
    });
  }

  /** @type {(pen: import("./paint.js").Pen, words: string, width: number) => string} */
  fitted(pen, words, width) {
    if (pen.measureText(words).width <= width) return words;
    let length = words.length;
    while (length > 1 && pen.measureText(`${words.slice(0, length)}…`).width > width) length--;
    return `${words.slice(0, length)}…`;
  }

  // ---- What is lit up -----------------------------------------------------------------------------------------

  /** @type {(light: Light | null, flow?: Flow | null) => void} */
  light(light, flow = null) {
    this.lit = light;
    this.flow = flow;
    this.paintOver();
  }

  get left() {
    return this.scroller.scrollLeft;
  }

  paintOver() {
    if (!this.layout) return;
    const view = { x: this.left, y: 0, width: this.scroller.clientWidth, height: this.layout.height };
    const pen = sheet(this.over, view);
    this.paintOverview();
    if (this.flow) return this.paintFlow(pen, view, this.flow);
    if (!this.lit) return this.paintWires(pen, () => 0.5);
    this.dim(pen, view, this.tilesOf(this.lit));
    this.paintLinks(pen, this.lit);
    this.paintWindows(pen, this.lit);
    this.paintPointed(pen, this.lit);
  }

  /** One line for each column that another one reads. @type {(pen: import("./paint.js").Pen, alpha: (column: number) => number) => void} */
  paintWires(pen, alpha) {
    const { places } = this.layout;
    pen.lineWidth = 1.4 * this.zoom;
    pen.strokeStyle = this.theme.quiet;
    this.columns.forEach(({ sources }, at) => {
      pen.globalAlpha = alpha(at);
      for (const source of sources) this.wire(pen, places[source], places[at]);
    });
    pen.globalAlpha = 1;
  }

  wire(pen, from, to) {
    const [x1, y1] = [from.box.x + from.box.width + 5, from.box.y + from.box.height / 2];
    const [x2, y2] = [to.box.x - 6, to.box.y + to.box.height / 2];
    const between = this.layout.places.filter(({ box }) => box.x > x1 && box.x + box.width < x2 && Math.abs(box.y + box.height / 2 - y1) < box.height / 2);
    pen.beginPath();
    if (between.length && Math.abs(y1 - y2) < 20) {
      const below = Math.min(Math.max(...between.map(({ foot }) => foot.y + foot.height)), this.layout.height) - 4;
      pen.moveTo(x1, y1);
      pen.bezierCurveTo(x1 + 22, y1, x1 + 4, below, x1 + 34, below);
      pen.lineTo(x2 - 34, below);
      pen.bezierCurveTo(x2 - 4, below, x2 - 22, y2, x2, y2);
    } else {
      const bend = Math.max((x2 - x1) / 2, 12);
      pen.moveTo(x1, y1);
      pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
    }
    pen.moveTo(x2 - 5, y2 - 4);
    pen.lineTo(x2, y2);
    pen.lineTo(x2 - 5, y2 + 4);
    pen.stroke();
  }

  /** The tile of a map or unit of a layer, by the layer's number; null where it is not on the stage. @returns {Box?} */
  tile(node, index) {
    const at = this.columns.findIndex((column) => column.node === node);
    if (at < 0) return null;
    const place = this.layout.places[at];
    if (place.kind === "answer" && this.shown[at]) {
      const row = this.classesOf(at).indexOf(index);
      return row < 0 ? null : tileOf(place, row);
    }
    return tileOf(place, node === PICTURE && this.shown[at]?.colour ? 0 : index);
  }

  /** @returns {Box[]} */
  tilesOf({ pointed, feeding, fed }) {
    const own = this.tile(this.columns[pointed.column].node, pointed.index);
    return [own, ...[...feeding, ...fed].map(({ node, index }) => this.tile(node, index))].filter(Boolean);
  }

  dim(pen, { x, y, width, height }, tiles) {
    pen.globalAlpha = DIMMED;
    pen.fillStyle = this.theme.ground;
    for (const { box } of this.layout.places) {
      const left = Math.max(box.x - 2, x);
      const right = Math.min(box.x + box.width + 2, x + width);
      if (right > left) pen.fillRect(left, Math.max(box.y - 2, y), right - left, Math.min(box.height + 4, height));
    }
    pen.globalAlpha = 1;
    for (const tile of tiles) pen.clearRect(tile.x - 1, tile.y - 1, tile.width + 2, tile.height + 2);
  }

  paintLinks(pen, { pointed, feeding, fed, kernelOf }) {
    const own = this.tile(this.columns[pointed.column].node, pointed.index);
    if (!own) return;
    for (const [links, ends] of /** @type {[Link[], (tile: Box) => [Box, Box]][]} */ ([
      [feeding, (tile) => [tile, own]],
      [fed, (tile) => [own, tile]],
    ])) {
      const strongest = Math.max(...links.map(({ weight }) => Math.abs(weight ?? 0))) || 1;
      const drawn = links
        .map((link) => ({ link, tile: this.tile(link.node, link.index) }))
        .filter(({ tile }) => tile)
        .sort((a, b) => Math.abs(b.link.weight ?? 0) - Math.abs(a.link.weight ?? 0))
        .slice(0, MOST_LINES);
      for (const { link, tile } of drawn.toReversed())
        connect(pen, ...ends(tile), link.weight === null ? null : link.weight / strongest, this.theme.text);
      if (links !== feeding) continue;
      const ofPicture = drawn.filter(({ link }) => this.isColour(link.node)).sort((a, b) => a.link.index - b.link.index);
      if (ofPicture.length) {
        // One tile shows the picture's red, green and blue, so one kernel shows its weights for them.
        this.paintKernel(pen, mixed(ofPicture.map(({ link }) => kernelOf(link))), ofPicture[0].tile, own);
        continue;
      }
      for (const { link, tile } of drawn.slice(0, MOST_KERNELS).toReversed()) this.paintKernel(pen, kernelOf(link), tile, own);
    }
  }

  isColour(node) {
    return Boolean(this.shown[this.columns.findIndex((column) => column.node === node)]?.colour);
  }

  paintKernel(pen, kernel, from, to) {
    if (!kernel || kernel.values.length === 1) return;
    const side = KERNEL * this.zoom;
    // Beside the tile that it reads: lines to one tile lie close together at their other end.
    const [x, y] = onCurve(from, to, Math.min((side / 2 + 7) / Math.max(to.x - from.x - from.width, 40), 0.4));
    const box = crisp({ x: x - side / 2, y: y - side / 2, width: side, height: side });
    if (kernel.isColour) this.kernelMaps.updateColour(kernel.values, kernel.size);
    else this.kernelMaps.update(kernel.values, kernel.size, 0, 1, symmetric(kernel.values), this.colours.signed);
    edge(pen, box, this.theme.ground, 3);
    this.kernelMaps.draw(pen, 0, box);
    edge(pen, box, this.theme.text, 1);
  }

  paintWindows(pen, { pointed, feeding, fed, windows, reach }) {
    for (const [at, column] of this.columns.entries()) {
      const before = windows.get(column.node);
      const window = before ?? reach.get(column.node);
      const shown = this.shown[at];
      if (!window || !shown || shown.shape.length < 3 || at === pointed.column) continue;
      const lit = (before ? feeding : fed).filter(({ node }) => node === column.node).map(({ index }) => index);
      const place = this.layout.places[at];
      // Of a layer that is not beside it, every map.
      const indices = lit.length ? lit : Array.from({ length: place.shown }, (_, number) => place.first + number);
      for (const index of new Set(shown.colour ? [0] : indices)) {
        const tile = tileOf(place, index);
        if (tile) frame(pen, windowBox(tile, placesOf(shown.shape), window), !before);
      }
    }
  }

  /** The tile that one points at, larger around the pixel under the pointer. @returns {Box?} */
  enlargedBox({ pointed, growth }) {
    const shown = this.shown[pointed.column];
    const place = this.layout.places[pointed.column];
    const tile = tileOf(place, pointed.index);
    if (!tile || !shown || place.kind !== "maps") return tile;
    const full = Math.min(Math.max((ENLARGED * this.zoom) / Math.max(tile.width, tile.height), 1.12), MOST_ENLARGED);
    const factor = 1 + (full - 1) * growth;
    const [rows, columns] = placesOf(shown.shape);
    const x = tile.x + ((pointed.across + 0.5) / columns) * tile.width;
    const y = tile.y + ((pointed.row + 0.5) / rows) * tile.height;
    return { x: x - (x - tile.x) * factor, y: y - (y - tile.y) * factor, width: tile.width * factor, height: tile.height * factor };
  }

  paintPointed(pen, light) {
    const { pointed } = light;
    const place = this.layout.places[pointed.column];
    const shown = this.shown[pointed.column];
    const box = this.enlargedBox(light);
    if (!box) return;
    if (place.kind !== "maps") return edge(pen, box, this.theme.primary, 2);
    pen.save();
    pen.shadowColor = "rgb(0 0 0 / 45%)";
    pen.shadowBlur = 18 * light.growth;
    pen.fillStyle = this.theme.ground;
    pen.fillRect(box.x, box.y, box.width, box.height);
    pen.restore();
    this.parts[pointed.column].maps.draw(pen, pointed.index, box);
    edge(pen, box, this.theme.primary, 2);
    const { row, across } = pointed;
    frame(pen, windowBox(box, placesOf(shown.shape), [[row, row], [across, across]]));
  }

  // ---- The picture on its way -----------------------------------------------------------------------------------

  paintFlow(pen, view, { column, share }) {
    this.paintWires(pen, (at) => (at <= column ? 0.9 : 0.25));
    pen.fillStyle = this.theme.ground;
    this.layout.places.forEach(({ box }, at) => {
      if (at < column) return;
      const hidden = at === column ? 1 - share : 1;
      pen.globalAlpha = 0.92;
      const left = box.x - 3 + (box.width + 6) * (1 - hidden);
      pen.fillRect(left, box.y - 3, (box.width + 6) * hidden, box.height + 6);
    });
    pen.globalAlpha = 1;
    const to = this.layout.places[column];
    for (const source of this.columns[column].sources) this.pulse(pen, this.layout.places[source], to, share);
    edge(pen, { x: to.box.x - 3, y: to.box.y - 3, width: to.box.width + 6, height: to.box.height + 6 }, this.theme.primary, 2);
  }

  /** Sparks that run along the lines from tile to tile. */
  pulse(pen, from, to, share) {
    if (share >= 1) return;
    const count = Math.min(Math.max(from.shown, to.shown), 40);
    pen.fillStyle = this.theme.primary;
    for (let at = 0; at < count; at++) {
      const start = tileOf(from, from.first + Math.floor((at * from.shown) / count));
      const end = tileOf(to, to.first + Math.floor((at * to.shown) / count));
      if (!start || !end) continue;
      const [x, y] = onCurve(start, end, Math.min(share * 1.3, 1));
      pen.beginPath();
      pen.arc(x, y, 2.2 * this.zoom, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  // ---- A long network -------------------------------------------------------------------------------------------

  paintOverview() {
    const wide = this.scroller.clientWidth;
    const longer = this.layout.width > wide + 1;
    this.overview.hidden = !longer;
    if (!longer) return;
    const height = 30;
    const pen = sheet(this.overview, { x: 0, y: 0, width: wide, height });
    const [right, down] = [wide / this.layout.width, height / this.layout.height];
    this.layout.places.forEach(({ box }, at) => {
      pen.fillStyle = at === this.lit?.pointed.column ? this.theme.primary : this.theme.quiet;
      pen.fillRect(box.x * right, box.y * down, Math.max(box.width * right, 1), Math.max(box.height * down, 2));
    });
    edge(pen, { x: this.left * right + 1, y: 1, width: wide * right - 2, height: height - 2 }, this.theme.primary, 1.5);
  }
}

/** A picture is grey, numbers of a layer are not. @type {(shown: Shown) => "grey" | "signed" | "positive"} */
const paletteOf = ({ isPicture, range }) => (isPicture ? "grey" : range.signed ? "signed" : "positive");

/** @type {(values: Float32Array) => Range} */
export function symmetric(values) {
  const { high, low } = rangeOf(values);
  const extent = Math.max(high, -low);
  return { low: -extent, high: extent, signed: true };
}

/**
 * The three kernels for red, green and blue as one picture, their weights mixed as light: mid-grey is 0, full light the
 * largest weight without sign, no light the same below 0. Null where there are none.
 *
 * @type {(kernels: ({ values: Float32Array, size: [number, number] } | null)[]) =>
 *   { values: Float32Array, size: [number, number], isColour: boolean } | null}
 */
export function mixed(kernels) {
  if (kernels.includes(null)) return null;
  const weights = Float32Array.from(kernels.flatMap(({ values }) => [...values]));
  const extent = symmetric(weights).high || 1;
  return { values: weights.map((weight) => 0.5 + (0.5 * weight) / extent), size: kernels[0].size, isColour: true };
}
