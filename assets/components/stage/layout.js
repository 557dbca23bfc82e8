// Where everything of the stage is, in pixels of its scene. Nothing here knows a page or a number of the network.
//
// A column is a layer, or a block that is folded into one. Columns stand at their longest path from the picture; the
// longest path through the network is the upper lane, and each branch beside it has a lane below.

export const PICTURE = -1;

const HEAD = 40; // above the tiles: the title and the shape
const MARGIN = 6; // at the left and the right
const FOOT = 24; // below them: the colour bar
const LEAST_GAP = 46; // between two columns, where connections run
const LARGEST_GAP = 120;
const LEAST_SLOT = 84; // for the title
const LANE = 168; // the least height of a lane
const TILE_GAP = 4;
const MOST_ACROSS = 4; // tiles beside each other in a column
const PICTURE_SIZE = 132; // the least side of the picture
const PAPER = { side: 152, foot: 40 }; // to draw on, above the picture
const LEAST_BAR = 19; // height of a class in the answer
const ANSWER = { name: 92, bar: 84, number: 58 };
const SIZES = Array.from({ length: 34 }, (_, step) => 3.4 * 0.94 ** step); // of tiles, the largest first
const EASY_SIZE = 1.15; // of tiles where the network is scrolled

/**
 * @typedef {{ sources: number[], shape: number[], block?: string }} LayerNode
 * @typedef {{ node: number, first: number, last: number, block: string, folded: boolean, sources: number[] }} Column
 *   It shows the output of `node`; `first` to `last` are the layers in it, `sources` the columns that it reads.
 * @typedef {"maps" | "vector" | "answer"} Kind
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @typedef {{
 *   column: number, kind: Kind, count: number, first: number, shown: number, across: number, down: number,
 *   tile: [number, number], gap: number, box: Box, head: Box, foot: Box,
 * }} Place `count` tiles or units of which `shown` are, from `first`; `tile` is [width, height].
 * @typedef {{ width: number, height: number, places: Place[], paper: Box | null }} Layout
 */

/**
 * The columns of a network, the picture first.
 *
 * @type {(nodes: LayerNode[], unfolded: Set<string>) => Column[]}
 */
export function columnsOf(nodes, unfolded) {
  /** @type {Column[]} */
  const columns = [{ node: PICTURE, first: PICTURE, last: PICTURE, block: "", folded: false, sources: [] }];
  const holding = new Map([[PICTURE, 0]]);
  nodes.forEach(({ block = "" }, index) => {
    const before = columns.at(-1);
    if (block && before.folded && before.block === block) before.node = before.last = index;
    else columns.push({ node: index, first: index, last: index, block, folded: isFolded(nodes, index, unfolded), sources: [] });
    holding.set(index, columns.length - 1);
  });
  columns.forEach((column, at) => {
    const read = nodes.slice(column.first, column.last + 1).flatMap(({ sources }) => sources.map((one) => holding.get(one)));
    if (at) column.sources = [...new Set(read)].filter((source) => source !== at);
  });
  return columns;
}

/** A block of a single layer has nothing to be folded. */
function isFolded(nodes, index, unfolded) {
  const { block } = nodes[index];
  return Boolean(block) && !unfolded.has(block) && (nodes[index - 1]?.block === block || nodes[index + 1]?.block === block);
}

/**
 * Depth and lane of each column: its longest path from the picture; 0 for the longest path through the network.
 *
 * @type {(sources: number[][]) => { depths: number[], lanes: number[] }}
 */
export function lanesOf(sources) {
  const depths = [];
  const readers = sources.map(() => []);
  sources.forEach((reads, at) => {
    depths.push(1 + Math.max(-1, ...reads.map((source) => depths[source])));
    for (const source of reads) readers[source].push(at);
  });
  const toEnd = sources.map(() => 0);
  for (let at = sources.length - 1; at >= 0; at--) toEnd[at] = 1 + Math.max(-1, ...readers[at].map((reader) => toEnd[reader]));
  // The reader that goes furthest stands in the same line.
  const onward = readers.map((found) => found.reduce((best, at) => (best < 0 || toEnd[at] > toEnd[best] ? at : best), -1));
  const lineOf = [];
  /** @type {number[][]} */
  const lines = [];
  sources.forEach((reads, at) => {
    const before = reads.filter((source) => onward[source] === at).map((source) => lineOf[source]);
    const line = before.length ? Math.min(...before) : lines.length;
    (lines[line] ??= []).push(at);
    lineOf.push(line);
  });
  /** @type {[number, number][][]} */
  const taken = [];
  const laneOf = lines.map((line, number) => {
    const [from, to] = [depths[line[0]], depths[line.at(-1)]];
    let lane = number ? 1 : 0;
    while (taken[lane]?.some(([first, last]) => from <= last && first <= to)) lane++;
    (taken[lane] ??= []).push([from, to]);
    return lane;
  });
  return { depths, lanes: lineOf.map((line) => laneOf[line]) };
}

/**
 * Place columns in a room; a network that is wider than it is made to be scrolled.
 *
 * @param {Column[]} columns
 * @param {{ kind: Kind, shape: number[], first: number, isPicture: boolean }[]} contents Of each column, and the first tile of its page.
 * @param {{ width: number, height: number, zoom: number, paper: boolean }} room `zoom` enlarges letters and what belongs to them; with
 *   a paper, there is room to draw above the picture.
 * @returns {Layout}
 */
export function arrange(columns, contents, { width, height, zoom, paper }) {
  const { depths, lanes } = lanesOf(columns.map(({ sources }) => sources));
  const count = 1 + Math.max(...lanes);
  const lane = Math.max(height / count, count > 1 ? LANE * zoom : 0);
  // Where no branch passes, a column has the height of all lanes.
  const bands = columns.map((_, at) =>
    isAlone(columns, depths, lanes, at) ? { top: 0, inner: lane * count } : { top: lanes[at] * lane, inner: lane },
  );
  for (const band of bands) band.inner -= (HEAD + FOOT) * zoom;
  const least = Array.from({ length: 1 + Math.max(...depths) }, () => 0);
  /** @type {(size: number) => { sizes: ReturnType<typeof sized>[], widths: number[], total: number }} */
  const attempt = (size) => {
    const sizes = contents.map((content, at) => sized(content, bands[at].inner, size * zoom, zoom));
    const widths = [...least];
    sizes.forEach(({ box }, at) => (widths[depths[at]] = Math.max(widths[depths[at]], box[0])));
    if (paper) widths[0] = Math.max(widths[0], PAPER.side * zoom);
    return { sizes, widths, total: slots(widths, LEAST_GAP, zoom).right + 2 * MARGIN };
  };
  const fitting = SIZES.map(attempt).find(({ total }) => total <= width);
  const { sizes, widths, total } = fitting ?? attempt(EASY_SIZE);
  const gap = Math.min(LEAST_GAP + Math.max(width - total, 0) / Math.max(widths.length - 1, 1), LARGEST_GAP);
  const { lefts, slot, right } = slots(widths, gap, zoom);
  const margin = Math.max((width - right) / 2, MARGIN);
  const whole = Math.max(width, right + 2 * MARGIN);
  const places = columns.map((_, at) => {
    const { box, ...rest } = sizes[at];
    const depth = depths[at];
    const { top, inner } = bands[at];
    const left = margin + lefts[depth];
    const middle = left + widths[depth] / 2;
    // Nothing is wider than the scene, which would scroll for it.
    const room = Math.min(slot[depth], 2 * middle, 2 * (whole - middle));
    const head = { x: middle - room / 2, y: top, width: room, height: HEAD * zoom };
    const y = top + HEAD * zoom + (inner - box[1]) / 2;
    const foot = { x: head.x, y: y + box[1] + 6 * zoom, width: room, height: FOOT * zoom };
    return { column: at, ...rest, box: { x: middle - box[0] / 2, y, width: box[0], height: box[1] }, head, foot };
  });
  return { width: whole, height: lane * count, places, paper: paper ? above(places[0], lane * count, zoom) : null };
}

/** Whether a column is the only one at its depth, and no branch passes it. */
function isAlone(columns, depths, lanes, at) {
  const depth = depths[at];
  if (depths.some((other, column) => other === depth && column !== at)) return false;
  return !columns.some(({ sources }, to) =>
    sources.some((from) => depths[from] < depth && depth < depths[to] && lanes[from] + lanes[to] > 0),
  );
}

/** Room for a paper above the picture, which moves down. @type {(picture: Place, height: number, zoom: number) => Box} */
function above(picture, height, zoom) {
  const { box, head, foot } = picture;
  const below = PAPER.foot * zoom + head.height + box.height + foot.height;
  const side = Math.min(PAPER.side * zoom, height - below);
  const top = (height - below - side) / 2;
  const down = top + side + PAPER.foot * zoom + head.height - box.y;
  head.y = box.y + down - head.height;
  box.y += down;
  foot.y += down;
  return { x: box.x + (box.width - side) / 2, y: top, width: side, height: side };
}

/** Where columns of these widths begin, and how much each has for its title. */
function slots(widths, gap, zoom) {
  const lefts = [];
  let x = 0;
  const slot = widths.map((width, at) => {
    const own = Math.max(width + Math.min(gap, LEAST_GAP) - 6, LEAST_SLOT * zoom);
    const extra = Math.max(LEAST_SLOT * zoom - width - gap, 0);
    x += at ? gap : 0;
    lefts.push(x + extra / 2);
    x += width + extra;
    return own;
  });
  return { lefts, slot, right: x };
}

/** How large the tiles of a column are, and how many. @returns {Omit<Place, "column" | "box" | "head" | "foot"> & { box: [number, number] }} */
function sized({ kind, shape, first, isPicture }, inner, size, zoom) {
  if (kind === "answer") return sizedAnswer(shape[0], inner, zoom);
  if (kind === "vector") return sizedVector(shape[0], inner, zoom, first);
  const [count, rows, columns] = shape;
  const longest = Math.max(rows, columns);
  const wanted = (22 + 5 * Math.sqrt(longest)) * size;
  const side = Math.max(Math.min(isPicture ? Math.max(PICTURE_SIZE * zoom, 1.4 * wanted) : wanted, inner), 12);
  const tile = /** @type {[number, number]} */ ([Math.max((side * columns) / longest, 4), Math.max((side * rows) / longest, 4)]);
  const most = Math.max(Math.floor((inner + TILE_GAP) / (tile[1] + TILE_GAP)), 1);
  const shown = Math.min(count, most * MOST_ACROSS);
  const across = evenly(shown, Math.ceil(shown / most));
  const down = Math.ceil(shown / across);
  return { kind, count, ...paged(first, shown, count), across, down, tile, gap: TILE_GAP, box: grid(across, down, tile, TILE_GAP) };
}

/** So many beside each other, or one more where that leaves no row half empty. @type {(count: number, across: number) => number} */
const evenly = (count, across) => (count % across && across < MOST_ACROSS && count % (across + 1) === 0 ? across + 1 : across);

/** Units as cells from top to bottom, in as many strips as they need. */
function sizedVector(count, inner, zoom, first) {
  const cell = Math.max(Math.min(inner / count, 18 * zoom), 5);
  const most = Math.floor(inner / cell);
  const shown = Math.min(count, 16 * most);
  const across = Math.ceil(shown / most);
  const down = Math.ceil(shown / across);
  const tile = /** @type {[number, number]} */ ([across > 1 ? cell : 22 * zoom, cell]);
  return { kind: /** @type {Kind} */ ("vector"), count, ...paged(first, shown, count), across, down, tile, gap: 0, box: grid(across, down, tile, 0) };
}

/** A bar for each class, or for as many as there is room. */
function sizedAnswer(count, inner, zoom) {
  const shown = Math.min(count, Math.floor(inner / (LEAST_BAR * zoom)));
  const tile = /** @type {[number, number]} */ ([(ANSWER.name + ANSWER.bar + ANSWER.number) * zoom, Math.min(inner / shown, 34 * zoom)]);
  return { kind: /** @type {Kind} */ ("answer"), count, first: 0, shown, across: 1, down: shown, tile, gap: 0, box: grid(1, shown, tile, 0) };
}

/** Where name, bar and number of a class stand in its tile, as shares of its width. */
export const ANSWER_PARTS = [ANSWER.name, ANSWER.bar, ANSWER.number].map(
  (part) => part / (ANSWER.name + ANSWER.bar + ANSWER.number),
);

const paged = (first, shown, count) => ({ shown: Math.min(shown, count - first), first });

/** @returns {[number, number]} */
const grid = (across, down, [width, height], gap) => [across * (width + gap) - gap, down * (height + gap) - gap];

/** The tile of a map or unit; null where it is on another page. @type {(place: Place, index: number) => Box?} */
export function tileOf(place, index) {
  const at = index - place.first;
  if (at < 0 || at >= place.shown) return null;
  const [row, column] =
    place.kind === "maps" ? [Math.floor(at / place.across), at % place.across] : [at % place.down, Math.floor(at / place.down)];
  const [width, height] = place.tile;
  return { x: place.box.x + column * (width + place.gap), y: place.box.y + row * (height + place.gap), width, height };
}

/** The map or unit at a point of the scene; −1 where there is none. @type {(place: Place, x: number, y: number) => number} */
export function indexAt(place, x, y) {
  const [column, row] = [
    (x - place.box.x) / (place.tile[0] + place.gap),
    (y - place.box.y) / (place.tile[1] + place.gap),
  ].map(Math.floor);
  if (column < 0 || column >= place.across || row < 0 || row >= place.down) return -1;
  const at = place.kind === "maps" ? row * place.across + column : column * place.down + row;
  return at < place.shown ? place.first + at : -1;
}
