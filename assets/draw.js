// A paper to draw on. While the pen moves, a small grey picture goes to the server a few times a second.
// `data` in visualizer/ui/draw.py says what arrives.

const SEND_EVERY = 250; // milliseconds
const REST = 600; // milliseconds without a pen on the paper, after which the drawing is taken to be done for now
const STEP = 1 / 32; // of the paper, for one press of an arrow key

const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!views.has(parentElement)) views.set(parentElement, new Paper(parentElement.querySelector(".draw"), data));
  const view = views.get(parentElement);
  const call = (view.call = Symbol());
  view.send = setTriggerValue;
  return () => {
    if (view.call !== call) return;
    views.delete(parentElement);
    view.end();
  };
}

// All places are shares of the paper's width: [right, down].
class Paper {
  constructor(root, { side, picture }) {
    this.find = (selector) => root.querySelector(selector);
    this.root = root;
    this.canvas = this.find("canvas");
    this.small = document.createElement("canvas");
    this.small.width = this.small.height = this.side = side;
    this.ground = picture && groundOf(picture, side); // what was drawn before the paper was last put away
    this.strokes = []; // {width, points}
    this.stroke = null; // the one that is being drawn
    this.cursor = null; // where the keyboard's pen is
    this.sentAt = -Infinity;
    this.listen();
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.canvas);
    this.layout();
  }

  end() {
    this.observer.disconnect();
    clearTimeout(this.sending);
    clearTimeout(this.resting);
  }

  listen() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => {
      // A second finger does not draw, and neither does another button than the first.
      if (!event.isPrimary || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.cursor = null;
      this.begin(this.placeOf(event));
    };
    canvas.onpointermove = (event) => {
      if (!this.stroke || this.cursor || !event.isPrimary) return;
      // The browser bundles a fast pen's places into one event.
      const places = event.getCoalescedEvents?.() ?? [];
      for (const place of places.length ? places : [event]) this.stroke.points.push(this.placeOf(place));
      this.changed();
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => event.isPrimary && !this.cursor && this.lift();
    canvas.onkeydown = (event) => this.press(event);
    canvas.onblur = () => {
      if (this.cursor) this.lift();
      this.cursor = null;
      this.paint();
    };
    this.find(".undo").onclick = () => this.undo();
    this.find(".clear").onclick = () => this.clear();
  }

  press(event) {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault(); // The page would scroll.
    this.cursor ??= [0.5, 0.5];
    if (step) {
      this.cursor = this.cursor.map((place, axis) => Math.min(Math.max(place + step[axis] * STEP, 0), 1));
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
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  begin(place) {
    this.stroke = { width: Number(this.find(".pen").value) / 100, points: [place] };
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
    // Of what was drawn before the paper was put away, the strokes are not known any more.
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
    if (!this.stroke) this.resting = setTimeout(() => this.send("rested", true), REST);
  }

  sendNow() {
    this.sending = null;
    this.sentAt = performance.now();
    const pen = this.small.getContext("2d", { willReadFrequently: true });
    this.drawOn(pen, this.side);
    // Red, green and blue are alike.
    const grey = pen.getImageData(0, 0, this.side, this.side).data.filter((_, index) => index % 4 === 0);
    this.send("drawing", btoa(String.fromCharCode(...grey)));
  }

  // ---- On the screen ------------------------------------------------------------------------------------------

  layout() {
    const size = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!size || size === this.canvas.width) return;
    this.canvas.width = this.canvas.height = size;
    this.paint();
  }

  paint() {
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
    const radius = Number(this.find(".pen").value) / 200 + 0.01;
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
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const image = new ImageData(side, side);
  for (let pixel = 0; pixel < bytes.length; pixel++) image.data.fill(bytes[pixel], 4 * pixel, 4 * pixel + 3);
  for (let pixel = 0; pixel < bytes.length; pixel++) image.data[4 * pixel + 3] = 255;
  ground.getContext("2d").putImageData(image, 0, 0);
  return ground;
}
