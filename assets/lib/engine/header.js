// What the server says of a network (visualizer/inspection/portable.py), and where each number of a run lies. Nothing of
// it is believed: what does not fit together is an Error, before anything is computed.
import { softmax } from "./functions.js";
import { MEETINGS } from "./meetings.js";

/**
 * @typedef {{ at: number, shape: number[] }} Reference An array among the weights; `at` is its first number.
 * @typedef {{ op: string, shape: number[], [setting: string]: any }} StageHeader
 * @typedef {{ sources: number[], meeting: string, shape: number[], stages: StageHeader[] }} NodeHeader
 * @typedef {object} Header
 * @property {number[]} input (C, H, W) of the pictures.
 * @property {number} multiply_adds Of one run.
 * @property {boolean} ends_in_softmax
 * @property {"probabilities" | "scores" | null} answer null where the output is not one number for each class.
 * @property {NodeHeader[]} nodes
 *
 * @typedef {{ at: number, length: number }} Place Of an array within the numbers of a run.
 * @typedef {object} Layout Where the numbers of a run lie, all in one array that begins with the picture.
 * @property {number} length Of that array.
 * @property {Place} picture
 * @property {{ input: Place, inputShape: number[], stages: Place[] }[]} nodes
 *
 * @typedef {{ input: Float32Array, stages: Float32Array[] }} NodeValues The input of a node and what its stages output.
 *
 * @typedef {StageHeader & { input: number[] }} Stage A stage as operations get it: with the shape of its input, and
 * with its arrays in place of the references to them.
 */

export const PICTURE = -1;

// Of one run, and of one array: a gigabyte. A wrong header must not fill the memory.
const MOST_NUMBERS = 2 ** 28;

/** @param {string} why A clause. */
export const refusal = (why) => new Error(`The network cannot be computed here: ${why}.`);

/**
 * @param {boolean} holds
 * @param {string} what What is wrong where it does not hold.
 */
export function check(holds, what) {
  if (!holds) throw refusal(what);
}

/** How many numbers an array of that shape has. @param {any} shape @param {string} whose */
export function sizeOf(shape, whose) {
  const isShape = Array.isArray(shape) && shape.every((side) => Number.isInteger(side) && side >= 1);
  const size = isShape ? shape.reduce((product, side) => product * side, 1) : NaN;
  check(size <= MOST_NUMBERS, `the shape of ${whose} is wrong`);
  return size;
}

/**
 * Where each number of a run lies. A stage that changes no number has the place of its input.
 * @param {Header} header
 * @returns {Layout}
 */
export function layoutOf(header) {
  check(Array.isArray(header?.nodes) && header.nodes.length > 0, "it has no layers");
  let length = 0;
  /** @type {(size: number) => Place} */
  const take = (size) => {
    const at = length;
    length += size;
    check(length <= MOST_NUMBERS, "it has too many numbers");
    return { at, length: size };
  };
  const picture = take(sizeOf(header.input, "the picture"));
  /** @type {{ place: Place, shape: number[] }[]} */
  const outputs = [];
  const nodes = header.nodes.map(({ sources, meeting, shape, stages }, index) => {
    const whose = `layer ${index + 1}`;
    const known = Array.isArray(sources) && sources.every((one) => Number.isInteger(one) && one >= PICTURE && one < index);
    check(known && sources.length > 0 && Array.isArray(stages), `${whose} reads no earlier layer`);
    const read = sources.map((source) => (source === PICTURE ? { place: picture, shape: header.input } : outputs[source]));
    const met = read.length === 1 ? read[0] : { shape: shapeOfMeeting(read, meeting, whose), place: undefined };
    let place = met.place ?? take(sizeOf(met.shape, whose));
    const node = { input: place, inputShape: met.shape, stages: [] };
    for (const stage of stages) {
      const size = sizeOf(stage?.shape, `a stage of ${whose}`);
      const stays = stage.op === "identity";
      check(!stays || size === place.length, `a stage of ${whose} changes the number of its numbers`);
      if (!stays) place = take(size);
      node.stages.push(place);
    }
    check(sizeOf(shape, whose) === place.length, `the shape of ${whose} is not that of its last stage`);
    outputs.push({ place, shape });
    return node;
  });
  return { length, picture, nodes };
}

/**
 * @param {{ shape: number[] }[]} read
 * @param {string} meeting
 * @param {string} whose
 */
function shapeOfMeeting(read, meeting, whose) {
  check(MEETINGS.includes(meeting), `${whose} reads several layers in an unknown way`);
  const shapes = read.map(({ shape }) => shape);
  const largest = shapes.reduce((a, b) => (sizeOf(b, whose) > sizeOf(a, whose) ? b : a));
  if (meeting === "concatenation") {
    const alike = shapes.every((one) => `${one.slice(1)}` === `${largest.slice(1)}`);
    check(alike, `what ${whose} reads does not fit together`);
    return [shapes.reduce((sum, [channels]) => sum + channels, 0), ...largest.slice(1)];
  }
  const maps = `${[largest[0], 1, 1]}`;
  const fits = shapes.every((one) => `${one}` === `${largest}` || (largest.length === 3 && `${one}` === maps));
  check(fits, `what ${whose} reads does not fit together`);
  return largest;
}

/**
 * What was computed, node by node, as views of the numbers of a run.
 * @param {Layout} layout
 * @param {Float32Array} numbers
 * @returns {NodeValues[]}
 */
export function valuesOf(layout, numbers) {
  /** @type {(place: Place) => Float32Array} */
  const view = ({ at, length }) => numbers.subarray(at, at + length);
  return layout.nodes.map(({ input, stages }) => ({ input: view(input), stages: stages.map(view) }));
}

/**
 * One number for each class, from the output of the last layer; with a softmax where the network was trained with one
 * in its loss. null where the network has no such answer.
 * @param {Header} header
 * @param {NodeValues[]} values
 */
export function answerOf({ answer, ends_in_softmax: endsInSoftmax }, values) {
  if (answer === null) return null;
  const { input, stages } = values.at(-1);
  const output = stages.at(-1) ?? input;
  if (answer === "scores" || endsInSoftmax) return output;
  const probabilities = new Float32Array(output.length);
  softmax(output, probabilities, { op: "softmax", shape: [output.length], input: [output.length] });
  return probabilities;
}
