// An input, the window that slides over it, and the output, explained pixel by pixel: what is pointed at, and the sweep.
// `data` in visualizer/ui/concepts/sliding_window.py says what arrives.
import { Delivery } from "../../lib/delivery.js";
import { allPlaces, arrowStep, pixelUnder } from "../../lib/dom.js";
import { clamp } from "../../lib/numbers.js";
import { offerSaving } from "../../lib/saving.js";
import { Transport } from "../../lib/transport.js";
import { keepingView } from "../../lib/views.js";
import { Arithmetic } from "./arithmetic.js";
import { between, realPixels } from "./geometry.js";
import { Maps } from "./maps.js";

const ANNOUNCE_AFTER = 400; // milliseconds without a further step

export default keepingView(
  ({ parentElement }) => new SlidingWindow(parentElement.querySelector(".sliding-window")),
);

class SlidingWindow {
  constructor(root) {
    this.root = root;
    offerSaving(root);
    this.find = (selector) => root.querySelector(selector);
    this.at = null; // the output pixel that is explained: {filter, row, column}
    this.pointed = null; // the input pixel under the pointer: [row, column]
    this.sweeping = false; // only the outputs up to `at` have been computed, so to speak
    this.frame = null;
    this.drawn = false; // there is something that was not sent
    this.drawing = new Delivery(() => ({ pixels: this.pixels() }));
    this.maps = new Maps(root, {
      input: (field) => this.listenToInput(field),
      output: (field, index) => this.listenToOutput(field, index),
    });
    this.arithmetic = new Arithmetic(root, {
      typed: (weights) => this.sendKernel(weights),
      left: () => this.render(),
    });
    this.find(".clear").onclick = () => this.clearDrawing();
    this.transport = new Transport(this.find(".transport"), {
      go: (index) => this.sweepTo(index),
      toggle: () => (this.frame ? this.stop() : this.play()),
    });
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(root);
  }

  update({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    const drawn = this.drawnSince(data);
    this.data = data;
    if (drawn) {
      this.realPixels().forEach((pixel, index) => this.set(pixel, drawn[index]));
    }
    this.drawing.update(data.taken, (message) => setTriggerValue("drawing", message));
    this.rows = data.output[0].length;
    this.columns = data.output[0][0].length;
    const shape = JSON.stringify([data.output.length, this.rows, this.columns, data.real.length, data.real[0].length]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.stop();
      this.sweeping = false;
      const [filter, row, column] = data.start;
      this.at = { filter, row, column };
    }
    this.root.classList.toggle("waiting", Boolean(drawn));
    this.find(".input").classList.toggle("drawable", data.drawable);
    this.find(".clear").hidden = !data.drawable;
    this.transport.setRange("Position of the window", this.rows * this.columns);
    this.maps.update(data);
    this.arithmetic.update(data);
    this.layout();
  }

  layout() {
    if (!this.maps.layout()) return;
    this.arithmetic.layout(this.maps.width);
    this.render();
  }

  // ---- The two sides ------------------------------------------------------------------------------------------

  listenToOutput(field, index) {
    const point = (event) => {
      const [row, column] = pixelUnder(event, field, this.rows, this.columns);
      this.pointAt({ filter: index(), row, column });
    };
    field.onpointerdown = (event) => {
      this.stop();
      point(event);
    };
    field.onpointermove = (event) => this.frame || point(event);
    field.onkeydown = (event) => {
      const step = arrowStep(event);
      if (!step) return;
      this.stop();
      const { row, column } = this.at;
      this.pointAt({
        filter: index(),
        row: clamp(row + step[0], this.rows),
        column: clamp(column + step[1], this.columns),
      });
      this.announce();
    };
  }

  listenToInput(field) {
    let brush = null;
    const height = () => this.data.real.length;
    const width = () => this.data.real[0].length;
    const point = (event) => {
      for (const place of allPlaces(event)) {
        const before = this.pointed;
        this.pointed = pixelUnder(place, field, height(), width());
        if (brush !== null) for (const pixel of between(before ?? this.pointed, this.pointed)) this.draw(pixel, brush);
      }
      this.render();
    };
    const finish = () => {
      if (brush !== null) this.sendDrawing();
      brush = null;
    };
    field.onpointerdown = (event) => {
      // A second finger does not draw.
      if (!event.isPrimary) return;
      if (this.data.drawable) {
        const [row, column] = pixelUnder(event, field, height(), width());
        brush = this.data.input[0][row][column] > 0.5 ? 0 : 1;
        field.setPointerCapture(event.pointerId);
        this.pointed = null;
      }
      point(event);
    };
    field.onpointermove = point;
    field.onpointerup = field.onpointercancel = field.onlostpointercapture = finish;
    field.onpointerleave = () => {
      this.pointed = null;
      this.render();
    };
    field.onkeydown = (event) => {
      if (!this.data.drawable) return;
      const [row, column] = this.pointed ?? this.realPixels()[0];
      const step = arrowStep(event) ?? (event.key === " " ? [0, 0] : null);
      if (!step) return;
      event.preventDefault();
      this.pointed = [clamp(row + step[0], height()), clamp(column + step[1], width())];
      if (event.key === " ") {
        this.draw([row, column], this.data.input[0][row][column] > 0.5 ? 0 : 1);
        this.sendDrawing();
      }
      this.render();
    };
  }

  draw([row, column], value) {
    if (!this.data.real[row][column] || this.data.input[0][row][column] === value) return;
    this.drawn = true;
    this.set([row, column], value);
    this.maps.paintInputs();
  }

  clearDrawing() {
    this.drawn = true;
    for (const pixel of this.realPixels()) this.set(pixel, 0);
    this.maps.paintInputs();
    this.sendDrawing();
    this.render();
  }

  set([row, column], value) {
    for (const map of this.data.input) map[row][column] = value;
  }

  realPixels() {
    return realPixels(this.data.real);
  }

  pixels() {
    return this.realPixels().map(([row, column]) => this.data.input[0][row][column]);
  }

  // What is drawn, where the server has not taken all of it: then what comes is older, and must not go over it.
  drawnSince({ drawable, taken }) {
    if (!drawable || !this.data?.drawable) {
      this.drawing.number = taken;
      return null;
    }
    return this.drawn || this.drawing.number > taken ? this.pixels() : null;
  }

  sendDrawing() {
    // Without a change no new data would come back.
    if (!this.drawn) return;
    this.drawn = false;
    this.root.classList.add("waiting");
    this.drawing.start();
  }

  sendKernel(weights) {
    this.root.classList.add("waiting");
    this.send("kernel", { filter: this.at.filter, weights });
  }

  // ---- Where it stands ----------------------------------------------------------------------------------------

  get index() {
    return this.at.row * this.columns + this.at.column;
  }

  pointAt(at) {
    this.at = at;
    this.sweeping = false;
    this.pointed = null;
    this.render();
  }

  sweepTo(index) {
    this.stop();
    this.moveTo(index);
    this.announce();
  }

  moveTo(index) {
    const place = clamp(index, this.rows * this.columns);
    this.at = { ...this.at, row: Math.floor(place / this.columns), column: place % this.columns };
    this.sweeping = true;
    this.pointed = null;
    this.render();
  }

  play() {
    const last = this.rows * this.columns - 1;
    const start = this.sweeping && this.index < last ? this.index : 0;
    let began = null;
    let from = start;
    let speed = null;
    const step = (now) => {
      const chosen = Number(this.find(".speed").value);
      if (chosen !== speed) [speed, began, from] = [chosen, now, began === null ? start : this.index];
      this.moveTo(from + Math.floor(((now - began) / 1000) * speed));
      if (this.index < last) this.frame = requestAnimationFrame(step);
      else this.stop();
    };
    this.frame = requestAnimationFrame(step);
    this.showPlaying();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.showPlaying();
  }

  end() {
    this.stop();
    this.drawing.end();
    this.observer.disconnect();
  }

  showPlaying() {
    this.transport.showPlaying(this.frame !== null);
  }

  announce() {
    clearTimeout(this.announcement);
    this.announcement = setTimeout(() => {
      this.find(".live").textContent = `${this.find(".place").textContent}: ${this.find(".result").textContent}`;
    }, ANNOUNCE_AFTER);
  }

  // ---- What is drawn for a position ---------------------------------------------------------------------------

  render() {
    if (!this.maps.inputCell) return;
    const { row, column } = this.at;
    this.transport.showPlace(this.index, `row ${row + 1}, column ${column + 1} of ${this.rows} × ${this.columns}`);
    this.maps.mark(this.at, this.pointed, this.sweeping);
    this.arithmetic.show(this.at);
  }
}
