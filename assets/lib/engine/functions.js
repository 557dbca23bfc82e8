// Functions of each number, and softmax, which is one of all channels at a place. Comparisons are written so that
// not-a-number stays what it is, as in torch.

/** @typedef {import("./header.js").Stage} Stage */
/** @typedef {(input: Float32Array, output: Float32Array, stage: Stage) => void} Operation */

// Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * An operation that takes each number by itself.
 * @param {(x: number, stage: Stage) => number} f
 * @returns {Operation}
 */
const each = (f) => (input, output, stage) => {
  for (let at = 0; at < input.length; at++) output[at] = f(input[at], stage);
};

/** @type {(x: number, low: number, high: number) => number} */
const clamped = (x, low, high) => (x < low ? low : x > high ? high : x);

/** The most frequent function, in a loop of its own. @type {Operation} */
export const relu = (input, output) => {
  for (let at = 0; at < input.length; at++) {
    const x = input[at];
    output[at] = x < 0 ? 0 : x;
  }
};
export const relu6 = each((x) => clamped(x, 0, 6));
export const leakyRelu = each((x, { slope }) => (x > 0 ? x : slope * x));
export const sigmoid = each((x) => 1 / (1 + Math.exp(-x)));
export const tanh = each(Math.tanh);
export const gelu = each((x) => (x / 2) * complementaryError(-x * Math.SQRT1_2));
export const geluTanh = each((x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))));
export const silu = each((x) => x / (1 + Math.exp(-x)));
export const elu = each((x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)));
export const selu = each((x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)));
export const softplus = each((x, { beta, threshold }) =>
  beta * x > threshold ? x : Math.log1p(Math.exp(beta * x)) / beta,
);
export const hardSigmoid = each((x) => clamped(x + 3, 0, 6) / 6);
export const hardSwish = each((x) => (x * clamped(x + 3, 0, 6)) / 6);
export const rescaling = each((x, { scale, offset }) => x * scale + offset);

/**
 * x where x > 0, else its own slope times x; the slopes may be one for each channel.
 * @type {Operation}
 */
export const parametricRelu = (input, output, { slopes }) => {
  const shared = input.length / slopes.length;
  for (let at = 0; at < input.length; at++) {
    const x = input[at];
    output[at] = x > 0 ? x : slopes[Math.floor(at / shared)] * x;
  }
};

/** @type {Operation} */
export const softmax = (input, output, { input: [channels] }) => {
  const places = input.length / channels;
  for (let place = 0; place < places; place++) {
    let largest = -Infinity;
    for (let at = place; at < input.length; at += places) largest = Math.max(largest, input[at]);
    let sum = 0;
    for (let at = place; at < input.length; at += places) sum += Math.exp(input[at] - largest);
    for (let at = place; at < input.length; at += places) output[at] = Math.exp(input[at] - largest) / sum;
  }
};

/**
 * erfc(x) = 1 − erf(x), exact to 12 digits, also where it is tiny. Sources: https://dlmf.nist.gov/7.6.E2 near 0, and
 * the continued fraction https://dlmf.nist.gov/7.9.E1 elsewhere.
 * @param {number} x
 */
function complementaryError(x) {
  const size = Math.abs(x);
  if (size < 2) {
    let term = size;
    let sum = size;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * size * size) / (2 * n + 1);
      sum += term;
    }
    const error = (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum;
    return x < 0 ? 1 + error : 1 - error;
  }
  let fraction = size;
  for (let n = 40; n > 0; n--) fraction = size + n / 2 / fraction;
  const rest = Math.exp(-size * size) / Math.sqrt(Math.PI) / fraction;
  return x < 0 ? 2 - rest : rest;
}
