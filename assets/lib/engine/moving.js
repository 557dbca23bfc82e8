// What moves numbers and computes little: padding, cropping, enlarging, and other shapes.

/** @typedef {import("./header.js").Stage} Stage */

/**
 * `top` rows above and `left` columns before the map are filled; negative ones are cut off.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function padding(input, output, { input: [channels, height, width], shape, top, left, fill }) {
  const [, rows, columns] = shape;
  output.fill(Number(fill)); // which JSON has as a text where it is infinite
  const first = Math.max(0, -left);
  const end = Math.min(width, columns - left);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = Math.max(0, -top); row < Math.min(height, rows - top); row++) {
      const from = (channel * height + row) * width;
      const to = (channel * rows + row + top) * columns + left;
      for (let column = first; column < end; column++) output[to + column] = input[from + column];
    }
  }
}

/**
 * Every number is repeated.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function nearestUpsampling(input, output, { input: [channels, height, width], shape: [, rows, columns] }) {
  const down = rows / height;
  const right = columns / width;
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      const from = (channel * height + Math.floor(row / down)) * width;
      for (let column = 0; column < columns; column++) output[at++] = input[from + Math.floor(column / right)];
    }
  }
}

/**
 * The weighted mean of the four nearest numbers; the corners of the maps are not aligned.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function bilinearUpsampling(input, output, { input: [channels, height, width], shape: [, rows, columns] }) {
  const down = between(rows, height);
  const right = between(columns, width);
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (const { before: above, after: below, share: low } of down) {
      const upper = (channel * height + above) * width;
      const lower = (channel * height + below) * width;
      for (const { before, after, share } of right) {
        const top = input[upper + before] * (1 - share) + input[upper + after] * share;
        const bottom = input[lower + before] * (1 - share) + input[lower + after] * share;
        output[at++] = top * (1 - low) + bottom * low;
      }
    }
  }
}

/**
 * For each new place of an axis the old places before and after it, and the share of the second.
 * @param {number} places
 * @param {number} size
 */
const between = (places, size) =>
  Array.from({ length: places }, (_, place) => {
    const middle = Math.max(0, ((place + 0.5) * size) / places - 0.5);
    const before = Math.floor(middle);
    return { before, after: Math.min(before + 1, size - 1), share: middle - before };
  });

/**
 * The first channels; the others are left out.
 * @param {Float32Array} input
 * @param {Float32Array} output
 */
export function firstChannels(input, output) {
  output.set(input.subarray(0, output.length));
}

/**
 * Maps from a vector that has them pixel by pixel.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function vectorToMaps(input, output, { shape: [channels] }) {
  const places = input.length / channels;
  for (let at = 0; at < input.length; at++) output[(at % channels) * places + Math.floor(at / channels)] = input[at];
}

/**
 * A vector that has the maps pixel by pixel.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function mapsToVector(input, output, { input: [channels] }) {
  const places = input.length / channels;
  for (let at = 0; at < input.length; at++) output[(at % places) * channels + Math.floor(at / places)] = input[at];
}
