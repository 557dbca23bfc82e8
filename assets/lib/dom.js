// Elements, keys and pointers: what several components do with a page.
import { placeAt } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";
const SETTLED_AFTER = 250; // milliseconds without a further change
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @type {(tag: Tag, text?: string, className?: string) => HTMLElementTagNameMap[Tag]}
 */
export function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** A button of no form. @type {(text: string, className: string, onclick: () => void) => HTMLButtonElement} */
export function makeButton(text, className, onclick) {
  return Object.assign(make("button", text, className), { type: "button", onclick });
}

/** A row of a table, with its head. @type {(head: string | Node, ...cells: (string | Node)[]) => HTMLTableRowElement} */
export function makeRow(head, ...cells) {
  const row = make("tr");
  const first = Object.assign(make("th"), { scope: "row" });
  for (const [cell, content] of [[first, head], ...cells.map((content) => [make("td"), content])]) {
    /** @type {Element} */ (cell).append(content);
    row.append(cell);
  }
  return row;
}

/** Write a title and a note above a picture. @type {(caption: Element, words: [string, string]) => void} */
export function writeCaption(caption, [title, note]) {
  caption.replaceChildren(make("strong", title), "  ", make("span", note));
}

/**
 * Call `draw` with an element's width in whole pixels, now and whenever it changes. Returns what ends it.
 *
 * @type {(element: Element, draw: (width: number) => void) => () => void}
 */
export function onWidth(element, draw) {
  let width = 0;
  const observer = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now > 0 && now !== width) draw((width = now));
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** Says to a screen reader what changes fast, once it has settled: each key would else be read out. */
export class Announcer {
  /** @param {Element} element A live region. */
  constructor(element) {
    this.element = element;
  }

  /** @type {(words: string) => void} */
  say(words) {
    this.end();
    this.waiting = setTimeout(() => (this.element.textContent = words), SETTLED_AFTER);
  }

  end() {
    clearTimeout(this.waiting);
  }
}

/**
 * Add an element of a drawing to another.
 *
 * @type {(parent: Element | DocumentFragment, tag: string, attributes?: Record<string, any>, text?: string) => SVGElement}
 */
export function addSvg(parent, tag, attributes = {}, text = "") {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return parent.appendChild(element);
}

/** [down, right] of an arrow key; the page then does not scroll. @type {(event: KeyboardEvent) => [number, number]?} */
export function arrowStep(event) {
  const step = ARROWS[event.key];
  if (step) event.preventDefault();
  return step;
}

/** Where in an element the pointer is: shares [down, right]. @type {(event: MouseEvent, on: Element) => number[]} */
export function shareUnder(event, element) {
  const box = element.getBoundingClientRect();
  return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
}

/**
 * The pixel under the pointer of a picture that fills an element, [row, column]; beside the picture the nearest.
 *
 * @type {(event: MouseEvent, element: Element, rows: number, columns: number) => [number, number]}
 */
export function pixelUnder(event, element, rows, columns) {
  const [down, right] = shareUnder(event, element);
  return [placeAt(down, rows), placeAt(right, columns)];
}

/** Of a fast pen or a busy page, one event has several places. @type {(event: PointerEvent) => PointerEvent[]} */
export function allPlaces(event) {
  const places = event.getCoalescedEvents?.() ?? [];
  return places.length ? places : [event];
}
