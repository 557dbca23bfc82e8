// How one number came about: the steps of a layer, with their numbers. Nothing here knows a page.
import { filled, inFourDigits } from "../../lib/numbers.js";
import { PICTURE } from "./layout.js";
import { placesOf } from "./point.js";

const WINDOWS = new Set(["conv2d", "max_pooling", "average_pooling"]);
const MOST_ITEMS = 12; // numbers of a long sum that are listed: those with the largest products

/**
 * @typedef {import("./wiring.js").Wiring} Wiring
 * @typedef {{ input: Float32Array, stages: Float32Array[] }[]} Values Of each layer.
 * @typedef {{ rows: number[], columns: number[], inside: boolean[] }} InputWindow Places in the layer's input; cell by cell
 *   whether it is inside the map.
 * @typedef {{ channel: number, values: number[], kernel: number[], products: number[], sum: number }} Term
 * @typedef {{ name: string, input: number, weight: number, product: number, place: number[] }} Item
 * @typedef {{ label: string, text: string, result: number }} Line
 * @typedef {{
 *   kind: "convolution" | "max" | "average" | "sum" | "meeting" | "moved" | "other",
 *   inputShape: number[], input: Float32Array, window: InputWindow | null, terms: Term[], items: Item[], rest: number, restCount: number,
 *   bias: number | null, before: number, winner: number, lines: Line[], value: number, op: string, reads: number | null,
 * }} Explanation `before` is what the first step made, `lines` what happened to it afterwards, `value` the result;
 *   `reads` the layer whose output the first step takes, null where that is another step of the same layer.
 */

/**
 * @param {Wiring} wiring
 * @param {Values} values
 * @param {Float32Array} picture
 * @param {number} node
 * @param {number} index The map or unit.
 * @param {[number, number]} place Row and column in the map.
 * @returns {Explanation}
 */
export function explain(wiring, values, picture, node, index, [row, column]) {
  const { stages, sources, meeting } = wiring.header.nodes[node];
  /** @type {Line[]} */
  const lines = [];
  let spot = { channel: index, row, column };
  const numbersAt = (at) => (at ? values[node].stages[at - 1] : values[node].input);
  const value = numbersAt(stages.length)[offset(stages.length ? stages.at(-1).shape : wiring.inputShape(node, 0), spot)];
  for (let at = stages.length - 1; at >= 0; at--) {
    const stage = stages[at];
    const shape = wiring.inputShape(node, at);
    const input = numbersAt(at);
    const made = numbersAt(at + 1)[offset(stage.shape, spot)];
    const isFirst = stages.slice(0, at).every(({ op }) => op === "padding" || op === "identity");
    const reads = isFirst && sources.length === 1 ? sources[0] : null;
    const base = { ...NOTHING, inputShape: shape, input, before: made, lines, value, op: stage.op, reads };
    if (WINDOWS.has(stage.op)) return { ...base, ...windowed(wiring, stage, shape, input, spot, padded(stages, at)) };
    if (stage.op === "dense") return { ...base, ...summed(wiring, stage, input, spot.channel), kind: "sum" };
    const line = lineOf(wiring, stage, input, shape, spot, made);
    if (!line) {
      const moved = movedFrom(stage, shape, spot);
      if (!moved) return { ...base, kind: "other" };
      spot = moved;
    } else lines.unshift(line);
  }
  const shape = wiring.inputShape(node, 0);
  const base = { ...NOTHING, inputShape: shape, input: values[node].input, lines, value, before: values[node].input[offset(shape, spot)], op: meeting };
  const items = sources.flatMap((source) => metBy(wiring, values, picture, source, spot, meeting, sources));
  return { ...base, items, kind: sources.length > 1 ? "meeting" : "moved" };
}

const NOTHING = { kind: /** @type {const} */ ("other"), window: null, terms: [], items: [], rest: 0, restCount: 0, bias: null, winner: -1, reads: null };

/** Where a number is among those of its shape. */
export function offset(shape, { channel, row, column }) {
  return shape.length === 3 ? (channel * shape[1] + row) * shape[2] + column : channel;
}

/** What padding right before a stage adds at the top and the left. */
function padded(stages, at) {
  let [top, left] = [0, 0];
  for (let before = at - 1; before >= 0 && stages[before].op === "padding"; before--) {
    top += stages[before].top;
    left += stages[before].left;
  }
  return { top, left, stages: at - stages.slice(0, at).findLastIndex(({ op }) => op !== "padding") - 1 };
}

/** @returns {Pick<Explanation, "kind" | "window" | "terms"> & Partial<Explanation>} */
function windowed(wiring, stage, shape, input, spot, before) {
  const { size, strides, padding, dilation } = stage;
  const along = (axis, place) => Array.from({ length: size[axis] }, (_, cell) => place * strides[axis] - padding[axis] + cell * dilation[axis]);
  const [rows, columns] = [along(0, spot.row), along(1, spot.column)];
  const cells = rows.flatMap((y) => columns.map((x) => [y, x]));
  const isIn = (y, x) => y >= 0 && x >= 0 && y < shape[1] && x < shape[2];
  const numberAt = (channel, y, x) => (isIn(y, x) ? input[(channel * shape[1] + y) * shape[2] + x] : 0);
  // The map itself, without the rows and columns that a stage before has put around it.
  const [height, width] = [shape[1] - 2 * before.top, shape[2] - 2 * before.left];
  const inside = cells.map(([y, x]) => (before.stages ? inPadded(y, x, before, height, width) : isIn(y, x)));
  const window = { rows: rows.map((y) => y - before.top), columns: columns.map((x) => x - before.left), inside };
  if (stage.op !== "conv2d") {
    const values = cells.map(([y, x]) => numberAt(spot.channel, y, x));
    const counted = values.map((value, cell) => (isIn(...cells[cell]) ? value : -Infinity));
    const term = { channel: spot.channel, values, kernel: [], products: [], sum: values.reduce((sum, value) => sum + value, 0) };
    const kind = stage.op === "max_pooling" ? "max" : "average";
    return { kind, window, terms: [term], winner: kind === "max" ? counted.indexOf(Math.max(...counted)) : -1 };
  }
  const perGroup = shape[0] / stage.groups;
  const first = Math.floor(spot.channel / (stage.shape[0] / stage.groups)) * perGroup;
  const area = size[0] * size[1];
  const terms = Array.from({ length: perGroup }, (_, at) => {
    const from = stage.weight.at + (spot.channel * perGroup + at) * area;
    const kernel = [...wiring.weights.subarray(from, from + area)];
    const values = cells.map(([y, x]) => numberAt(first + at, y, x));
    const products = values.map((value, cell) => value * kernel[cell]);
    return { channel: first + at, values, kernel, products, sum: products.reduce((sum, product) => sum + product, 0) };
  });
  return { kind: "convolution", window, terms, bias: biasOf(wiring, stage, spot.channel) };
}

const inPadded = (y, x, { top, left }, height, width) => y >= top && x >= left && y < top + height && x < left + width;

const biasOf = (wiring, stage, index) => (stage.bias ? wiring.weights[stage.bias.at + index] : null);

/** The largest products of a long sum. */
function summed(wiring, stage, input, unit) {
  const from = stage.weight.at + unit * input.length;
  const products = Float64Array.from(input, (value, at) => value * wiring.weights[from + at]);
  const order = [...products.keys()].sort((a, b) => Math.abs(products[b]) - Math.abs(products[a]));
  const items = order.slice(0, MOST_ITEMS).map((at) => ({
    name: `number ${at + 1}`,
    input: input[at],
    weight: wiring.weights[from + at],
    product: products[at],
    place: [at, 0, 0],
  }));
  const rest = order.slice(MOST_ITEMS).reduce((sum, at) => sum + products[at], 0);
  return { items, rest, restCount: Math.max(order.length - MOST_ITEMS, 0), bias: biasOf(wiring, stage, unit) };
}

/** The numbers of the layers that meet, at a place of what they make. */
function metBy(wiring, values, picture, source, spot, meeting, sources) {
  const shape = wiring.shapeOf(source);
  let { channel } = spot;
  if (meeting === "concatenation" && sources.length > 1) {
    channel -= sources.slice(0, sources.indexOf(source)).reduce((sum, one) => sum + wiring.shapeOf(one)[0], 0);
    if (channel < 0 || channel >= shape[0]) return [];
  }
  const [rows, columns] = placesOf(shape);
  const place = { channel: Math.min(channel, shape[0] - 1), row: Math.min(spot.row, rows - 1), column: Math.min(spot.column, columns - 1) };
  const input = outputOf(values, picture, source)[offset(shape, place)];
  return [{ name: String(source), input, weight: 1, product: input, place: [place.channel, place.row, place.column] }];
}

/** The output of a layer, or the picture. @type {(values: Values, picture: Float32Array, node: number) => Float32Array} */
export function outputOf(values, picture, node) {
  if (node === PICTURE) return picture;
  const { input, stages } = values[node];
  return stages.length ? stages.at(-1) : input;
}

/** Where a number that is only moved comes from; null where it is computed. */
function movedFrom(stage, shape, { channel, row, column }) {
  if (stage.op === "identity" || stage.op === "first_channels") {
    if (stage.shape.length === shape.length) return { channel, row, column };
    const [, height, width] = shape;
    return { channel: Math.floor(channel / (height * width)), row: Math.floor(channel / width) % height, column: channel % width };
  }
  if (stage.op === "maps_to_vector") {
    const [channels, , width] = shape;
    const at = Math.floor(channel / channels);
    return { channel: channel % channels, row: Math.floor(at / width), column: at % width };
  }
  if (stage.op === "vector_to_maps") return { channel: (row * stage.shape[2] + column) * stage.shape[0] + channel, row: 0, column: 0 };
  if (stage.op !== "padding") return null;
  const [y, x] = [row - stage.top, column - stage.left];
  return y >= 0 && x >= 0 && y < shape[1] && x < shape[2] ? { channel, row: y, column: x } : null;
}

/** The functions of one number, as a sum reads them. @type {Record<string, [string, string]>} */
const FUNCTIONS = {
  relu: ["ReLU", "max(0, {x})"],
  relu6: ["ReLU6", "min(max(0, {x}), 6)"],
  leaky_relu: ["Leaky ReLU", "{x}, below zero times {slope}"],
  sigmoid: ["Sigmoid", "1 / (1 + e^(− {x}))"],
  tanh: ["Tanh", "tanh({x})"],
  gelu: ["GELU", "{x} · Φ({x})"],
  gelu_tanh: ["GELU", "{x} · Φ({x}), nearly"],
  silu: ["SiLU", "{x} · sigmoid({x})"],
  elu: ["ELU", "{x}, below zero {alpha} · (e^{x} − 1)"],
  selu: ["SELU", "{x}, scaled"],
  softplus: ["Softplus", "ln(1 + e^{x})"],
  hard_sigmoid: ["Hard sigmoid", "min(max(0, {x} / 6 + 0.5), 1)"],
  hard_swish: ["Hard swish", "{x} · hard sigmoid({x})"],
  rescaling: ["Rescaling", "{x} · {scale} + {offset}"],
};

/** What a stage makes of the number at the same place; null where it is no function of it. @returns {Line?} */
function lineOf(wiring, stage, input, shape, spot, result) {
  const x = shape.length === stage.shape.length ? input[offset(shape, spot)] : NaN;
  const entry = FUNCTIONS[stage.op];
  if (entry) return { label: entry[0], text: filled(entry[1], { x, ...stage }, inFourDigits), result };
  if (stage.op === "batch_normalization") {
    const read = (array) => (array ? wiring.weights[array.at + spot.channel] : 0);
    const numbers = { x, mean: read(stage.mean), scale: read(stage.scale), shift: read(stage.shift) };
    return { label: "Batch normalisation", text: filled("({x} − {mean}) · {scale} + {shift}", numbers, inFourDigits), result };
  }
  if (stage.op === "parametric_relu") return { label: "Parametric ReLU", text: filled("{x}, below zero times its slope", { x }, inFourDigits), result };
  if (stage.op !== "softmax") return null;
  const area = shape.length === 3 ? shape[1] * shape[2] : 1;
  const at = offset(shape, spot) % area;
  const scores = Array.from({ length: shape[0] }, (_, channel) => input[channel * area + at]);
  const largest = Math.max(...scores);
  const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
  const words = `e^({x} − {largest}) / {sum}: less the largest, and divided by the sum of all ${shape[0]} such powers`;
  return { label: "Softmax", text: filled(words, { x, largest, sum }, inFourDigits), result };
}
