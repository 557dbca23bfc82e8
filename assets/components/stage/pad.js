// The paper of the stage: what is drawn becomes the picture that the network sees, without the server.
import { Paper } from "../draw/draw.js";
import { PREPARATIONS } from "./drawing.js";

const SIDE = 64; // pixels of a drawing, as the server takes them too: SIDE of visualizer/data/drawing.py

export class Pad extends Paper {
  /** @param {(picture: Float32Array) => void} drawn Called with the network's input while the pen moves. */
  constructor(drawn) {
    super({ side: SIDE, picture: "" });
    this.drawn = drawn;
    this.arrived = this.picture();
  }

  /** @param {string} preparation A name in `PREPARATIONS`. @param {number[]} shape (C, H, W) of the network's input. */
  prepareFor(preparation, shape) {
    this.prepare = PREPARATIONS[preparation];
    this.shape = shape;
  }

  changed() {
    this.paint();
    const grey = this.grey();
    if (grey.some((ink) => ink)) this.drawn(this.prepare(grey, SIDE, this.shape));
  }

  leave() {
    this.observer.disconnect();
    this.root = null;
  }
}
