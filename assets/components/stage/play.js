// The picture on its way through the network, column by column, at a pace that one sets.
import { clamp } from "../../lib/numbers.js";
import { Transport } from "../../lib/transport.js";

const MOVES_FOR = 0.55; // the share of a column's time in which its numbers appear

export class Play {
  /**
   * @param {HTMLElement} row With a `select` of seconds for each column.
   * @param {(column: number, share: number) => void} show Draws how far it has come.
   * @param {() => void} ended
   */
  constructor(row, show, ended) {
    this.show = show;
    this.ended = ended;
    this.select = row.querySelector("select");
    this.count = 0;
    this.column = 0;
    this.transport = new Transport(row, { go: (column) => this.go(column), toggle: () => this.toggle() });
  }

  /** @param {string[]} names Of the columns. */
  setColumns(names) {
    this.stop();
    this.names = names;
    this.count = names.length;
    this.column = 0;
    this.transport.setRange("Layer that the picture has come to", this.count);
    this.transport.showPlace(0, names[0]);
  }

  get isPlaying() {
    return Boolean(this.frame);
  }

  toggle() {
    this.isPlaying ? this.stop() : this.play();
  }

  go(column) {
    this.stop();
    this.reach(clamp(column, this.count), 1);
  }

  play() {
    if (!this.count) return;
    this.reach(this.column >= this.count - 1 ? 0 : this.column, 0);
    this.transport.showPlaying(true);
    let began = performance.now();
    const step = (now) => {
      const takes = 1000 * Number(this.select.value);
      const share = (now - began) / takes;
      if (share >= 1) {
        if (this.column === this.count - 1) return this.finish();
        began = now;
        this.reach(this.column + 1, 0);
      } else this.reach(this.column, this.isStill ? 1 : clamp(share / MOVES_FOR, 2));
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  get isStill() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  finish() {
    this.stop();
    this.ended();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.transport.showPlaying(false);
  }

  reach(column, share) {
    this.column = column;
    this.transport.showPlace(column, this.names[column]);
    this.show(column, Math.min(share, 1));
  }
}
