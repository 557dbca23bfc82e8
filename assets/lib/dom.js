// Elements, keys and pointers: what several components do with a page.
import { placeAt } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [text]
 * @param {string} [className]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/**
 * A button that belongs to no form.
 *
 * @param {string} text
 * @param {string} className
 * @param {() => void} onclick
 * @returns {HTMLButtonElement}
 */
export function makeButton(text, className, onclick) {
  const button = make("button", text, className);
  button.type = "button";
  button.onclick = onclick;
  return button;
}

/**
 * Add an element of a drawing to another.
 *
 * @param {Element} parent
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {string} [text]
 * @returns {SVGElement}
 */
export function addSvg(parent, tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.textContent = text;
  parent.append(element);
  return /** @type {SVGElement} */ (element);
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * The step of an arrow key, [down, right], undefined for another key. The page then does not scroll.
 *
 * @param {KeyboardEvent} event
 * @returns {[number, number] | undefined}
 */
export function arrowStep(event) {
  const step = ARROWS[event.key];
  if (step) event.preventDefault();
  return step;
}

/**
 * Where the pointer is in an element, as shares of its height and width, [down, right].
 *
 * @param {MouseEvent} event
 * @param {Element} element
 * @returns {[number, number]}
 */
export function shareUnder(event, element) {
  const box = element.getBoundingClientRect();
  return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
}

/**
 * The pixel under the pointer of a picture that fills an element, [row, column]; beside it the nearest.
 *
 * @param {MouseEvent} event
 * @param {Element} element
 * @param {number} rows
 * @param {number} columns
 * @returns {[number, number]}
 */
export function pixelUnder(event, element, rows, columns) {
  const [down, right] = shareUnder(event, element);
  return [placeAt(down, rows), placeAt(right, columns)];
}

/**
 * All places of a pointer since the last event: the browser bundles a fast pen's, or a busy page's, into one.
 *
 * @param {PointerEvent} event
 * @returns {PointerEvent[]}
 */
export function allPlaces(event) {
  const places = event.getCoalescedEvents?.() ?? [];
  return places.length ? places : [event];
}
