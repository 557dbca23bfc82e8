// What one points at, and what it sees and reaches in other layers. Nothing here knows a page.
import { indexAt, PICTURE, tileOf } from "./layout.js";
import { placeAt } from "../../lib/numbers.js";

/**
 * @typedef {[number, number]} Span The first and the last place along an axis, both included.
 * @typedef {[Span, Span]} Window Rows and columns.
 * @typedef {number[] | number[][]} Reading What each place along an axis reads of the layer's input: [first, step, size, every,
 *   count] where the windows go on evenly, else [first, last, every] of each place.
 * @typedef {{ sources: number[], shape: number[], reads: [Reading, Reading] | null }} ReadingNode
 * @typedef {{ column: number, index: number, row: number, across: number }} Pointed A tile of a column by the number of its
 *   map or unit, and the pixel in it.
 */

/** Height and width of a map; a vector has one place. @type {(shape: number[]) => [number, number]} */
export const placesOf = (shape) => (shape.length === 3 ? [shape[1], shape[2]] : [1, 1]);

/**
 * What is at a point of the scene; null where there is nothing.
 *
 * @type {(layout: import("./layout.js").Layout, shapes: number[][], x: number, y: number) => Pointed?}
 */
export function pointedAt({ places }, shapes, x, y) {
  for (const place of places) {
    const index = indexAt(place, x, y);
    if (index < 0) continue;
    const tile = tileOf(place, index);
    const [rows, columns] = placesOf(shapes[place.column]);
    return {
      column: place.column,
      index,
      row: placeAt((y - tile.y) / tile.height, rows),
      across: placeAt((x - tile.x) / tile.width, columns),
    };
  }
  return null;
}

/** How many places a reading has. */
const countOf = (reading) => (typeof reading[0] === "number" ? reading[4] : reading.length);

/** What one place reads: [first, last, every]. @type {(reading: Reading, place: number) => number[]} */
export function readAt(reading, place) {
  if (typeof reading[0] !== "number") return /** @type {number[][]} */ (reading)[place];
  const [first, step, size, every] = /** @type {number[]} */ (reading);
  return [first + step * place, first + step * place + size, every];
}

/** What the places of a span read together; null where that is nothing. @type {(reading: Reading, span: Span) => Span?} */
function readBy(reading, [from, to]) {
  let [first, last] = [Infinity, -Infinity];
  for (let place = from; place <= to; place++) {
    const [start, end] = readAt(reading, place);
    if (end < start) continue;
    first = Math.min(first, start);
    last = Math.max(last, end);
  }
  return last < first ? null : [first, last];
}

/** The part of a span inside the map; null where there is none. @type {(span: Span?, count: number) => Span?} */
export function cut(span, count) {
  if (!span) return null;
  const [first, last] = [Math.max(span[0], 0), Math.min(span[1], count - 1)];
  return last < first ? null : [first, last];
}

/** @type {(one: Span | undefined, other: Span) => Span} */
const around = (one, other) => (one ? [Math.min(one[0], other[0]), Math.max(one[1], other[1])] : other);

const shapeAt = (nodes, picture, at) => (at === PICTURE ? picture : nodes[at].shape);

/**
 * The windows of a pixel in every layer before it, down to the picture: the box around what it sees there, inside the map.
 *
 * @param {ReadingNode[]} nodes
 * @param {number[]} picture Its shape.
 * @param {number} node The layer of the pixel.
 * @param {[number, number]} pixel
 * @returns {Map<number, Window>} By layer; what lies behind a layer that does not tell what it reads is missing.
 */
export function windowsOf(nodes, picture, node, [row, column]) {
  /** @type {Map<number, Window>} */
  const windows = new Map([[node, /** @type {Window} */ ([[row, row], [column, column]])]]);
  for (let at = node; at > PICTURE; at--) {
    const { reads, sources } = nodes[at];
    if (!windows.has(at) || !reads) continue;
    const read = windows.get(at).map((span, axis) => readBy(reads[axis], span));
    const whole = largest(nodes, picture, sources);
    for (const source of sources) {
      const size = placesOf(shapeAt(nodes, picture, source));
      const seen = read.map((span, axis) => cut(span && size[axis] < whole[axis] ? [0, 0] : span, size[axis]));
      if (seen[0] && seen[1]) {
        const known = windows.get(source);
        windows.set(source, /** @type {Window} */ (seen.map((span, axis) => around(known?.[axis], span))));
      }
    }
  }
  windows.delete(node);
  return windows;
}

/**
 * Where a pixel goes: in every later layer the box around the places that read it.
 *
 * @type {(nodes: ReadingNode[], picture: number[], node: number, pixel: [number, number]) => Map<number, Window>}
 */
export function reachOf(nodes, picture, node, [row, column]) {
  /** @type {Map<number, Window>} */
  const reached = new Map([[node, /** @type {Window} */ ([[row, row], [column, column]])]]);
  nodes.forEach(({ sources, reads }, at) => {
    if (at <= node || !reads) return;
    const whole = largest(nodes, picture, sources);
    for (const source of sources) {
      if (!reached.has(source)) continue;
      const size = placesOf(shapeAt(nodes, picture, source));
      const spans = reached.get(source).map((span, axis) =>
        readersOf(reads[axis], size[axis] < whole[axis] ? [0, whole[axis] - 1] : span),
      );
      if (spans[0] && spans[1]) {
        const known = reached.get(at);
        reached.set(at, /** @type {Window} */ (spans.map((span, axis) => around(known?.[axis], span))));
      }
    }
  });
  reached.delete(node);
  return reached;
}

/** Height and width of a layer's input: where a gate has one number for a map, those of the map. */
function largest(nodes, picture, sources) {
  const sizes = sources.map((source) => placesOf(shapeAt(nodes, picture, source)));
  return [0, 1].map((axis) => Math.max(...sizes.map((size) => size[axis])));
}

/** The places that read any of a span. @type {(reading: Reading, span: Span) => Span?} */
function readersOf(reading, [from, to]) {
  let [first, last] = [Infinity, -Infinity];
  for (let place = 0; place < countOf(reading); place++) {
    const [start, end, every] = readAt(reading, place);
    // The first place of the window at or after `from`.
    const next = start >= from ? start : from + ((every - ((from - start) % every)) % every);
    if (next > Math.min(to, end)) continue;
    first = Math.min(first, place);
    last = place;
  }
  return last < first ? null : [first, last];
}
