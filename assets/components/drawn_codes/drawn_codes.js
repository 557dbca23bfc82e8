// Numbers ε that were drawn at random once, and the codes μ + σ · ε that hang on them; two sliders move the codes.
import { addSvg, Announcer, onWidth, shareUnder } from "../../lib/dom.js";
import { bracketed, clamp, inDecimals } from "../../lib/numbers.js";
import { offerSaving } from "../../lib/saving.js";
import { keepingView } from "../../lib/views.js";

const LEFT = 12;
const RIGHT = 12;
const CURVE = 92; // the height of both curves, however wide they are
const TOP = 24;
const AXIS_ROOM = 24;
const BETWEEN = 34;
const POINTS = 241; // of a curve

class DrawnCodes {
  /** @param {import("../../lib/views.js").Component} component */
  constructor({ parentElement }) {
    /** @type {HTMLElement} */
    this.root = parentElement.querySelector(".drawn-codes");
    offerSaving(this.root);
    /** @type {SVGSVGElement} */
    this.svg = this.root.querySelector("svg");
    /** @type {HTMLInputElement[]} */
    this.sliders = [this.root.querySelector(".mean"), this.root.querySelector(".spread")];
    for (const slider of this.sliders) slider.oninput = () => this.draw();
    this.width = 0;
    this.live = new Announcer(this.root.querySelector(".live"));
    this.svg.onpointerdown = this.svg.onpointermove = (event) => this.pointAt(event);
    this.svg.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.choose(this.chosen + step);
    };
    this.leave = onWidth(this.root, (width) => {
      this.width = width;
      this.draw();
    });
  }

  update({ data }) {
    const isNew = !this.data;
    this.data = data;
    this.root.style.setProperty("--code-color", data.color);
    if (isNew) {
      this.chosen = data.chosen;
      this.sliders.forEach((slider, index) => {
        const { low, high, step, start } = data.ranges[index];
        Object.assign(slider, { min: String(low), max: String(high), step: String(step), value: String(start) });
      });
    }
    this.draw();
  }

  end() {
    this.leave();
    this.live.end();
  }

  get values() {
    const [mean, logVariance] = this.sliders.map((slider) => Number(slider.value));
    return { mean, logVariance, variance: Math.exp(logVariance), deviation: Math.exp(logVariance / 2) };
  }

  codeOf(epsilon) {
    const { mean, deviation } = this.values;
    return mean + deviation * epsilon;
  }

  across(x) {
    const { low, high } = this.data.axis;
    return LEFT + ((x - low) / (high - low)) * (this.width - LEFT - RIGHT);
  }

  pointAt(event) {
    const [down, right] = shareUnder(event, this.svg);
    const onCodes = down > 0.5;
    const distance = (index) => {
      const epsilon = this.data.epsilons[index];
      return Math.abs(this.across(onCodes ? this.codeOf(epsilon) : epsilon) - right * this.width);
    };
    const indices = this.data.epsilons.map((_, index) => index);
    this.choose(indices.reduce((best, index) => (distance(index) < distance(best) ? index : best)));
  }

  choose(index) {
    this.chosen = clamp(index, this.data.epsilons.length);
    this.draw();
  }

  draw() {
    this.write();
    if (!this.width) return;
    const { svg } = this;
    const { low, high } = this.data.axis;
    const { mean, deviation } = this.values;
    const floors = [TOP + CURVE, TOP + CURVE + AXIS_ROOM + BETWEEN + CURVE];
    const height = floors[1] + AXIS_ROOM;
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
    svg.setAttribute("height", String(height));
    const names = ["ε, drawn once from the standard normal distribution", "z = μ + σ · ε, the codes"];
    floors.forEach((floor, row) => {
      for (let tick = Math.ceil(low / 2) * 2; tick <= high; tick += 2) {
        addSvg(svg, "path", { class: "tick", d: `M${this.across(tick)} ${floor}v5` });
        addSvg(svg, "text", { x: this.across(tick), y: floor + 19, "text-anchor": "middle" }, inDecimals(tick));
      }
      addSvg(svg, "path", { class: "axis", d: `M${LEFT} ${floor}H${this.width - RIGHT}` });
      const [center, width] = row ? [mean, deviation] : [0, 1];
      const points = Array.from({ length: POINTS }, (_, index) => {
        const x = low + ((high - low) * index) / (POINTS - 1);
        const y = CURVE * Math.exp(-(((x - center) / width) ** 2) / 2);
        return `${this.across(x).toFixed(1)} ${(floor - y).toFixed(1)}`;
      });
      addSvg(svg, "path", { class: row ? "curve code-curve" : "curve", d: `M${points.join("L")}` });
      addSvg(svg, "text", { class: "name", x: LEFT, y: floor - CURVE - 9 }, names[row]);
    });
    // The chosen one is drawn last, above the others.
    const order = this.data.epsilons.map((_, index) => index).filter((index) => index !== this.chosen);
    for (const index of [...order, this.chosen]) {
      const epsilon = this.data.epsilons[index];
      const [from, to] = [this.across(epsilon), this.across(this.codeOf(epsilon))];
      const mark = index === this.chosen ? " chosen" : "";
      addSvg(svg, "path", { class: `thread${mark}`, d: `M${from} ${floors[0]}L${to} ${floors[1]}` });
      addSvg(svg, "circle", { class: `at-epsilon${mark}`, cx: from, cy: floors[0], r: 6 });
      addSvg(svg, "circle", { class: `at-code${mark}`, cx: to, cy: floors[1], r: 6 });
    }
  }

  write() {
    const { mean, logVariance, variance, deviation } = this.values;
    const epsilon = this.data.epsilons[this.chosen];
    const code = this.codeOf(epsilon);
    const divergence = (mean ** 2 + variance - 1 - logVariance) / 2;
    const set = (name, text) => {
      this.root.querySelector(name).textContent = text;
    };
    this.root.querySelectorAll("output").forEach((output, index) => {
      output.textContent = inDecimals([mean, logVariance][index]);
    });
    set(".deviation", `σ = exp(${inDecimals(logVariance)} / 2) = ${inDecimals(deviation)}`);
    set(".code", `z = ${inDecimals(mean)} + ${inDecimals(deviation)} · ${bracketed(inDecimals(epsilon))} = ${inDecimals(code)}`);
    set(".slopes", `dz/dμ = 1, dz/dσ = ε = ${inDecimals(epsilon)}`);
    const sum = `(${bracketed(inDecimals(mean))}² + ${inDecimals(variance)} − 1 − ${bracketed(inDecimals(logVariance))}) / 2`;
    set(".divergence", `(μ² + σ² − 1 − log σ²) / 2 = ${sum} = ${inDecimals(divergence)} nats`);
    const words = `Code ${this.chosen + 1} of ${this.data.epsilons.length}: ε is ${inDecimals(epsilon)}, z is ${inDecimals(code)}.`;
    this.svg.setAttribute("aria-label", `Random numbers and the codes made of them. ${words} Arrow keys choose another.`);
    this.live.say(`${words} KL is ${inDecimals(divergence)} nats.`);
  }
}

export default keepingView((component) => new DrawnCodes(component));
