// Numbers as they are shown, and the arithmetic of places. Nothing here knows a page.

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number} The nearest number in [low, high].
 */
export const within = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * @param {number} index
 * @param {number} count
 * @returns {number} The nearest index from 0 to count − 1.
 */
export const clamp = (index, count) => within(index, 0, count - 1);

/**
 * @param {number} share Of a length, usually in [0, 1].
 * @param {number} count Places of equal size along it.
 * @returns {number} The place that the share lies in, from 0 to count − 1.
 */
export const placeAt = (share, count) => clamp(Math.floor(share * count), count);

/**
 * @param {number} place
 * @param {number} count
 * @returns {number} The middle of that place as a share of the length; `placeAt` is the way back.
 */
export const shareOf = (place, count) => (place + 0.5) / count;

/**
 * @param {number[]} values
 * @returns {number}
 */
export const total = (values) => values.reduce((sum, value) => sum + value, 0);

/**
 * The bytes of a base64 text.
 *
 * @param {string} text
 * @returns {Uint8Array}
 */
export const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** @param {string} text @returns {string} With real minus signs. */
const withMinus = (text) => text.replaceAll("-", "−");

/**
 * At most so many decimals, without zeros at the end.
 *
 * @param {number} value
 * @param {number} [decimals]
 * @returns {string}
 */
export function inDecimals(value, decimals = 4) {
  const rounded = Number(value.toFixed(decimals));
  return withMinus(String(rounded === 0 ? 0 : rounded));
}

/**
 * In four digits without zeros at the end; what is tiny or huge with an exponent.
 *
 * @param {number} value
 * @returns {string}
 */
export function inFourDigits(value) {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.001 || size >= 100000) ? value.toExponential(2) : String(+value.toPrecision(4));
  return withMinus(text.replace("e+", "e"));
}

/**
 * In two digits.
 *
 * @param {number} value
 * @returns {string}
 */
export const inTwoDigits = (value) => withMinus(value === 0 ? "0" : value.toPrecision(2));
