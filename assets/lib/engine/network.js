// A network that needs no server: the forward pass of all its layers.
import { check, layoutOf, PICTURE, sizeOf, valuesOf } from "./header.js";
import { meet } from "./meetings.js";
import { OPERATIONS } from "./operations.js";

/** @typedef {import("./header.js").Header} Header */
/** @typedef {import("./header.js").NodeValues} NodeValues */
/** @typedef {import("./header.js").Stage} Stage */

export class PortableNetwork {
  /**
   * @param {Header} header
   * @param {Float32Array} weights All arrays that the header refers to. They are used as they are.
   * @throws {Error} The header does not fit together, or refers to weights that are not there.
   */
  constructor(header, weights) {
    this.header = header;
    this.layout = layoutOf(header);
    /** @type {{ compute: import("./operations.js").Compute, stage: Stage }[][]} */
    this.stages = header.nodes.map((node, index) => {
      let input = this.layout.nodes[index].inputShape;
      return node.stages.map((described) => {
        const stage = withArrays({ ...described, input }, weights, `layer ${index + 1}`);
        input = described.shape;
        return { compute: OPERATIONS[stage.op].compute, stage };
      });
    });
  }

  /**
   * All numbers of a forward pass.
   * @param {Float32Array} picture (C, H, W), channel by channel, in [0, 1].
   * @param {{ until?: number, into?: Float32Array }} [options] `until`: the node, by index, that is computed last, with
   * all that it depends on; others are then left out. `into`: what to write into, `layout.length` numbers.
   * @returns {NodeValues[]} By node; undefined for one that was left out. The arrays are parts of `into`.
   */
  run(picture, { until = this.header.nodes.length - 1, into = new Float32Array(this.layout.length) } = {}) {
    check(picture.length === this.layout.picture.length, `a picture has ${this.layout.picture.length} numbers`);
    check(into.length === this.layout.length, `a run has ${this.layout.length} numbers`);
    check(this.header.nodes[until] !== undefined, `it has no layer ${until + 1}`);
    into.set(picture);
    const values = valuesOf(this.layout, into);
    const outputs = values.map(({ input, stages }) => stages.at(-1) ?? input);
    const shown = into.subarray(0, picture.length);
    const needed = this.leadingTo(until);
    this.header.nodes.forEach(({ sources, meeting }, index) => {
      if (!needed.has(index)) {
        delete values[index];
        return;
      }
      const { input, stages } = values[index];
      if (sources.length > 1) {
        const inputs = sources.map((source) => (source === PICTURE ? shown : outputs[source]));
        meet(inputs, input, meeting);
      }
      let arrived = input;
      this.stages[index].forEach(({ compute, stage }, number) => {
        compute(arrived, stages[number], stage);
        arrived = stages[number];
      });
    });
    return values;
  }

  /** The node of that index and all that it depends on, by index. @param {number} until */
  leadingTo(until) {
    const needed = new Set([until]);
    for (let index = until; index >= 0; index--) {
      if (needed.has(index)) this.header.nodes[index].sources.forEach((source) => needed.add(source));
    }
    return needed;
  }
}

/**
 * The stage with its arrays in place of the references to them.
 * @param {Stage} stage
 * @param {Float32Array} weights
 * @param {string} whose
 */
function withArrays(stage, weights, whose) {
  check(Object.hasOwn(OPERATIONS, stage.op), `${whose} has the unknown operation “${stage.op}”`);
  const { arrays, optional = [] } = OPERATIONS[stage.op];
  if (!arrays) return stage;
  for (const [name, sizes] of Object.entries(arrays(stage))) {
    const reference = stage[name];
    if (reference === null && optional.includes(name)) continue;
    const size = sizeOf(reference?.shape, `${name} of ${whose}`);
    const { at } = reference;
    const isThere = Number.isInteger(at) && at >= 0 && at + size <= weights.length;
    check(isThere, `${name} of ${whose} lies outside of the weights`);
    check(sizes.includes(size), `${name} of ${whose} has ${size} numbers instead of ${sizes.join(" or ")}`);
    stage[name] = weights.subarray(at, at + size);
  }
  return stage;
}
