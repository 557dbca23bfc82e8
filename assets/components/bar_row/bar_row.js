// A row of bars to draw: with the pointer, or one after the other with the keyboard. What was drawn goes to the server
// when the hand rests.
import { addSvg, allPlaces, arrowStep, onWidth, shareUnder } from "../../lib/dom.js";
import { clamp, inDecimals, placeAt, within } from "../../lib/numbers.js";
import { offerSaving } from "../../lib/saving.js";
import { keepingView } from "../../lib/views.js";

const HEIGHT = 110;
const FOOT = 22;
const STEP = 0.05;
const SETTLED_AFTER = 400; // milliseconds without a further key

class BarRow {
  /** @param {import("../../lib/views.js").Component} component */
  constructor({ parentElement }) {
    /** @type {HTMLElement} */
    this.root = parentElement.querySelector(".bar-row");
    offerSaving(this.root);
    /** @type {SVGSVGElement} */
    this.svg = this.root.querySelector("svg");
    this.chosen = 0;
    this.width = 0;
    this.svg.onpointerdown = (event) => {
      this.svg.setPointerCapture(event.pointerId);
      this.drawAt(event);
    };
    this.svg.onpointermove = (event) => {
      if (this.svg.hasPointerCapture(event.pointerId)) for (const place of allPlaces(event)) this.drawAt(place);
    };
    this.svg.onlostpointercapture = () => this.send();
    this.svg.onkeydown = (event) => {
      const step = arrowStep(event);
      if (!step) return;
      if (step[1]) this.chosen = clamp(this.chosen + step[1], this.bars.length);
      else this.set(this.chosen, this.bars[this.chosen] - step[0] * STEP);
      this.draw();
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.send(), SETTLED_AFTER);
    };
    this.leave = onWidth(this.root, (width) => {
      this.width = width;
      this.draw();
    });
  }

  update({ data, setStateValue }) {
    this.data = data;
    this.setStateValue = setStateValue;
    this.bars = [...data.bars];
    this.draw();
  }

  end() {
    this.leave();
    clearTimeout(this.waiting);
  }

  drawAt(event) {
    const [down, right] = shareUnder(event, this.svg);
    this.chosen = placeAt(right, this.bars.length);
    this.set(this.chosen, 1 - (down * (HEIGHT + FOOT)) / HEIGHT);
    this.draw();
  }

  set(index, height) {
    this.bars[index] = +(Math.round(within(height, 0, 1) / STEP) * STEP).toFixed(2);
  }

  send() {
    // Of nothing, no number could be drawn.
    if (!this.bars.some((bar) => bar > 0)) this.set(this.chosen, STEP);
    this.draw();
    this.root.querySelector(".live").textContent = this.words();
    if (this.bars.some((bar, index) => bar !== this.data.bars[index])) this.setStateValue("bars", [...this.bars]);
  }

  words() {
    const { low, high } = this.data;
    const wide = (high - low) / this.bars.length;
    const from = low + this.chosen * wide;
    return `Bar from ${inDecimals(from)} to ${inDecimals(from + wide)}: height ${inDecimals(this.bars[this.chosen])}.`;
  }

  draw() {
    if (!this.width || !this.bars) return;
    const { svg } = this;
    const { low, high } = this.data;
    const wide = this.width / this.bars.length;
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT + FOOT}`);
    svg.setAttribute("height", String(HEIGHT + FOOT));
    this.bars.forEach((bar, index) => {
      const [x, width] = [index * wide + 1, wide - 2];
      const chosen = index === this.chosen ? " chosen" : "";
      addSvg(svg, "rect", { class: `room${chosen}`, x, y: 0, width, height: HEIGHT });
      addSvg(svg, "rect", { class: "bar", x, y: HEIGHT * (1 - bar), width, height: HEIGHT * bar });
    });
    addSvg(svg, "path", { class: "floor", d: `M0 ${HEIGHT}H${this.width}` });
    for (let tick = low + 1; tick < high; tick += 1) {
      const x = ((tick - low) / (high - low)) * this.width;
      addSvg(svg, "text", { x, y: HEIGHT + 17, "text-anchor": "middle" }, inDecimals(tick));
    }
    svg.setAttribute("aria-label", `${this.data.name}, ${this.bars.length} bars. ${this.words()} Arrow keys change it.`);
  }
}

export default keepingView((component) => new BarRow(component));
