// Which map or unit feeds which, and how strongly: what connections show. Nothing here knows a page.
import { PICTURE } from "./layout.js";

/**
 * @typedef {{ op: string, shape: number[], groups?: number, weight?: { at: number, shape: number[] } }} Stage
 * @typedef {{ sources: number[], meeting: string, shape: number[], stages: Stage[] }} Node
 * @typedef {{ node: number, index: number, weight: number | null }} Link A map or unit of a layer, and the weight of the
 *   connection with it: the sum of its kernel's absolute weights with the sign of their sum; null where none is learnt.
 */

const TRANSPOSED = "conv_transpose2d";
const MIXING = new Set(["conv2d", TRANSPOSED, "dense"]);
const MOST_STRENGTHS = 1 << 22; // numbers of one stage that are added up

export class Wiring {
  /**
   * @param {{ input: number[], nodes: Node[] }} header
   * @param {Float32Array} weights
   */
  constructor(header, weights) {
    this.header = header;
    this.weights = weights;
    /** @type {Map<Stage, Float32Array | null>} */
    this.kept = new Map();
  }

  shapeOf(node) {
    return node === PICTURE ? this.header.input : this.header.nodes[node].shape;
  }

  /** The shape of what a stage of a layer reads; with the number of stages, that of its output. */
  inputShape(node, stage) {
    if (stage) return this.header.nodes[node].stages[stage - 1].shape;
    const { sources, meeting } = this.header.nodes[node];
    const shapes = sources.map((source) => this.shapeOf(source));
    const largest = shapes.reduce((best, shape) => (size(shape) > size(best) ? shape : best));
    if (meeting !== "concatenation") return largest;
    return [shapes.reduce((sum, [channels]) => sum + channels, 0), ...largest.slice(1)];
  }

  /** What feeds a map or unit. @type {(node: number, index: number) => Link[]} */
  feeding(node, index) {
    if (node === PICTURE) return [];
    const { stages, sources, meeting } = this.header.nodes[node];
    /** @type {Map<number, number | null>} */
    let found = new Map([[index, null]]);
    for (let at = stages.length - 1; at >= 0; at--) found = this.before(stages[at], this.inputShape(node, at), found);
    const links = [];
    let first = 0;
    for (const source of sources) {
      const count = this.shapeOf(source)[0];
      for (const [channel, weight] of found) {
        const own = meeting === "concatenation" ? channel - first : Math.min(channel, count - 1);
        if (own >= 0 && own < count) links.push({ node: source, index: own, weight });
      }
      first += count;
    }
    return links;
  }

  /** What a map or unit feeds in a later layer that reads it. @type {(from: number, index: number, to: number) => Link[]} */
  fedBy(from, index, to) {
    const { stages, sources, meeting } = this.header.nodes[to];
    /** @type {Map<number, number | null>} */
    let found = new Map();
    let first = 0;
    for (const source of sources) {
      const count = this.shapeOf(source)[0];
      if (source === from) {
        const own = meeting === "concatenation" ? first + index : index;
        // One number may stand for all maps.
        const spread = meeting !== "concatenation" && count === 1 ? [...Array(this.inputShape(to, 0)[0]).keys()] : [own];
        for (const channel of spread) found.set(channel, null);
      }
      first += count;
    }
    stages.forEach((stage, at) => (found = this.after(stage, this.inputShape(to, at), found)));
    return [...found].map(([channel, weight]) => ({ node: to, index: channel, weight }));
  }

  /** The channels that a stage reads for some channels of its output. */
  before(stage, shape, found) {
    // A vector of maps is channel after channel, but in Keras' order pixel after pixel.
    if (stage.op === "maps_to_vector") return mapped(found, (unit) => [unit % shape[0]]);
    if (stage.op === "vector_to_maps") return mapped(found, (channel) => places(stage).map((at) => at * stage.shape[0] + channel));
    if (stage.op === "identity" && stage.shape.length < shape.length)
      return mapped(found, (unit) => [Math.floor(unit / (shape[1] * shape[2]))]);
    if (!MIXING.has(stage.op)) return found;
    const strengths = this.strengths(stage);
    const inputs = shape[0];
    const groups = stage.groups ?? 1;
    const [perGroup, outPerGroup] = [inputs / groups, stage.shape[0] / groups];
    const read = new Map();
    for (const [output, weight] of found) {
      const group = Math.floor(output / outPerGroup);
      for (let at = 0; at < perGroup; at++)
        read.set(group * perGroup + at, found.size > 1 ? weight : (strengths?.[output * perGroup + at] ?? null));
    }
    return read;
  }

  /** The channels of its output that a stage makes of some channels. */
  after(stage, shape, found) {
    if (stage.op === "maps_to_vector")
      return mapped(found, (channel) => [...Array(shape[1] * shape[2]).keys()].map((at) => at * shape[0] + channel));
    if (stage.op === "vector_to_maps") return mapped(found, (unit) => [unit % stage.shape[0]]);
    if (stage.op === "identity" && stage.shape.length < shape.length) {
      const area = shape[1] * shape[2];
      return mapped(found, (channel) => Array.from({ length: area }, (_, at) => channel * area + at));
    }
    if (!MIXING.has(stage.op)) return found;
    const strengths = this.strengths(stage);
    const { groups = 1 } = stage;
    const [perGroup, outPerGroup] = [shape[0] / groups, stage.shape[0] / groups];
    const made = new Map();
    for (const [input, weight] of found) {
      const group = Math.floor(input / perGroup);
      for (let output = group * outPerGroup; output < (group + 1) * outPerGroup; output++)
        made.set(output, found.size > 1 ? weight : (strengths?.[output * perGroup + (input % perGroup)] ?? null));
    }
    return made;
  }

  /** Of each output of a stage, the strength of each input of its group. @type {(stage: Stage) => Float32Array?} */
  strengths(stage) {
    if (!this.kept.has(stage)) this.kept.set(stage, this.added(stage));
    return this.kept.get(stage);
  }

  /** @param {Stage} stage */
  added({ op, shape: [outputs], groups = 1, weight }) {
    const [first, second, height = 1, width = 1] = weight.shape;
    const area = height * width;
    if (first * second > MOST_STRENGTHS) return null;
    const perGroup = op === TRANSPOSED ? first / groups : second;
    const strengths = new Float32Array(outputs * perGroup);
    for (let output = 0; output < outputs; output++)
      for (let input = 0; input < perGroup; input++) {
        const at = kernelAt({ op, weight, groups }, output, input, outputs) * area;
        let [sum, size] = [0, 0];
        for (let cell = 0; cell < area; cell++) {
          const value = this.weights[weight.at + at + cell];
          sum += value;
          size += Math.abs(value);
        }
        strengths[output * perGroup + input] = sum < 0 ? -size : size;
      }
    return strengths;
  }

  /** The kernel between two maps, where a layer has one; else null. @type {(node: number, index: number, input: number) => { values: Float32Array, size: [number, number] } | null} */
  kernel(node, index, input) {
    const stage = this.header.nodes[node].stages.findLast(({ op }) => op === "conv2d" || op === TRANSPOSED);
    if (!stage) return null;
    const at = this.header.nodes[node].stages.indexOf(stage);
    const { groups = 1 } = stage;
    const perGroup = this.inputShape(node, at)[0] / groups;
    const [height, width] = stage.weight.shape.slice(2);
    const from = stage.weight.at + kernelAt(stage, index, input % perGroup, stage.shape[0]) * height * width;
    return { values: this.weights.subarray(from, from + height * width), size: [height, width] };
  }
}

const mapped = (found, read) => new Map([...found].flatMap(([at, weight]) => read(at).map((one) => [one, weight])));

const places = ({ shape }) => [...Array(shape[1] * shape[2]).keys()];

const size = (shape) => shape.reduce((product, side) => product * side, 1);

/**
 * The number of the kernel that an output has for an input of its group: torch puts the inputs first where transposed.
 *
 * @type {(stage: Pick<Stage, "op" | "weight" | "groups">, output: number, input: number, outputs: number) => number}
 */
function kernelAt({ op, weight, groups = 1 }, output, input, outputs) {
  if (op !== TRANSPOSED) return output * weight.shape[1] + input;
  const outPerGroup = outputs / groups;
  const group = Math.floor(output / outPerGroup);
  return (group * (weight.shape[0] / groups) + input) * outPerGroup + (output % outPerGroup);
}
