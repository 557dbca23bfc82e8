// Elements, keys and pointers: what several components do with a page.
import { placeAt } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";
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

/**
 * Add an element of a drawing to another.
 *
 * @type {(parent: Element, tag: string, attributes?: Record<string, any>, text?: string) => SVGElement}
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
