/**
 * The page's side of the engine: a network in a web worker, which answers pictures.
 *
 *     const engine = await Engine.start();
 *     const network = await fetchNetwork(address);              // network_bytes.js; null: ask the page's script for it
 *     await engine.load(network.header, network.weights);
 *     const answer = await engine.run(picture);                 // null where a newer picture came first
 *     answer.values[node].stages.at(-1)                         // Float32Array, (C, H, W) channel by channel
 *     answerOf(network.header, answer.values)                   // header.js: probabilities or scores
 *     engine.giveBack(answer);                                  // once nobody reads it: saves memory being made anew
 *
 * header.js says what a header is, and where each number of a run lies; network.js computes in the order of the nodes;
 * convolution.js, pooling.js, normalization.js, functions.js and moving.js have one function for each operation, which
 * operations.js names, and meetings.js joins branches; worker.js wraps a network. All numbers of a run lie in one array,
 * which begins with the picture: it travels from the worker to the page without being copied. What only renames numbers,
 * such as flattening, shares the array of what it reads; so does the input of a node that reads a single one.
 */
import { check, layoutOf, refusal, valuesOf } from "./header.js";

/** @typedef {import("./header.js").Header} Header */
/** @typedef {import("./header.js").Layout} Layout */
/** @typedef {import("./header.js").NodeValues} NodeValues */

/**
 * @typedef {object} Answer
 * @property {NodeValues[]} values Of each node.
 * @property {number} milliseconds How long the worker computed.
 */

/** @typedef {{ picture: Float32Array, resolve: (answer: Answer | null) => void, reject: (error: Error) => void }} Asked */

const PATIENCE = 20_000; // milliseconds for the worker's script to come, as from a busy server

export class Engine {
  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    this.number = 0;
    /** @type {Map<number, { resolve: (reply: any) => void, reject: (error: Error) => void }>} */
    this.open = new Map();
    /** @type {Header | undefined} */
    this.header = undefined;
    /** @type {Layout | undefined} */
    this.layout = undefined;
    /** @type {Asked | undefined} The newest picture, while another one is computed. */
    this.waiting = undefined;
    this.isRunning = false;
    /** @type {ArrayBuffer[]} Of answers that nobody reads any more. */
    this.spare = [];
    /** @type {string | undefined} Why it computes no more. */
    this.stopped = undefined;
    worker.addEventListener("message", ({ data }) => this.take(data));
    worker.addEventListener("error", () => this.fail("its script has stopped or did not come"));
  }

  /**
   * An engine without a network.
   * @returns {Promise<Engine>} Rejected with an Error where the worker does not start.
   */
  static async start() {
    const engine = new Engine(new Worker(new URL("./worker.js", import.meta.url), { type: "module" }));
    const timer = setTimeout(() => engine.fail("its script did not come"), PATIENCE);
    try {
      await engine.ask("start", {});
    } catch (error) {
      engine.worker.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return engine;
  }

  /**
   * Take another network. Pictures that were not answered yet get null.
   * @param {Header} header
   * @param {Float32Array} weights They are copied.
   * @returns {Promise<void>} Rejected with an Error where header and weights do not fit together.
   */
  async load(header, weights) {
    this.drop();
    this.header = this.layout = undefined;
    const layout = layoutOf(header);
    const loaded = this.ask("load", { header, weights });
    this.header = header;
    this.layout = layout;
    this.spare = [];
    await loaded.catch((error) => {
      if (this.layout === layout) this.header = this.layout = undefined;
      throw error;
    });
  }

  /**
   * Other weights of the same network, as after some steps of training.
   * @param {Float32Array} weights They are copied.
   * @returns {Promise<void>} Rejected with an Error where the network needs more of them; then it keeps the old ones.
   */
  async setWeights(weights) {
    check(this.layout !== undefined, "there is none yet");
    await this.ask("weights", { weights });
  }

  /**
   * All numbers of all layers for a picture. Only one picture is computed at a time and only the newest one waits: a
   * pen is faster than a slow network.
   * @param {Float32Array} picture (C, H, W), channel by channel, in [0, 1].
   * @returns {Promise<Answer | null>} null where a newer picture, another network or the end came first. Rejected with
   * an Error where the picture does not fit.
   */
  run(picture) {
    this.waiting?.resolve(null);
    return new Promise((resolve, reject) => {
      this.waiting = { picture: picture.slice(), resolve, reject };
      if (!this.isRunning) this.next();
    });
  }

  /**
   * Let the memory of an answer be used for a later one; the arrays of its `values` must not be read
   * again.
   * @param {Answer} answer
   */
  giveBack({ values }) {
    const buffer = /** @type {ArrayBuffer} */ (values[0].input.buffer);
    if (buffer.byteLength === 4 * this.layout?.length && !this.spare.includes(buffer)) this.spare.push(buffer);
  }

  /** Stop computing for good. Pictures that were not answered yet get null. */
  end() {
    this.drop();
    this.worker.terminate();
    this.ended = true;
    this.fail("it was ended");
  }

  /** The picture that waits gets no answer. */
  drop() {
    this.waiting?.resolve(null);
    this.waiting = undefined;
  }

  /** Compute the picture that waits, if one does. */
  async next() {
    const asked = this.waiting;
    if (!asked) return;
    this.waiting = undefined;
    this.isRunning = true;
    const layout = this.layout;
    try {
      check(layout !== undefined, "there is none yet");
      const buffer = this.spare.pop();
      const { picture } = asked;
      const transfer = buffer ? [picture.buffer, buffer] : [picture.buffer];
      const { numbers, milliseconds } = await this.ask("run", { picture, buffer }, transfer);
      asked.resolve(layout === this.layout ? { values: valuesOf(layout, numbers), milliseconds } : null);
    } catch (error) {
      if (this.ended || (layout && layout !== this.layout)) asked.resolve(null);
      else asked.reject(error);
    }
    this.isRunning = false;
    this.next();
  }

  /**
   * @param {string} kind
   * @param {object} content
   * @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  ask(kind, content, transfer = []) {
    if (this.stopped) return Promise.reject(refusal(this.stopped));
    return new Promise((resolve, reject) => {
      const number = ++this.number;
      this.open.set(number, { resolve, reject });
      this.worker.postMessage({ kind, number, ...content }, transfer);
    });
  }

  /** @param {{ number: number, error?: string }} reply */
  take({ number, error, ...reply }) {
    const { resolve, reject } = this.open.get(number) ?? {};
    this.open.delete(number);
    if (error) reject?.(new Error(error));
    else resolve?.(reply);
  }

  /** @param {string} why */
  fail(why) {
    this.stopped = why;
    this.open.forEach(({ reject }) => reject(refusal(why)));
    this.open.clear();
  }
}
