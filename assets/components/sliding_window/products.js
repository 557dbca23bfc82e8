// The products of a window and a kernel, and which of them are shown. Nothing here knows a page.

/**
 * (C, h · w) products of an input, (C, H, W), with a kernel, (C, h, w); `pixels` lie under the window, row by row.
 *
 * @type {(input: number[][][], kernel: number[][][], pixels: import("./geometry.js").Pixel[]) => number[][]}
 */
export const productsOf = (input, kernel, pixels) =>
  input.map((map, channel) => {
    const weights = kernel[channel].flat();
    return pixels.map(([row, column], index) => map[row][column] * weights[index]);
  });

/** All channels; of too many those with the largest sums. @type {(sums: number[], most: number) => number[]} */
export function shownChannels(sums, most) {
  const all = [...sums.keys()];
  return all.length > most ? all.sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a])).slice(0, most) : all;
}
