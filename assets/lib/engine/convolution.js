// Convolutions and dense layers. (C, H, W) in and out, channel by channel, as torch has them.

/** @typedef {import("./header.js").Stage} Stage */

// The numbers under so many windows are gathered at once: they stay in the processor's nearest cache.
const GATHERED = 4096;
// Output channels, and places, that are computed together: each number that is read then takes part in four products.
const TOGETHER = 4;

/**
 * Each output pixel is a sum of products over its window. What is left over of every four filters of a group, as all of a
 * depthwise convolution, is computed by itself.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function conv2d(input, output, stage) {
  const { groups, weight } = stage;
  const filtersEach = stage.shape[0] / groups;
  const four = filtersEach - (filtersEach % TOGETHER);
  if (four) {
    stage.kernels ??= interleaved(weight, stage.shape[0], filtersEach, four);
    for (let group = 0; group < groups; group++) byFour(input, output, stage, group, four);
  }
  for (let group = 0; group < groups; group++) {
    for (let filter = four; filter < filtersEach; filter++) one(input, output, stage, group, group * filtersEach + filter);
  }
}

/**
 * The first filters of a group: gather the numbers under some windows as rows, and multiply them by the kernels, four
 * windows and four filters at a time. All loops run over numbers that lie in a row, and these are float64, as all
 * arithmetic of JavaScript: converting each number again and again takes a third of the time.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 * @param {number} group
 * @param {number} count How many filters; a multiple of TOGETHER.
 */
function byFour(input, output, stage, group, count) {
  const { size, groups, bias, kernels } = stage;
  const [channels, height, width] = stage.input;
  const [filters, rows, columns] = stage.shape;
  const channelsEach = channels / groups;
  const taps = channelsEach * size[0] * size[1];
  const places = rows * columns;
  const atOnce = Math.min(places, TOGETHER * Math.ceil(GATHERED / TOGETHER / taps));
  const gathered = (stage.gathered ??= new Float64Array(atOnce * taps));
  const maps = input.subarray(group * channelsEach * height * width, (group + 1) * channelsEach * height * width);
  const start = group * (filters / groups);
  for (let first = 0; first < places; first += atOnce) {
    const now = Math.min(atOnce, places - first);
    gather(maps, gathered, channelsEach, first, now, stage);
    for (let filter = start; filter < start + count; filter += TOGETHER) {
      fourFilters(gathered, kernels, output, { filter, taps, count: now, bias, at: filter * places + first, places });
    }
  }
}

/**
 * One filter: its map is the sum of the input's, each moved and multiplied as each number of the kernel says.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 * @param {number} group
 * @param {number} filter
 */
function one(input, output, { input: [channels, height, width], shape, ...stage }, group, filter) {
  const { size, strides, padding, dilation, groups, weight, bias } = stage;
  const [, rows, columns] = shape;
  const channelsEach = channels / groups;
  const to = filter * rows * columns;
  output.fill(bias ? bias[filter] : 0, to, to + rows * columns);
  let tap = filter * channelsEach * size[0] * size[1];
  for (let channel = group * channelsEach; channel < (group + 1) * channelsEach; channel++) {
    for (let y = 0; y < size[0]; y++) {
      for (let x = 0; x < size[1]; x++) {
        const factor = weight[tap++];
        const right = x * dilation[1] - padding[1];
        const [from, until] = falling(right, strides[1], columns, width);
        for (let row = 0; row < rows; row++) {
          const below = row * strides[0] + y * dilation[0] - padding[0];
          if (below < 0 || below >= height) continue;
          const written = to + row * columns;
          let read = (channel * height + below) * width + right + from * strides[1];
          for (let column = from; column < until; column++, read += strides[1]) {
            output[written + column] += factor * input[read];
          }
        }
      }
    }
  }
}

/**
 * The places, of so many, for which place · stride + shift lies within a length: the first, and where they end.
 * @param {number} shift
 * @param {number} stride
 * @param {number} places
 * @param {number} length
 */
function falling(shift, stride, places, length) {
  return [Math.max(0, Math.ceil(-shift / stride)), Math.min(places, Math.floor((length - 1 - shift) / stride) + 1)];
}

/**
 * The kernels of four filters of a group after one another, tap by tap.
 * @param {Float32Array} weight
 * @param {number} filters
 * @param {number} filtersEach
 * @param {number} four How many filters of a group; the others keep their place.
 */
function interleaved(weight, filters, filtersEach, four) {
  const kernels = Float64Array.from(weight);
  const taps = weight.length / filters;
  for (let filter = 0; filter < filters; filter++) {
    const place = filter % filtersEach;
    if (place >= four) continue;
    const lane = place % TOGETHER;
    const start = (filter - lane) * taps + lane;
    for (let tap = 0; tap < taps; tap++) kernels[start + tap * TOGETHER] = weight[filter * taps + tap];
  }
  return kernels;
}

/**
 * The numbers under the windows at `count` places from `first` on, window by window; zeros beyond the edges.
 * @param {Float32Array} maps
 * @param {Float64Array} gathered
 * @param {number} channels
 * @param {number} first
 * @param {number} count
 * @param {Stage} stage
 */
function gather(maps, gathered, channels, first, count, { input, shape, size, strides, padding, dilation }) {
  const [, height, width] = input;
  const columns = shape[2];
  const [down, right] = dilation;
  const [tall, wide] = size;
  let at = 0;
  for (let place = first; place < first + count; place++) {
    const row = Math.floor(place / columns) * strides[0] - padding[0];
    const column = (place % columns) * strides[1] - padding[1];
    const inside =
      row >= 0 && column >= 0 && row + down * (tall - 1) < height && column + right * (wide - 1) < width;
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0, below = row; y < tall; y++, below += down) {
        const from = (channel * height + below) * width;
        if (inside) {
          for (let x = 0, beside = from + column; x < wide; x++, beside += right) gathered[at++] = maps[beside];
        } else {
          const onMap = below >= 0 && below < height;
          for (let x = 0, beside = column; x < wide; x++, beside += right) {
            gathered[at++] = onMap && beside >= 0 && beside < width ? maps[from + beside] : 0;
          }
        }
      }
    }
  }
}

/**
 * @param {Float64Array} gathered
 * @param {Float64Array} kernels
 * @param {Float32Array} output
 * @param {{ filter: number, taps: number, count: number, bias: Float32Array | null, at: number, places: number }} what
 */
function fourFilters(gathered, kernels, output, { filter, taps, count, bias, at, places }) {
  const start = filter * taps;
  const bias0 = bias ? bias[filter] : 0;
  const bias1 = bias ? bias[filter + 1] : 0;
  const bias2 = bias ? bias[filter + 2] : 0;
  const bias3 = bias ? bias[filter + 3] : 0;
  for (let place = 0; place < count; place += TOGETHER) {
    // At the end some of the four windows are the last one again.
    const second = Math.min(place + 1, count - 1);
    const third = Math.min(place + 2, count - 1);
    const fourth = Math.min(place + 3, count - 1);
    const toB = (second - place) * taps;
    const toC = (third - place) * taps;
    const toD = (fourth - place) * taps;
    // One sum for each of the windows a, b, c, d and each of the filters 0 to 3.
    let a0 = bias0;
    let a1 = bias1;
    let a2 = bias2;
    let a3 = bias3;
    let b0 = bias0;
    let b1 = bias1;
    let b2 = bias2;
    let b3 = bias3;
    let c0 = bias0;
    let c1 = bias1;
    let c2 = bias2;
    let c3 = bias3;
    let d0 = bias0;
    let d1 = bias1;
    let d2 = bias2;
    let d3 = bias3;
    const end = (place + 1) * taps;
    for (let tap = place * taps, kernel = start; tap < end; tap++, kernel += TOGETHER) {
      const a = gathered[tap];
      const b = gathered[tap + toB];
      const c = gathered[tap + toC];
      const d = gathered[tap + toD];
      let weight = kernels[kernel];
      a0 += a * weight;
      b0 += b * weight;
      c0 += c * weight;
      d0 += d * weight;
      weight = kernels[kernel + 1];
      a1 += a * weight;
      b1 += b * weight;
      c1 += c * weight;
      d1 += d * weight;
      weight = kernels[kernel + 2];
      a2 += a * weight;
      b2 += b * weight;
      c2 += c * weight;
      d2 += d * weight;
      weight = kernels[kernel + 3];
      a3 += a * weight;
      b3 += b * weight;
      c3 += c * weight;
      d3 += d * weight;
    }
    let to = at;
    output[to + place] = a0;
    output[to + second] = b0;
    output[to + third] = c0;
    output[to + fourth] = d0;
    to += places;
    output[to + place] = a1;
    output[to + second] = b1;
    output[to + third] = c1;
    output[to + fourth] = d1;
    to += places;
    output[to + place] = a2;
    output[to + second] = b2;
    output[to + third] = c2;
    output[to + fourth] = d2;
    to += places;
    output[to + place] = a3;
    output[to + second] = b3;
    output[to + third] = c3;
    output[to + fourth] = d3;
  }
}

/**
 * Each input pixel paints its kernel, times the pixel, into the output.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function convTranspose2d(input, output, stage) {
  const { size, strides, padding, dilation, groups, weight, bias } = stage;
  const [channels, height, width] = stage.input;
  const [filters, rows, columns] = stage.shape;
  const channelsEach = channels / groups;
  const filtersEach = filters / groups;
  for (let filter = 0; filter < filters; filter++) {
    const painted = filter * rows * columns;
    output.fill(bias ? bias[filter] : 0, painted, painted + rows * columns);
    const group = Math.floor(filter / filtersEach);
    for (let channel = group * channelsEach; channel < (group + 1) * channelsEach; channel++) {
      const kernel = (channel * filtersEach + (filter % filtersEach)) * size[0] * size[1];
      for (let y = 0; y < size[0]; y++) {
        for (let x = 0; x < size[1]; x++) {
          const factor = weight[kernel + y * size[1] + x];
          const right = x * dilation[1] - padding[1];
          const [from, until] = falling(right, strides[1], width, columns);
          for (let row = 0; row < height; row++) {
            const below = row * strides[0] + y * dilation[0] - padding[0];
            if (below < 0 || below >= rows) continue;
            const read = (channel * height + row) * width;
            const written = painted + below * columns + right;
            for (let column = from; column < until; column++) {
              output[written + column * strides[1]] += factor * input[read + column];
            }
          }
        }
      }
    }
  }
}

/**
 * Each number of the output is a sum of products over all numbers of the input; four of them at a time.
 * @param {Float32Array} input
 * @param {Float32Array} output
 * @param {Stage} stage
 */
export function dense(input, output, { weight, bias }) {
  const inputs = input.length;
  const units = output.length;
  let unit = 0;
  for (; unit + 4 <= units; unit += 4) {
    let at0 = unit * inputs;
    let at1 = at0 + inputs;
    let at2 = at1 + inputs;
    let at3 = at2 + inputs;
    let sum0 = bias ? bias[unit] : 0;
    let sum1 = bias ? bias[unit + 1] : 0;
    let sum2 = bias ? bias[unit + 2] : 0;
    let sum3 = bias ? bias[unit + 3] : 0;
    for (let place = 0; place < inputs; place++) {
      const value = input[place];
      sum0 += value * weight[at0++];
      sum1 += value * weight[at1++];
      sum2 += value * weight[at2++];
      sum3 += value * weight[at3++];
    }
    output[unit] = sum0;
    output[unit + 1] = sum1;
    output[unit + 2] = sum2;
    output[unit + 3] = sum3;
  }
  for (; unit < units; unit++) {
    let sum = bias ? bias[unit] : 0;
    for (let place = 0; place < inputs; place++) sum += input[place] * weight[unit * inputs + place];
    output[unit] = sum;
  }
}
