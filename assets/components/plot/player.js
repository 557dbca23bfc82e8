// Below a figure with frames: which one is shown. `layout.meta` says what else there is to know (figures/chart.py).
import { make } from "../../lib/dom.js";
import { clamp } from "../../lib/numbers.js";
import { Transport } from "../../lib/transport.js";

/**
 * @typedef {{ name: string, data: object[], traces: number[] }} Frame
 * @typedef {{ title: string, unit: string, shown: string, alts: string[], milliseconds: number }} About
 */

/**
 * The traces as a frame changes them. Each frame is a drawing of its own and the whole of it: Plotly's `animate` draws
 * only the traces that move, and takes a surface or contours that stand still away while it does.
 *
 * @type {(data: object[], frame: Frame) => object[]}
 */
export function moved(data, { data: changes, traces }) {
  const whole = [...data];
  traces.forEach((trace, place) => (whole[trace] = { ...data[trace], ...changes[place] }));
  return whole;
}

/** The frame that the figure names, or the first. @type {(frames: Frame[], shown: string) => number} */
export const firstFrame = (frames, shown) => Math.max(frames.findIndex(({ name }) => name === shown), 0);

export class Player {
  /** @param {{ holder: HTMLElement, drawing: Promise<void>, draw(): void }} view */
  constructor(view) {
    this.view = view;
    this.playing = false;
    /** @type {Frame[]} */
    this.frames = [];
    /** @type {About} */
    this.about = undefined;
  }

  get at() {
    return this.transport.place;
  }

  /** @type {(frames: Frame[] | undefined, about: About) => void} */
  take(frames, about) {
    this.pause();
    if (!frames) {
      this.row?.remove();
      this.row = undefined;
      return;
    }
    if (!this.row) this.build();
    Object.assign(this, { frames, about });
    this.row.setAttribute("aria-label", about.title);
    this.transport.setRange(about.title, frames.length);
    this.place(firstFrame(frames, about.shown));
  }

  build() {
    this.row = make("div", "", "transport");
    this.row.setAttribute("role", "group");
    this.transport = new Transport(this.row, {
      go: (to) => this.go(to),
      toggle: () => (this.playing ? this.pause() : this.play()),
    });
    this.view.holder.after(this.row);
  }

  /** Say which frame is shown, by which the view draws. @param {number} to */
  place(to) {
    const at = clamp(to, this.frames.length);
    this.transport.showPlace(at, `${this.about.unit} ${this.frames[at].name}`);
    this.view.holder.setAttribute("aria-label", this.about.alts[at]);
  }

  show(to) {
    this.place(to);
    this.view.draw();
  }

  go(to) {
    this.pause();
    this.show(to);
  }

  play() {
    this.setPlaying(true);
    this.show(this.at === this.frames.length - 1 ? 0 : this.at);
    this.next();
  }

  // A slow computer plays more slowly: what is not drawn yet is not left behind.
  next() {
    const drawn = this.view.drawing;
    this.timer = setTimeout(async () => {
      await drawn;
      if (!this.playing) return;
      this.show(this.at + 1);
      if (this.at < this.frames.length - 1) this.next();
      else this.pause();
    }, this.about.milliseconds);
  }

  pause() {
    clearTimeout(this.timer);
    if (this.playing) this.setPlaying(false);
  }

  setPlaying(playing) {
    this.playing = playing;
    this.transport.showPlaying(playing);
  }
}
