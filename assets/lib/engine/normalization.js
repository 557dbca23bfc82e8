// Normalisation as it is after training. `scale` and `shift` may be null, which are then 1 and 0.

/** @typedef {import("./header.js").Stage} Stage */

/**
 * (x − mean) · scale + shift, three numbers for each channel; the standard deviation is part of the scale.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function batchNormalization(input, output, { input: [channels], mean, scale, shift }) {
  const each = input.length / channels;
  for (let channel = 0, at = 0; channel < channels; channel++) {
    const middle = mean[channel];
    const factor = scale[channel];
    const added = shift ? shift[channel] : 0;
    for (const end = at + each; at < end; at++) output[at] = (input[at] - middle) * factor + added;
  }
}

/**
 * Each group of channels has mean 0 and variance 1, then each channel its scale and shift.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function groupNormalization(input, output, { input: [channels], groups, epsilon, scale, shift }) {
  const each = input.length / channels;
  const together = input.length / groups;
  for (let group = 0; group < groups; group++) {
    const { mean, factor } = moments(input, group * together, together, 1, epsilon);
    for (let at = group * together; at < (group + 1) * together; at++) {
      const channel = Math.floor(at / each);
      output[at] = (input[at] - mean) * factor * (scale ? scale[channel] : 1) + (shift ? shift[channel] : 0);
    }
  }
}

/**
 * All numbers together have mean 0 and variance 1, then each its scale and shift.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function layerNormalization(input, output, { epsilon, scale, shift }) {
  const { mean, factor } = moments(input, 0, input.length, 1, epsilon);
  for (let at = 0; at < input.length; at++) {
    output[at] = (input[at] - mean) * factor * (scale ? scale[at] : 1) + (shift ? shift[at] : 0);
  }
}

/**
 * The channels at each place have mean 0 and variance 1, then each channel its scale and shift.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function channelNormalization(input, output, { input: [channels], epsilon, scale, shift }) {
  const each = input.length / channels;
  for (let place = 0; place < each; place++) {
    const { mean, factor } = moments(input, place, channels, each, epsilon);
    for (let channel = 0, at = place; channel < channels; channel++, at += each) {
      output[at] = (input[at] - mean) * factor * (scale ? scale[channel] : 1) + (shift ? shift[channel] : 0);
    }
  }
}

/**
 * The mean of `count` numbers that lie `step` apart, and 1 / √(variance + ε).
 * @param {Float32Array} input
 * @param {number} start
 * @param {number} count
 * @param {number} step
 * @param {number} epsilon
 */
function moments(input, start, count, step, epsilon) {
  const end = start + count * step;
  let sum = 0;
  for (let at = start; at < end; at += step) sum += input[at];
  const mean = sum / count;
  let squares = 0;
  for (let at = start; at < end; at += step) squares += (input[at] - mean) ** 2;
  return { mean, factor: 1 / Math.sqrt(squares / count + epsilon) };
}
