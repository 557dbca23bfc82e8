// Where pixels are, and how large: the arithmetic of the maps. Nothing here knows a page. Pixels are [row, column].

export const GAP = 8; // screen pixels between maps
const LABEL_HEIGHT = 22;
const LARGEST_CELL = 36;
const SIGN_WIDTH = 24; // "×" or "=" with the gaps around it
const MAX_NUMBER_WIDTH = 46;
const MIN_NUMBER_WIDTH = 33;

/**
 * @typedef {[number, number]} Pixel
 * @typedef {{ window: [number, number], strides: [number, number], dilation: [number, number] }} Slide The window's
 *   height and width, and how far it goes and is spread, down and right.
 */

/**
 * The input pixels under the window that makes an output pixel, row by row.
 *
 * @type {(at: { row: number, column: number }, slide: Slide) => Pixel[]}
 */
export function windowPixels({ row, column }, { window: [height, width], strides, dilation }) {
  return Array.from({ length: height * width }, (_, index) => [
    row * strides[0] + Math.floor(index / width) * dilation[0],
    column * strides[1] + (index % width) * dilation[1],
  ]);
}

/**
 * The pixels of an output with so many rows and columns whose window holds an input pixel.
 *
 * @type {(pixel: Pixel, counts: [number, number], slide: Slide) => Pixel[]}
 */
export function usersOf(pixel, counts, { window: size, strides, dilation }) {
  /** @param {0 | 1} axis */
  const along = (axis) =>
    [...Array(counts[axis]).keys()].filter((place) => {
      const distance = pixel[axis] - place * strides[axis];
      return distance % dilation[axis] === 0 && distance >= 0 && distance / dilation[axis] < size[axis];
    });
  const columns = along(1);
  return along(0).flatMap((row) => columns.map((column) => /** @type {Pixel} */ ([row, column])));
}

/** The pixels of a line, so that a fast mouse leaves no gaps. @type {(from: Pixel, to: Pixel) => Pixel[]} */
export function between([row, column], [toRow, toColumn]) {
  const steps = Math.max(Math.abs(toRow - row), Math.abs(toColumn - column), 1);
  return Array.from({ length: steps + 1 }, (_, step) => [
    Math.round(row + ((toRow - row) * step) / steps),
    Math.round(column + ((toColumn - column) * step) / steps),
  ]);
}

/** The pixels that are 1, row by row: the picture without padding. @type {(real: number[][]) => Pixel[]} */
export const realPixels = (real) =>
  real.flatMap((line, row) => line.flatMap((is, column) => (is ? [/** @type {Pixel} */ ([row, column])] : [])));

/**
 * Screen pixels for one number so that `count` maps fit into width x height, in as many columns as that needs.
 *
 * @type {(count: number, rows: number, columns: number, width: number, height: number) => number} A whole number, at
 *   least 1; rows and columns are those of one map.
 */
export function cellFor(count, rows, columns, width, height) {
  let best = 0;
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const labels = count > 1 ? LABEL_HEIGHT : 0;
    const cell = Math.min(
      (width - GAP * (across - 1)) / (across * columns),
      (height - (GAP + labels) * down) / (down * rows),
    );
    best = Math.max(best, cell);
  }
  return Math.max(1, Math.floor(Math.min(best, LARGEST_CELL)));
}

/**
 * Screen pixels for a number of the arithmetic: window, kernel and products in one line if they fit, else two of them,
 * else one.
 *
 * @type {(available: number, columns: number) => number} From the pixels of a line and the window's columns.
 */
export function numberWidth(available, columns) {
  // A line of one pixel goes around every number.
  const widths = [3, 2, 1].map((grids) =>
    Math.floor((available - SIGN_WIDTH * (grids - 1) - grids * (columns + 1)) / (grids * columns)),
  );
  return Math.min(widths.find((each) => each >= MIN_NUMBER_WIDTH) ?? MIN_NUMBER_WIDTH, MAX_NUMBER_WIDTH);
}
