// Values as colours, and the bar that says which are which.
import { make } from "./dom.js";
import { within } from "./numbers.js";

/**
 * @typedef {number[]} Rgb Red, green and blue from 0 to 255.
 * @typedef {{ low: number, high: number, colours: string[], rgb?: Rgb[] }} Scale Colours, "#rrggbb", at equal distances
 *   from `low` to `high`; `rgb` is filled in here.
 */

/** A colour as "#rrggbb". @type {(colour: string) => Rgb} */
export const parse = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** @type {(rgb: Rgb) => string} */
const css = (rgb) => `rgb(${rgb.map(Math.round).join(" ")})`;

/** Where a number lies: at the low end 0, at the high one 1. @type {(value: number, scale: Scale) => number} */
export const fraction = (value, { low, high }) => within((value - low) / (high - low), 0, 1);

/** The colour of a number, between the two nearest of the scale. @type {(value: number, scale: Scale) => Rgb} */
export function rgbOf(value, scale) {
  scale.rgb ??= scale.colours.map(parse);
  const place = fraction(value, scale) * (scale.rgb.length - 1);
  const [below, above] = [scale.rgb[Math.floor(place)], scale.rgb[Math.ceil(place)]];
  return below.map((part, index) => part + (above[index] - part) * (place % 1));
}

/** @type {(value: number, scale: Scale) => string} */
export const colourOf = (value, scale) => css(rgbOf(value, scale));

/** Three numbers as one colour: red, green and blue. @type {(values: number[], scale: Scale) => string} */
export const mixed = (values, scale) => css(values.map((value) => 255 * fraction(value, scale)));

/** @type {(part: number) => number} */
const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
/** @type {(rgb: Rgb) => number} */
const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

/**
 * Black or white, whichever has the higher contrast: at this luminance both have 4.6 : 1.
 * Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
 *
 * @type {(rgb: Rgb) => string}
 */
export const inkOn = (rgb) => (luminance(rgb) > 0.179 ? "#000" : "#fff");

/** Put a colour behind digits, which stay readable. @type {(cell: HTMLElement, rgb: Rgb) => void} */
export function tint(cell, rgb) {
  cell.style.background = css(rgb);
  cell.style.color = inkOn(rgb);
}

/**
 * Fill an element with a bar of colours, what its ends mean, and what else there is to say.
 *
 * @type {(holder: HTMLElement, low: string, high: string, colours: string[], ...notes: string[]) => void}
 */
export function showScale(holder, low, high, colours, ...notes) {
  const bar = make("i");
  bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
  holder.replaceChildren(make("span", low), bar, ...[high, ...notes].map((text) => make("span", text)));
}
