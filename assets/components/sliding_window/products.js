// The products of a window and a kernel, and which of them are shown. Nothing here knows a page.

/**
 * @param {number[][][]} input (C, H, W)
 * @param {number[][][]} kernel (C, h, w)
 * @param {import("./geometry.js").Pixel[]} pixels The h · w pixels under the window, row by row.
 * @returns {number[][]} (C, h · w)
 */
export const productsOf = (input, kernel, pixels) =>
  input.map((map, channel) => {
    const weights = kernel[channel].flat();
    return pixels.map(([row, column], index) => map[row][column] * weights[index]);
  });

/**
 * The channels that are shown: all, or where those are too many, the ones with the largest sums.
 *
 * @param {number[]} sums One for each channel.
 * @param {number} most
 * @returns {number[]}
 */
export function shownChannels(sums, most) {
  const all = [...sums.keys()];
  return all.length > most ? all.sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a])).slice(0, most) : all;
}
