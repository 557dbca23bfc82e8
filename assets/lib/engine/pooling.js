// Pooling: one number of each window of a map. As in torch, not-a-number wins every maximum.

/** @typedef {import("./header.js").Stage} Stage */

/**
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function maxPooling(input, output, { input: [channels, height, width], shape, ...window }) {
  const { size, strides, padding, dilation } = window;
  const [, rows, columns] = shape;
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      const [top, bottom] = within(row * strides[0] - padding[0], size[0], dilation[0], height);
      for (let column = 0; column < columns; column++) {
        const [left, right] = within(column * strides[1] - padding[1], size[1], dilation[1], width);
        let largest = -Infinity;
        for (let y = top; y < bottom; y += dilation[0]) {
          const from = (channel * height + y) * width;
          for (let x = left; x < right; x += dilation[1]) {
            const value = input[from + x];
            if (value > largest || value !== value) largest = value;
          }
        }
        output[at++] = largest;
      }
    }
  }
}

/**
 * The places of a window that lie on the map: the first, and where they end.
 * @param {number} start
 * @param {number} size
 * @param {number} gap
 * @param {number} length
 */
function within(start, size, gap, length) {
  const first = start < 0 ? start + gap * Math.ceil(-start / gap) : start;
  return [first, Math.min(start + gap * (size - 1) + 1, length)];
}

/**
 * The mean of each window. `counts_padding`: whether the zeros beyond the edges, as far as the padding reaches, count;
 * `divisor`: what the sum is divided by instead of their number.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function averagePooling(input, output, { input: [channels, height, width], shape, ...window }) {
  const { size, strides, padding, divisor, counts_padding: countsPadding } = window;
  const [, rows, columns] = shape;
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      const above = row * strides[0] - padding[0];
      const top = Math.max(above, 0);
      const bottom = Math.min(above + size[0], height);
      const tall = countsPadding ? Math.min(above + size[0], height + padding[0]) - above : bottom - top;
      for (let column = 0; column < columns; column++) {
        const before = column * strides[1] - padding[1];
        const left = Math.max(before, 0);
        const right = Math.min(before + size[1], width);
        const wide = countsPadding ? Math.min(before + size[1], width + padding[1]) - before : right - left;
        output[at++] = sumOf(input, channel * height * width, width, top, bottom, left, right) / (divisor ?? tall * wide);
      }
    }
  }
}

/**
 * @param {Float32Array} input
 * @param {number} start Where the map begins.
 * @param {number} width
 * @param {number} top
 * @param {number} bottom
 * @param {number} left
 * @param {number} right
 */
function sumOf(input, start, width, top, bottom, left, right) {
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) sum += input[start + y * width + x];
  }
  return sum;
}

/**
 * The mean of each of so many parts of a map, which may overlap by a pixel.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function adaptiveAveragePooling(input, output, { input: [, height, width], shape }) {
  parts(shape, height, width, (at, channel, top, bottom, left, right) => {
    const sum = sumOf(input, channel * height * width, width, top, bottom, left, right);
    output[at] = sum / ((bottom - top) * (right - left));
  });
}

/**
 * The largest number of each of so many parts of a map.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function adaptiveMaxPooling(input, output, { input: [, height, width], shape }) {
  parts(shape, height, width, (at, channel, top, bottom, left, right) => {
    let largest = -Infinity;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const value = input[(channel * height + y) * width + x];
        if (value > largest || value !== value) largest = value;
      }
    }
    output[at] = largest;
  });
}

/**
 * @param {number[]} shape
 * @param {number} height
 * @param {number} width
 * @param {(at: number, channel: number, top: number, bottom: number, left: number, right: number) => void} pool
 */
function parts([channels, rows, columns], height, width, pool) {
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      const top = Math.floor((row * height) / rows);
      const bottom = Math.ceil(((row + 1) * height) / rows);
      for (let column = 0; column < columns; column++) {
        const left = Math.floor((column * width) / columns);
        pool(at++, channel, top, bottom, left, Math.ceil(((column + 1) * width) / columns));
      }
    }
  }
}
