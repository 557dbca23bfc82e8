// Numbers as pixels, and what lies over them: connections, kernels and windows. Nothing here knows where things are.
import { rgbOf } from "../../lib/colours.js";

const STEPS = 256; // of a colour scale
const NO_NUMBER = 0xff808080; // grey, which is in no scale
export const POSITIVE = "#d6604d";
export const NEGATIVE = "#4393c3";
const RIM = "rgb(0 0 0 / 75%)";

/**
 * @typedef {{ low: number, high: number, signed: boolean }} Range
 * @typedef {import("./layout.js").Box} Box
 * @typedef {CanvasRenderingContext2D} Pen
 */

/** The colours of a scale as pixels: red, green, blue and alpha in the order of a canvas. @type {(colours: string[]) => Uint32Array} */
export function pixelsOf(colours) {
  const scale = { low: 0, high: STEPS - 1, colours };
  const bytes = new Uint8ClampedArray(4 * STEPS);
  for (let step = 0; step < STEPS; step++) bytes.set([...rgbOf(step, scale), 255], 4 * step);
  return new Uint32Array(bytes.buffer);
}

/** One scale for all numbers of a layer: from zero, or around it where any is negative. @type {(values: Float32Array) => Range} */
export function rangeOf(values) {
  let [low, high] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  if (!Number.isFinite(high - low)) [low, high] = finiteRange(values);
  const extent = Math.max(-low, high) || 1;
  return low < 0 ? { low: -extent, high: extent, signed: true } : { low: 0, high: high || 1, signed: false };
}

function finiteRange(values) {
  const finite = values.filter(Number.isFinite);
  return finite.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [0, 0]);
}

/** The pictures of some maps of one size, one below the other in one canvas. */
export class Maps {
  constructor() {
    this.canvas = document.createElement("canvas");
  }

  /**
   * @param {Float32Array} values Of the layer, map after map.
   * @param {[number, number]} size Height and width of a map.
   * @param {number} first The first map to be painted.
   * @param {number} count How many.
   * @param {Range} range
   * @param {Uint32Array} colours
   */
  update(values, size, first, count, range, colours) {
    const [height, width] = (this.size = size);
    this.first = first;
    const image = this.room(width, height * count);
    const from = first * width * height;
    const factor = (STEPS - 1) / (range.high - range.low);
    for (let at = 0; at < this.pixels.length; at++) {
      const step = (values[from + at] - range.low) * factor + 0.5;
      this.pixels[at] = step < 0 ? colours[0] : step >= STEPS ? colours[STEPS - 1] : (colours[Math.floor(step)] ?? NO_NUMBER);
    }
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** Three maps as one picture in red, green and blue. @type {(values: Float32Array, size: [number, number]) => void} */
  updateColour(values, size) {
    const [height, width] = (this.size = size);
    this.first = 0;
    const image = this.room(width, height);
    const area = width * height;
    for (let at = 0; at < area; at++)
      for (let part = 0; part < 4; part++) image.data[4 * at + part] = part < 3 ? 255 * values[part * area + at] : 255;
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  room(width, height) {
    if (this.image?.width !== width || this.image.height !== height) {
      Object.assign(this.canvas, { width, height });
      this.image = new ImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    return this.image;
  }

  /** @type {(pen: Pen, index: number, box: Box) => void} */
  draw(pen, index, { x, y, width, height }) {
    const [rows, columns] = this.size;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.canvas, 0, (index - this.first) * rows, columns, rows, x, y, width, height);
  }
}

/** Edges on whole pixels of the screen. @type {(box: Box) => Box} */
export function crisp({ x, y, width, height }) {
  const [left, top, right, bottom] = [x, y, x + width, y + height].map((at) => Math.round(at * devicePixelRatio) / devicePixelRatio);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A canvas of a box's size, sharp on this screen, with nothing on it. @type {(canvas: HTMLCanvasElement, box: Box) => Pen} */
export function sheet(canvas, { x, y, width, height }) {
  const [wide, high] = [width, height].map((side) => Math.max(Math.round(side * devicePixelRatio), 1));
  if (canvas.width !== wide || canvas.height !== high) {
    Object.assign(canvas, { width: wide, height: high });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, -x * devicePixelRatio, -y * devicePixelRatio);
  pen.clearRect(x, y, width, height);
  return pen;
}

/** The middle of the right side of one box and of the left side of another. */
const ends = (from, to) => [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];

/** A point of the curve between two boxes, at a share of its length. @type {(from: Box, to: Box, share: number) => [number, number]} */
export function onCurve(from, to, share) {
  const [x1, y1, x2, y2] = ends(from, to);
  const bend = Math.max((x2 - x1) / 2, 16);
  const [a, b, c, d] = [(1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share ** 2 * (1 - share), share ** 3];
  return [a * x1 + b * (x1 + bend) + c * (x2 - bend) + d * x2, (a + b) * y1 + (c + d) * y2];
}

/**
 * A connection: its strength is the share of the layer's strongest weight, dashed where it is negative.
 *
 * @type {(pen: Pen, from: Box, to: Box, strength: number | null, neutral: string) => void}
 */
export function connect(pen, from, to, strength, neutral) {
  const [x1, y1, x2, y2] = ends(from, to);
  const bend = Math.max((x2 - x1) / 2, 16);
  const size = strength === null ? 0.5 : Math.abs(strength);
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  pen.lineWidth = 0.6 + 3.4 * size;
  pen.globalAlpha = 0.35 + 0.6 * size;
  pen.strokeStyle = strength === null ? neutral : strength < 0 ? NEGATIVE : POSITIVE;
  pen.setLineDash(strength < 0 ? [6, 3] : []);
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

/** A frame that is seen on every colour. @type {(pen: Pen, box: Box, dashed?: boolean) => void} */
export function frame(pen, { x, y, width, height }, dashed = false) {
  pen.setLineDash(dashed ? [4, 3] : []);
  for (const [colour, line] of /** @type {[string, number][]} */ ([
    [RIM, 3.4],
    ["#fff", 1.6],
  ])) {
    pen.strokeStyle = colour;
    pen.lineWidth = line;
    pen.strokeRect(x, y, width, height);
  }
  pen.setLineDash([]);
}

/** A frame in a colour of the page, around a tile. @type {(pen: Pen, box: Box, colour: string, width: number) => void} */
export function edge(pen, { x, y, width, height }, colour, line) {
  pen.strokeStyle = colour;
  pen.lineWidth = line;
  pen.strokeRect(x - line / 2, y - line / 2, width + line, height + line);
}

/** The part of a tile that a window covers. @type {(tile: Box, size: [number, number], window: import("./point.js").Window) => Box} */
export function windowBox(tile, [rows, columns], [[top, bottom], [left, right]]) {
  const [high, wide] = [tile.height / rows, tile.width / columns];
  return { x: tile.x + left * wide, y: tile.y + top * high, width: (right - left + 1) * wide, height: (bottom - top + 1) * high };
}
