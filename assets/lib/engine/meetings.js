// How the outputs of several layers become the input of one.

/** @type {Record<string, (a: number, b: number) => number>} */
const PAIRWISE = {
  sum: (a, b) => a + b,
  average: (a, b) => a + b,
  difference: (a, b) => a - b,
  product: (a, b) => a * b,
  maximum: Math.max,
};

export const MEETINGS = [...Object.keys(PAIRWISE), "concatenation"];

/**
 * Number by number, where one number of a shorter input stands for a whole map; or the channels after one another.
 * @param {Float32Array[]} inputs
 * @param {Float32Array} output
 * @param {string} meeting One of MEETINGS.
 */
export function meet(inputs, output, meeting) {
  if (meeting === "concatenation") {
    let at = 0;
    for (const input of inputs) {
      output.set(input, at);
      at += input.length;
    }
    return;
  }
  const of = PAIRWISE[meeting];
  inputs.forEach((input, number) => {
    const shared = output.length / input.length;
    for (let at = 0; at < output.length; at++) {
      const value = input[shared === 1 ? at : Math.floor(at / shared)];
      output[at] = number ? of(output[at], value) : value;
    }
  });
  if (meeting === "average") {
    for (let at = 0; at < output.length; at++) output[at] /= inputs.length;
  }
}
