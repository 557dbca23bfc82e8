// How a drawing becomes a picture like those that a network learned from: visualizer/data/drawing.py explains it, and
// computes the same numbers.

const GRID = 64; // height and width of the bitmap that becomes a digit
const MAX_WIDTH = (GRID * 20) / 32; // of a digit in the bitmap
const DIGIT = 8; // height and width of a digit's picture
const BLOCK = GRID / DIGIT;
const LEVELS = 16; // of ink
const COVERAGE = 0.3; // share of the bitmap that is ink
const MIN_INK = 0.25; // from which a pixel counts for the outline
const MAX_ENLARGEMENT = 4;
const MAX_DISTORTION = 2.5; // height relative to width
const MAX_THICKENING = BLOCK; // pixels on either side

/**
 * @typedef {ArrayLike<number>} Grey Rows of a square drawing, 0 (paper) to 255 (ink).
 * @typedef {(grey: Grey, side: number, shape: number[]) => Float32Array} Preparation The network's input, (C, H, W) in
 *   [0, 1], of a drawing with some ink.
 */

/** To the even neighbour where it lies in the middle, as Python and NumPy do. @type {(value: number) => number} */
const rounded = (value) => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));

/** @type {Preparation} */
function likeDigits(grey, side, [channels]) {
  const { top, left, height, width } = inkBox(grey, side);
  const newWidth = Math.min(MAX_WIDTH, width * Math.min(GRID / height, MAX_ENLARGEMENT));
  const newHeight = Math.min(GRID, height * Math.min(MAX_ENLARGEMENT, (MAX_DISTORTION * newWidth) / width));
  const [tall, wide] = [Math.max(rounded(newHeight), 1), Math.max(rounded(newWidth), 1)];
  const cut = (row, column) => grey[(top + row) * side + left + column] / 255;
  const lower = averaged(height, tall, width, cut);
  const scaled = averaged(width, wide, tall, (column, row) => lower[row * width + column]);
  const bitmap = new Float64Array(GRID * GRID);
  const [down, right] = [Math.floor((GRID - tall) / 2), Math.floor((GRID - wide) / 2)];
  for (let row = 0; row < tall; row++)
    for (let column = 0; column < wide; column++) bitmap[(down + row) * GRID + right + column] = scaled[column * tall + row];
  const threshold = Math.min(0.5, bitmap.reduce((most, ink) => Math.max(most, ink)));
  const dark = withEvenStrokes(Uint8Array.from(bitmap, (ink) => Number(ink >= threshold)));
  const picture = new Float32Array(channels * DIGIT * DIGIT);
  for (let at = 0; at < picture.length; at++) {
    const [row, column] = [Math.floor(at / DIGIT) % DIGIT, at % DIGIT];
    let count = 0;
    for (let y = row * BLOCK; y < (row + 1) * BLOCK; y++)
      for (let x = column * BLOCK; x < (column + 1) * BLOCK; x++) count += dark[y * GRID + x];
    picture[at] = rounded((rounded((count / BLOCK ** 2) * LEVELS) * 255) / LEVELS) / 255;
  }
  return picture;
}

/** The drawing at the size of the network's input. @type {Preparation} */
function unchanged(grey, side, [channels, rows, columns]) {
  const lower = averaged(side, rows, side, (row, column) => grey[row * side + column] / 255);
  const scaled = averaged(side, columns, rows, (column, row) => lower[row * side + column]);
  const picture = new Float32Array(channels * rows * columns);
  for (let at = 0; at < picture.length; at++) {
    const [row, column] = [Math.floor(at / columns) % rows, at % columns];
    picture[at] = scaled[column * rows + row];
  }
  return picture;
}

/** @type {Record<string, Preparation>} */
export const PREPARATIONS = { digits: likeDigits, unchanged };

/** The smallest box around the ink. */
function inkBox(grey, side) {
  let most = 1;
  for (let at = 0; at < side * side; at++) most = Math.max(most, grey[at]);
  const least = Math.min(255 * MIN_INK, most);
  let [top, left, bottom, right] = [side, side, -1, -1];
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      if (grey[row * side + column] < least) continue;
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      [left, right] = [Math.min(left, column), Math.max(right, column)];
    }
  return { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/**
 * Area averaging along one axis: (newSize, others), each new number the mean of the old ones that it covers.
 *
 * @type {(size: number, newSize: number, others: number, read: (at: number, other: number) => number) => Float64Array}
 */
function averaged(size, newSize, others, read) {
  const made = new Float64Array(newSize * others);
  const step = size / newSize;
  for (let at = 0; at < newSize; at++) {
    const [start, end] = [at * step, (at + 1) * step];
    for (let old = Math.floor(start); old < Math.min(Math.ceil(end), size); old++) {
      const covered = Math.max(Math.min(end, old + 1) - Math.max(start, old), 0) / step;
      for (let other = 0; other < others; other++) made[at * others + other] += covered * read(old, other);
    }
  }
  return made;
}

/** The bitmap, strokes thickened or thinned evenly until `COVERAGE` of it is dark, within the digit's columns. */
function withEvenStrokes(dark) {
  const [out, inside] = [distanceTo(dark, 1), distanceTo(dark, 0)];
  const margin = Math.floor((GRID - MAX_WIDTH) / 2);
  const away = out.map((distance, at) => {
    const column = at % GRID;
    return column < margin || column >= GRID - margin ? Infinity : distance - inside[at];
  });
  const limit = Math.min(away.toSorted()[rounded(COVERAGE * away.length)], MAX_THICKENING);
  return Uint8Array.from(away, (distance) => Number(distance <= limit));
}

/** The distance of each pixel to the nearest of a kind, in pixels; a large number if there is none. */
function distanceTo(bitmap, kind) {
  const along = new Float64Array(GRID * GRID).fill(4 * GRID ** 2);
  for (let column = 0; column < GRID; column++)
    for (let from = 0; from < GRID; from++) {
      if (bitmap[from * GRID + column] !== kind) continue;
      for (let row = 0; row < GRID; row++) along[row * GRID + column] = Math.min(along[row * GRID + column], (row - from) ** 2);
    }
  return along.map((_, at) => {
    const row = Math.floor(at / GRID);
    let least = Infinity;
    for (let from = 0; from < GRID; from++) least = Math.min(least, along[row * GRID + from] + ((at % GRID) - from) ** 2);
    return Math.sqrt(least);
  });
}
