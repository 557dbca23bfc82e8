// A paper to draw on. While the pen moves, a small grey picture goes to the server a few times a second.
// `data` in visualizer/ui/parts/draw.py says what arrives.

import { allPlaces, arrowStep } from "../../lib/dom.js";
import { bytesOf, within } from "../../lib/numbers.js";

const SEND_EVERY = 250; // milliseconds
const REST = 600; // milliseconds without a pen on the paper, after which the drawing is taken to be done for now
const PATIENCE = 4000; // milliseconds until a drawing that the server has not got is sent again; then twice as long, …
const STEP = 1 / 32; // of the paper, for one press of an arrow key

// By their keys. What is drawn outlives the element that shows it: the page may make that anew under the pen.
const papers = new Map();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!papers.has(data.key)) papers.set(data.key, new Paper(data));
  const paper = papers.get(data.key);
  const root = parentElement.querySelector(".draw");
  paper.update(data, setTriggerValue);
  paper.show(root);
  return () => {
    // Streamlit also calls this where newer data overtook a call; then the element is still in the page.
    if (!parentElement.isConnected) paper.leave(root);
  };
}

// All places are shares of the paper's width: [right, down].
export class Paper {
  constructor({ side, picture }) {
    this.small = document.createElement("canvas");
    this.small.width = this.small.height = this.side = side;
    this.empty = btoa("\0".repeat(side * side));
    this.ground = picture && groundOf(picture, side); // what was drawn before the page was loaded
    this.strokes = []; // {width, points}
    this.stroke = null; // the one that is being drawn
    this.pen = null; // the pointer that is down: {id, type}
    this.cursor = null; // where the keyboard's pen is
    this.width = 8; // of the pen, in hundredths
    this.sentAt = -Infinity;
    this.observer = new ResizeObserver(() => this.layout());
  }

  update({ picture }, send) {
    this.send = send;
    // What the server has may be older than what is on the paper.
    this.arrived = picture || this.empty;
  }

  show(root) {
    if (this.root === root) return;
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.canvas = this.find("canvas");
    this.find(".pen").value = this.width;
    this.listen();
    this.observer.disconnect();
    this.observer.observe(this.canvas);
    this.layout();
    if (this.picture() !== this.arrived) this.changed();
  }

  leave(root) {
    if (this.root !== root) return;
    if (this.sending) this.sendNow();
    clearTimeout(this.resting);
    this.observer.disconnect();
    this.root = null;
  }

  listen() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => this.down(event);
    canvas.onkeydown = (event) => this.press(event);
    canvas.onblur = () => {
      if (this.cursor) this.lift();
      this.cursor = null;
      this.paint();
    };
    this.find(".pen").oninput = (event) => (this.width = Number(event.target.value));
    this.find(".undo").onclick = () => this.undo();
    this.find(".clear").onclick = () => this.clear();
  }

  down(event) {
    // A second finger does not draw, and neither does a palm beside the pen or another button than the first.
    if (!event.isPrimary || event.button !== 0 || (this.pen && this.pen.type !== event.pointerType)) return;
    this.up();
    this.pen = { id: event.pointerId, type: event.pointerType };
    this.cursor = null;
    this.begin(this.placeOf(event));
    // The window listens, since the canvas may be another one before the pen is lifted.
    this.following = new AbortController();
    const options = { capture: true, signal: this.following.signal };
    const ours = (act) => (event) => event.pointerId === this.pen?.id && act(event);
    window.addEventListener("pointermove", ours((event) => this.move(event)), options);
    window.addEventListener("pointerup", ours((event) => this.up(event)), options);
    window.addEventListener("pointercancel", ours(() => this.up()), options);
    // Outside of the window too.
    this.canvas.setPointerCapture(event.pointerId);
  }

  move(event) {
    // Nobody told that the pen was lifted.
    if (!event.buttons) return this.up();
    this.follow(allPlaces(event));
  }

  follow(events) {
    const places = events.map((event) => this.placeOf(event));
    // What was undone or cleared under the pen goes on as a new stroke.
    if (this.stroke) this.stroke.points.push(...places);
    else this.begin(...places);
    this.changed();
  }

  up(event) {
    if (!this.pen) return;
    if (event && this.stroke) this.follow([event]);
    this.pen = null;
    this.following.abort();
    this.lift();
  }

  press(event) {
    const step = arrowStep(event);
    if (!step && event.key !== " ") return;
    event.preventDefault(); // The page would scroll.
    this.cursor ??= [0.5, 0.5];
    if (step) {
      this.cursor = this.cursor.map((place, axis) => within(place + step[1 - axis] * STEP, 0, 1));
      if (this.stroke) this.stroke.points.push(this.cursor);
    } else if (!event.repeat) {
      this.stroke ? this.lift() : this.begin(this.cursor);
    }
    const [column, row] = this.cursor.map((place) => Math.round(place / STEP));
    this.find(".live").textContent = `Pen ${this.stroke ? "down" : "lifted"}: ${column} right, ${row} down, of ${1 / STEP}`;
    this.stroke ? this.changed() : this.paint();
  }

  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    // While the page changes canvases there is none for a moment; it will be where the last one was.
    if (box.width) this.box = box;
    return [(event.clientX - this.box.left) / this.box.width, (event.clientY - this.box.top) / this.box.height];
  }

  begin(...places) {
    this.stroke = { width: this.width / 100, points: places };
    this.strokes.push(this.stroke);
    this.changed();
  }

  lift() {
    if (!this.stroke) return;
    this.stroke = null;
    this.changed();
  }

  undo() {
    this.stroke = null;
    // Of what was drawn before the page was loaded, the strokes are not known any more.
    if (!this.strokes.pop()) this.ground = null;
    this.changed();
  }

  clear() {
    this.stroke = this.ground = null;
    this.strokes = [];
    this.changed();
  }

  // ---- To the server ------------------------------------------------------------------------------------------

  changed() {
    this.paint();
    clearTimeout(this.resting);
    this.sending ??= setTimeout(() => this.sendNow(), Math.max(this.sentAt + SEND_EVERY - performance.now(), 0));
    if (!this.stroke) this.resting = setTimeout(() => this.rest(PATIENCE), REST);
  }

  sendNow() {
    clearTimeout(this.sending);
    this.sending = null;
    this.sentAt = performance.now();
    this.sent = this.picture();
    this.send("drawing", this.sent);
  }

  // With the drawing, in one message: of two that wait for a busy server, it keeps only the later one.
  rest(patience) {
    if (!this.root) return;
    this.sendNow();
    this.send("rested", true);
    this.resting = setTimeout(() => this.arrived !== this.sent && this.rest(2 * patience), patience);
  }

  // As the server has it: base64 of the grey pixels.
  picture() {
    return btoa(String.fromCharCode(...this.grey()));
  }

  // The grey pixels, row by row: 0 (paper) to 255 (ink).
  grey() {
    const pen = this.small.getContext("2d", { willReadFrequently: true });
    this.drawOn(pen, this.side);
    // Red, green and blue are alike.
    return pen.getImageData(0, 0, this.side, this.side).data.filter((_, index) => index % 4 === 0);
  }

  // ---- On the screen ------------------------------------------------------------------------------------------

  layout() {
    const size = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!size) return;
    if (size !== this.canvas.width) this.canvas.width = this.canvas.height = size;
    this.paint();
  }

  paint() {
    if (!this.root) return;
    const pen = this.canvas.getContext("2d");
    this.drawOn(pen, this.canvas.width);
    const inked = Boolean(this.ground || this.strokes.length);
    this.root.classList.toggle("inked", inked);
    this.find(".undo").disabled = this.find(".clear").disabled = !inked;
    if (this.cursor) this.mark(pen);
  }

  drawOn(pen, size) {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, size, size);
    if (this.ground) pen.drawImage(this.ground, 0, 0, size, size);
    pen.setTransform(size, 0, 0, size, 0, 0);
    pen.strokeStyle = "#fff";
    pen.lineCap = pen.lineJoin = "round";
    for (const { width, points } of this.strokes) {
      pen.lineWidth = width;
      pen.beginPath();
      pen.moveTo(...points[0]);
      // A line to where it began is a dot.
      for (const place of points) pen.lineTo(...place);
      pen.stroke();
    }
  }

  // A bright ring with dark rims, seen on ink and on paper; full while the pen is down.
  mark(pen) {
    const radius = this.width / 200 + 0.01;
    pen.beginPath();
    pen.arc(...this.cursor, radius, 0, 2 * Math.PI);
    for (const [width, colour] of [
      [0.02, "#000"],
      [0.01, "#ffb000"],
    ]) {
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.stroke();
    }
    pen.fillStyle = "#ffb000";
    if (this.stroke) pen.fill();
  }
}

function groundOf(picture, side) {
  const ground = document.createElement("canvas");
  ground.width = ground.height = side;
  const image = new ImageData(side, side);
  bytesOf(picture).forEach((grey, pixel) => image.data.set([grey, grey, grey, 255], 4 * pixel));
  ground.getContext("2d").putImageData(image, 0, 0);
  return ground;
}
