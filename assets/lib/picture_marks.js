// Boxes on a picture as SVG, in the picture's pixels. The style is picture_marks.css.
import { addSvg } from "./dom.js";
import { within } from "./numbers.js";

/**
 * @typedef {[number, number, number, number]} Corners Left, top, right and bottom in the picture's pixels.
 */

/** Empty a drawing and put the picture into it. @type {(svg: Element, src: string, size: [number, number]) => void} */
export function drawPicture(svg, src, [height, width]) {
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  addSvg(svg, "image", { href: src, width, height, preserveAspectRatio: "none" });
}

/** A line with a dark rim around a box. @type {(parent: Element, corners: Corners, name: string) => SVGElement} */
export function drawBox(parent, [left, top, right, bottom], name) {
  const place = { x: left, y: top, width: right - left, height: bottom - top };
  addSvg(parent, "rect", { class: `rim ${name}`, ...place });
  return addSvg(parent, "rect", { class: `line ${name}`, ...place });
}

/**
 * A few letters at the upper left corner of a box, above it where there is room; never beyond the picture.
 *
 * @type {(parent: Element, corners: Corners, text: string, letters: number, width: number) => void}
 */
export function drawTag(parent, [left, top], text, letters, width) {
  const high = 1.35 * letters;
  const wide = Math.max(0.62 * letters * text.length + 0.5 * letters, high);
  const x = within(left, 0, width - wide);
  const y = top >= high ? top - high : Math.max(top, 0);
  addSvg(parent, "rect", { class: "tag", x, y, width: wide, height: high });
  addSvg(parent, "text", { x: x + wide / 2, y: y + high / 2, "font-size": letters }, text);
}
