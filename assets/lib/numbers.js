// Numbers as they are shown, and the arithmetic of places. Nothing here knows a page.

/** The nearest number in [low, high]. @type {(value: number, low: number, high: number) => number} */
export const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** The nearest index from 0 to count − 1. @type {(index: number, count: number) => number} */
export const clamp = (index, count) => within(index, 0, count - 1);

/** The place, 0 to count − 1, that a share of a length lies in. @type {(share: number, count: number) => number} */
export const placeAt = (share, count) => clamp(Math.floor(share * count), count);

/** A place's middle as a share of the length; `placeAt` leads back. @type {(place: number, count: number) => number} */
export const shareOf = (place, count) => (place + 0.5) / count;

/** @type {(values: number[]) => number} */
export const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** The bytes of a base64 text. @type {(text: string) => Uint8Array} */
export const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** With real minus signs. @type {(text: string) => string} */
const withMinus = (text) => text.replaceAll("-", "−");

/** At most so many decimals, without zeros at the end. @type {(value: number, decimals?: number) => string} */
export function inDecimals(value, decimals = 4) {
  const rounded = Number(value.toFixed(decimals));
  return withMinus(String(rounded === 0 ? 0 : rounded));
}

/** Four digits without zeros at the end; what is tiny or huge with an exponent. @type {(value: number) => string} */
export function inFourDigits(value) {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.001 || size >= 100000) ? value.toExponential(2) : String(+value.toPrecision(4));
  return withMinus(text.replace("e+", "e"));
}

/** @type {(value: number) => string} */
export const inTwoDigits = (value) => withMinus(value === 0 ? "0" : value.toPrecision(2));

/** In brackets where it is negative. @type {(shown: string) => string} */
export const bracketed = (shown) => (shown.startsWith("−") ? `(${shown})` : shown);

/**
 * A sum with {name} for its numbers; a negative one after a sign stands in brackets.
 *
 * @type {(text: string, numbers: Record<string, number>, shown: (value: number) => string) => string}
 */
export function filled(text, numbers, shown) {
  return text.replace(/([+·−/] )?\{(\w+)\}/g, (_, sign = "", name) => {
    const number = shown(numbers[name]);
    return sign + (sign ? bracketed(number) : number);
  });
}
