// Draws who feeds whom at the left edge of Build's list of cards. The server laid the wires out in lanes
// (visualizer/figures/rail.py); only here is known how high each card is.
import { addSvg } from "../../lib/dom.js";
import { cardsIn, firstLineOf, withKey } from "../../lib/selectors.js";

const LIST = "cards";
const LANE = 14; // pixels from lane to lane, where there is room
// Pixels for all lanes: the cards need the rest, most of all on a phone.
const ROOM = 100;
const NARROW = 600;
const ROOM_WHERE_NARROW = 32;
const EDGE = 8;
const BEND = 26; // pixels in which a wire changes its lane

export default function ({ data, parentElement }) {
  const svg = parentElement.querySelector("svg");
  const list = withKey(LIST);
  if (!list) return;
  svg.setAttribute("aria-label", data.alt);
  const straight = data.lanes === 1; // The list itself says as much.
  const room = list.clientWidth < NARROW ? ROOM_WHERE_NARROW : ROOM;
  const lane = Math.min(LANE, room / Math.max(data.lanes - 1, 1));
  const x = (number) => EDGE + number * lane;
  list.style.setProperty("--rail", straight ? "0px" : `${x(data.lanes - 1) + EDGE + 4}px`);
  svg.replaceChildren();
  svg.style.display = straight ? "none" : "";

  // From one lane to another between two heights, then straight on to the end.
  const change = (from, to, top, bottom, end = bottom) =>
    from === to
      ? `M${x(from)} ${top}V${end}`
      : `M${x(from)} ${top}C${x(from)} ${(top + bottom) / 2} ${x(to)} ${(top + bottom) / 2} ${x(to)} ${bottom}V${end}`;

  function draw() {
    const cards = cardsIn(list);
    // While the page changes, the new cards are not all there yet.
    if (straight || cards.length !== data.rows.length) return;
    const { top } = svg.getBoundingClientRect();
    const boxes = cards.map((card) => card.getBoundingClientRect());
    const edges = boxes.map((box, index) => (index ? (boxes[index - 1].bottom + box.top) / 2 : box.top) - top);
    edges.push(boxes.at(-1).bottom - top);
    // All is measured before anything is drawn: the browser lays the page out once.
    const lines = cards.map((card) => firstLineOf(card).getBoundingClientRect());
    svg.style.height = `${edges.at(-1)}px`;
    svg.replaceChildren();
    const dots = [];
    data.rows.forEach(({ dot, wires, merges, block }, index) => {
      const middle = (lines[index].top + lines[index].bottom) / 2 - top;
      const [upper, lower] = [edges[index], edges[index + 1]];
      for (const { above, below, colour } of wires) {
        const starts = above === null;
        const [from, to] = [above ?? dot, below ?? dot];
        const [begin, end] = [starts ? middle : upper, below === null ? middle : lower];
        const bent = starts ? Math.min(middle + BEND, lower) : middle;
        addSvg(svg, "path", { class: "wire", stroke: data.colours[colour], d: change(from, to, begin, bent, end) });
      }
      if (dot !== null) dots.push([x(dot), middle, merges, block]);
    });
    for (const [cx, cy, merges, block] of dots) {
      const name = merges ? "dot merges" : "dot";
      if (block) addSvg(svg, "rect", { class: name, x: cx - 6, y: cy - 6, width: 12, height: 12, rx: 3 });
      else addSvg(svg, "circle", { class: name, cx, cy, r: 5 });
    }
  }

  // Once a frame, however much changes in it.
  let waiting;
  const soon = () => (waiting ??= requestAnimationFrame(drawNow));
  const sizes = new ResizeObserver(soon);
  const changes = new MutationObserver(() => {
    changed = true;
    soon();
  });
  let changed = true;
  function drawNow() {
    waiting = undefined;
    if (changed) {
      changed = false;
      sizes.disconnect();
      for (const card of cardsIn(list)) sizes.observe(card);
    }
    draw();
  }
  changes.observe(list, { childList: true, subtree: true });
  drawNow();
  return () => {
    cancelAnimationFrame(waiting);
    sizes.disconnect();
    changes.disconnect();
  };
}
