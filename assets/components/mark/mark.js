// A picture on which one drags boxes or paints a mask. Each mark goes to the server when the pointer is lifted.
// `data` in visualizer/ui/pictures/mark_canvas.py says what arrives.

import { inkOn, parse } from "../../lib/colours.js";
import { Delivery } from "../../lib/delivery.js";
import { allPlaces, shareUnder } from "../../lib/dom.js";
import { bytesOf, within } from "../../lib/numbers.js";
import { keepingView } from "../../lib/views.js";

const LEAST = 6; // pixels of the screen: a smaller box was a click
const MOST_UNDONE = 20;
const OPACITY = 150; // of a mask, out of 255

export default keepingView(({ parentElement }) => new Marks(parentElement.querySelector(".mark")));

class Marks {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.undo = root.querySelector(".undo");
    this.how = root.querySelector(".how");
    this.image = new Image();
    this.image.onload = () => this.paint();
    this.overlay = document.createElement("canvas");
    this.sent = []; // marks that the server has not taken yet: {number, picture, box or mask}
    this.before = []; // masks as they were before each stroke
    this.delivery = new Delivery(() => ({ marks: this.sent }));
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.canvas);
    this.canvas.onpointerdown = (event) => this.down(event);
    this.canvas.onpointermove = (event) => this.move(event);
    this.canvas.onpointerup = (event) => this.up(event);
    this.canvas.onpointercancel = () => this.cancel();
    this.undo.onclick = () => this.takeBack();
  }

  update({ data, setTriggerValue }) {
    const isOther = data.picture !== this.data?.picture || data.source !== this.data?.source;
    this.data = data;
    this.sent = this.sent.filter(({ number }) => number > data.taken);
    this.delivery.update(data.taken, (message) => setTriggerValue("marks", message));
    if (isOther) {
      this.before = [];
      this.start = this.last = this.pen = undefined;
      this.image.src = data.source;
    }
    // A mask that is on its way is newer than what has arrived.
    if (!this.pen && (isOther || !this.sent.some(({ mask, picture }) => mask && picture === data.picture)))
      this.mask = bytesOf(data.mask);
    this.undo.hidden = !data.paints;
    const what = data.name || "background";
    this.how.textContent = data.paints ? `Paint: ${what}` : `Drag a box around: ${what}`;
    this.canvas.setAttribute("aria-label", data.alt);
    this.layout();
  }

  // ---- The pointer: all places are shares of the picture, [right, down] -------------------------------------------

  placeOf(event) {
    const [down, right] = shareUnder(event, this.canvas);
    return [within(right, 0, 1), within(down, 0, 1)];
  }

  down(event) {
    if (!event.isPrimary || event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pen = event.pointerId;
    this.start = this.last = this.placeOf(event);
    if (!this.data.paints) return;
    this.before = [...this.before, this.mask.slice()].slice(-MOST_UNDONE);
    this.stroke(this.start, this.start);
    this.paint();
  }

  move(event) {
    if (event.pointerId !== this.pen) return;
    for (const each of allPlaces(event)) {
      const place = this.placeOf(each);
      if (this.data.paints) this.stroke(this.last, place);
      this.last = place;
    }
    this.paint();
  }

  up(event) {
    if (event.pointerId !== this.pen) return;
    this.move(event);
    this.pen = undefined;
    if (this.data.paints) this.sendMask();
    else {
      const [left, top, width, height] = this.dragged();
      const { clientWidth, clientHeight } = this.canvas;
      if (width * clientWidth >= LEAST && height * clientHeight >= LEAST) this.send({ box: [left, top, width, height] });
    }
    this.start = this.last = undefined;
    this.paint();
  }

  cancel() {
    if (this.pen === undefined) return;
    this.pen = this.start = this.last = undefined;
    if (this.data.paints) this.mask = this.before.pop() ?? this.mask;
    this.paint();
  }

  takeBack() {
    const before = this.before.pop();
    if (!before) return;
    this.mask = before;
    this.sendMask();
    this.paint();
  }

  dragged() {
    const [x, y] = [0, 1].map((axis) => [this.start[axis], this.last[axis]].sort((one, other) => one - other));
    return [x[0], y[0], x[1] - x[0], y[1] - y[0]];
  }

  // All pixels whose middle lies under a round brush on its way between two places, and the one below its middle.
  stroke(from, to) {
    const [width, height] = this.data.size;
    const radius = this.data.brush / 2;
    const [ax, ay, bx, by] = [from[0] * width, from[1] * height, to[0] * width, to[1] * height];
    const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) * 2));
    for (let step = 0; step <= steps; step++) {
      const x = ax + ((bx - ax) * step) / steps;
      const y = ay + ((by - ay) * step) / steps;
      const column = within(Math.floor(x), 0, width - 1);
      const row = within(Math.floor(y), 0, height - 1);
      this.mask[row * width + column] = this.data.label;
      for (let i = Math.max(0, Math.floor(y - radius)); i < Math.min(height, y + radius); i++)
        for (let j = Math.max(0, Math.floor(x - radius)); j < Math.min(width, x + radius); j++)
          if (Math.hypot(j + 0.5 - x, i + 0.5 - y) <= radius) this.mask[i * width + j] = this.data.label;
    }
  }

  // ---- To the server ------------------------------------------------------------------------------------------

  sendMask() {
    const { picture } = this.data;
    this.sent = this.sent.filter((mark) => !(mark.mask && mark.picture === picture));
    this.send({ mask: btoa(String.fromCharCode(...this.mask)) });
  }

  send(mark) {
    const { picture, name, label } = this.data;
    this.sent.push({ number: (this.delivery.number ?? 0) + 1, picture, name, label, ...mark });
    this.delivery.start();
  }

  end() {
    this.delivery.end();
    this.observer.disconnect();
  }

  // ---- On the screen ------------------------------------------------------------------------------------------

  layout() {
    if (!this.data) return;
    const [width, height] = this.data.size;
    this.canvas.style.aspectRatio = `${width} / ${height}`;
    const across = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!across) return;
    const down = Math.round((across * height) / width);
    if (across !== this.canvas.width || down !== this.canvas.height) Object.assign(this.canvas, { width: across, height: down });
    this.paint();
  }

  paint() {
    if (!this.data || !this.mask) return;
    const pen = this.canvas.getContext("2d");
    const { width, height } = this.canvas;
    pen.imageSmoothingEnabled = false;
    pen.clearRect(0, 0, width, height);
    if (this.image.complete && this.image.naturalWidth) pen.drawImage(this.image, 0, 0, width, height);
    this.undo.disabled = !this.before.length;
    if (this.data.paints) {
      this.paintMask(pen);
      return;
    }
    const waiting = this.sent.filter(({ box, picture }) => box && picture === this.data.picture);
    for (const { name, box } of [...this.data.boxes, ...waiting]) this.paintBox(pen, box, name);
    if (this.start) this.paintBox(pen, this.dragged(), this.data.name);
  }

  paintMask(pen) {
    const [width, height] = this.data.size;
    Object.assign(this.overlay, { width, height });
    const pixels = new ImageData(width, height);
    const colours = this.data.colours.map(parse);
    this.mask.forEach((label, place) => {
      const colour = colours[label - 1];
      if (colour) pixels.data.set([...colour, OPACITY], 4 * place);
    });
    this.overlay.getContext("2d").putImageData(pixels, 0, 0);
    pen.drawImage(this.overlay, 0, 0, pen.canvas.width, pen.canvas.height);
    this.data.names.forEach((name, index) => this.paintName(pen, name, index + 1));
  }

  // The name of a class in the middle of its pixels, since nobody can tell ten colours apart by heart.
  paintName(pen, name, label) {
    const [width, height] = this.data.size;
    let [count, x, y] = [0, 0, 0];
    this.mask.forEach((each, place) => {
      if (each !== label) return;
      count += 1;
      x += (place % width) + 0.5;
      y += Math.floor(place / width) + 0.5;
    });
    if (!count) return;
    const { width: across, height: down } = pen.canvas;
    this.paintTag(pen, name, (x / count / width) * across, (y / count / height) * down, this.data.colours[label - 1]);
  }

  // A bright line with dark rims, seen on any picture, and the name in its corner.
  paintBox(pen, box, name) {
    const { width, height } = pen.canvas;
    const [x, y, wide, high] = [box[0] * width, box[1] * height, box[2] * width, box[3] * height];
    /** @type {[number, string][]} */
    const lines = [
      [5, "#000"],
      [2.5, "#ffc20a"],
    ];
    for (const [line, colour] of lines) {
      pen.lineWidth = line * devicePixelRatio;
      pen.strokeStyle = colour;
      pen.strokeRect(x, y, wide, high);
    }
    this.paintTag(pen, name, x, y, "#ffc20a");
  }

  // A name on a colour, above a place where there is room, and never beyond the picture.
  paintTag(pen, name, x, y, colour) {
    const size = 14 * devicePixelRatio;
    pen.font = `600 ${size}px ${getComputedStyle(this.canvas).fontFamily}`;
    const across = pen.measureText(name).width + size * 0.7;
    const left = within(x, 0, Math.max(pen.canvas.width - across, 0));
    const top = y >= size * 1.5 ? y - size * 1.5 : y;
    pen.fillStyle = colour;
    pen.fillRect(left, top, across, size * 1.5);
    pen.fillStyle = inkOn(parse(colour));
    pen.textBaseline = "middle";
    pen.fillText(name, left + size * 0.35, top + size * 0.78);
  }
}
