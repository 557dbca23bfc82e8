// Makes a large drawing larger or smaller, with its letters. The drawing itself stays the same: the browser scales it,
// and the part of the page that it is in scrolls, by finger, wheel and keyboard as everything does, or is dragged.
import { toolButton } from "../../lib/figure_tools.js";

const STEP = 1.4;
const LARGEST = 4;
const WHEEL = 300; // of a wheel's way for a factor of e
const READABLE = 0.8; // of the size of letters

/** @type {(scale: number, least: number) => number} */
export const allowed = (scale, least) => Math.min(Math.max(scale, Math.min(least, 1)), LARGEST);

export class Zoom {
  /** @param {HTMLElement} holder Which scrolls. @param {HTMLElement} tools @param {AbortSignal} signal */
  constructor(holder, tools, signal) {
    this.holder = holder;
    this.scale = 1;
    this.isChosen = false; // Whether somebody has zoomed.
    this.size = [0, 0];
    tools.classList.add("zooming");
    tools.prepend(
      toolButton("smaller", "Zoom out", () => this.choose(this.scale / STEP)),
      toolButton("larger", "Zoom in", () => this.choose(this.scale * STEP)),
      toolButton("whole", "Show the whole drawing", () => this.choose(this.least)),
    );
    const listen = (name, listener, options = {}) => holder.addEventListener(name, listener, { signal, ...options });
    listen("wheel", (event) => this.turn(event), { passive: false, capture: true });
    listen("dblclick", () => this.comeBack());
    listen("pointerdown", (event) => this.grasp(event));
    listen("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) listen(end, () => (this.grasped = undefined));
  }

  /** The scale at which all of the drawing is seen. */
  get least() {
    return Math.min(this.holder.clientWidth / this.size[0], 1);
  }

  /** A drawing was made, maybe of another size. @param {number} width @param {number} height */
  take(width, height) {
    this.size = [width, height];
    if (this.isChosen) this.to(this.scale);
    else this.comeBack([0, 0]);
  }

  // What is hardly wider than its place is shown whole: smaller letters are better than a label that is cut.
  /** @param {[number, number]} [fixed] */
  comeBack(fixed) {
    this.isChosen = false;
    this.to(this.least < READABLE ? 1 : this.least, fixed);
  }

  /** @param {number} scale @param {[number, number]} [fixed] */
  choose(scale, fixed) {
    this.isChosen = true;
    this.to(scale, fixed);
  }

  /** @param {number} scale @param {[number, number]} [fixed] The point of the holder that stays in its place. */
  to(scale, fixed = [this.holder.clientWidth / 2, this.holder.clientHeight / 2]) {
    const { holder } = this;
    const drawing = /** @type {HTMLElement} */ (holder.firstElementChild);
    const before = this.scale;
    const after = (this.scale = allowed(scale, this.least));
    const place = [(holder.scrollLeft + fixed[0]) / before, (holder.scrollTop + fixed[1]) / before];
    const [, height] = this.size;
    drawing.style.transformOrigin = "0 0";
    drawing.style.transform = after === 1 ? "" : `scale(${after})`;
    // What is larger scrolls in the room that it had; what is smaller takes less.
    if (after <= 1) holder.style.height = "";
    else if (before <= 1) holder.style.height = `${holder.offsetHeight}px`;
    const left = after < 1 ? (1 - after) * height : 0;
    drawing.style.marginBottom = left ? `${-left}px` : "";
    holder.style.minHeight = `${height - left}px`;
    holder.toggleAttribute("data-zoomed", after > 1);
    holder.scrollTo(place[0] * after - fixed[0], place[1] * after - fixed[1]);
    const wider = holder.scrollWidth > holder.clientWidth + 1;
    holder.toggleAttribute("data-movable", wider);
    holder.toggleAttribute("data-whole", after < 1 && !wider);
  }

  // Two fingers on a touchpad are a wheel with Ctrl. Without it, the page scrolls.
  turn(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { left, top } = this.holder.getBoundingClientRect();
    this.choose(this.scale * Math.exp(-event.deltaY / WHEEL), [event.clientX - left, event.clientY - top]);
  }

  grasp({ pointerType, button, clientX, clientY, pointerId }) {
    if (pointerType !== "mouse" || button !== 0 || !this.holder.hasAttribute("data-movable")) return;
    const { scrollLeft, scrollTop } = this.holder;
    this.grasped = [clientX + scrollLeft, clientY + scrollTop];
    this.holder.setPointerCapture(pointerId);
  }

  drag({ clientX, clientY }) {
    if (this.grasped) this.holder.scrollTo(this.grasped[0] - clientX, this.grasped[1] - clientY);
  }
}
