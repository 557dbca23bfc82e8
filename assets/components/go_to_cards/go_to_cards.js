// Leads to a card of Build's list: from its volume in the drawing to scale, or from a problem's link. The card scrolls
// into view, has the focus, and is marked for a moment.
import { listenToChart } from "../../lib/charts.js";
import { firstLineOf, shownWithKey, showClickable } from "../../lib/selectors.js";
import { keepingView } from "../../lib/views.js";

const LINK = 'a[href^="#card-"]';
const INPUT = -1;
const MARKED_FOR = 1800; // milliseconds
const STILL = 4; // pixels that a hand moves in a click
const PATIENCE = 5000; // until what hides a card has been opened

/**
 * The keys under which a layer may stand in the list, best first. Several layers that are drawn as one volume have one
 * row or heading, which is called by the first of them.
 *
 * @type {(card: number, several: boolean) => string[]}
 */
const keysOf = (card, several) =>
  several ? [`card-block-${card}`, `card-block-group-${card}`, `card-${card}`] : [`card-${card}`];

/** @type {(keys: string[]) => HTMLElement | undefined} */
const firstShown = (keys) => keys.map(shownWithKey).find(Boolean);

/** @param {HTMLElement} card */
function arrive(card) {
  const line = firstLineOf(card);
  line.querySelector("button")?.focus({ preventScroll: true });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  line.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  const marked = { outline: "3px solid currentcolor", outlineOffset: "2px" };
  card.animate([marked, { ...marked, offset: 0.6 }, { ...marked, outlineColor: "transparent" }], MARKED_FOR);
}

export default keepingView((component) => new Ways(component));

class Ways {
  constructor({ data: { chart } }) {
    this.ended = new AbortController();
    /** @type {import("../../lib/selectors.js").PlotlyDrawing | undefined} */
    this.drawing = undefined;
    const listeners = {
      plotly_click: ({ points: [point] }) => this.clickVolume(point),
      plotly_hover: () => showClickable(this.drawing),
      plotly_unhover: () => showClickable(this.drawing, false),
    };
    this.leave = listenToChart(chart, listeners, (newest) => (this.drawing = newest));
    const listening = { signal: this.ended.signal, capture: true };
    document.addEventListener("pointerdown", ({ clientX, clientY }) => (this.pressed = [clientX, clientY]), listening);
    document.addEventListener("pointerup", (event) => this.release(event), listening);
    document.addEventListener("click", (event) => this.clickLink(event), listening);
  }

  // A drawing that is dragged takes the pointer: Plotly sees no movement, and calls it a click.
  release({ clientX, clientY }) {
    const [x, y] = this.pressed ?? [clientX, clientY];
    this.dragged = Math.hypot(clientX - x, clientY - y) > STILL;
  }

  /** @param {import("../../lib/views.js").Component} component */
  update({ data, setTriggerValue }) {
    this.ids = data.ids;
    this.show = (id) => setTriggerValue("hidden", id);
  }

  clickVolume(point) {
    if (this.dragged) return;
    const { first, several } = point?.data.meta ?? {};
    if (first === INPUT) this.goTo(["card-input"], INPUT);
    else if (this.ids[first] !== undefined) this.goTo(keysOf(this.ids[first], several), this.ids[first]);
  }

  clickLink(event) {
    const link = event.target.closest?.(LINK);
    if (!link) return;
    // It leads within the page: the address stays what it is.
    event.preventDefault();
    event.stopPropagation();
    const id = Number(link.getAttribute("href").slice("#card-".length));
    this.goTo(keysOf(id, false), id);
  }

  goTo(keys, id) {
    if (!firstShown(keys)) this.show(id);
    this.wait(keys, Date.now() + PATIENCE);
  }

  wait(keys, until) {
    const card = firstShown(keys);
    if (card) arrive(card);
    else if (Date.now() < until && !this.ended.signal.aborted) setTimeout(() => this.wait(keys, until), 100);
  }

  end() {
    this.ended.abort();
    this.leave();
  }
}
