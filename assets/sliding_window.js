// An input, the window that slides over it, and the output, explained pixel by pixel. `_data` in
// visualizer/ui/sliding_window.py says what arrives. torch computed all of it; the products are multiplied here only to
// be shown, and torch's own number stands beside their sum.

const MAX_PLANES = 16; // maps of one side that are drawn; _MAX_DRAWN of the wrapper
const MAX_CHANNELS = 3; // channels whose products are all shown: those with the largest sums
const MAX_WINDOW = 49; // numbers of a window that are all shown
const MIN_NUMBER_CELL = 34; // pixels of a cell that holds a number
const MAX_NUMBER_WIDTH = 46;
const MIN_NUMBER_WIDTH = 33;
const SIGN_WIDTH = 24; // "×" or "=" with the gaps around it
const GAP = 8; // pixels between maps
const LABEL_HEIGHT = 22;
const ANNOUNCE_AFTER = 400; // milliseconds without a further step

const views = new WeakMap();

// Streamlit calls this for each new `data`, and the returned function when the component goes; where two calls overlap,
// also the earlier call's, which must not end what the later one has drawn.
export default function slidingWindow({ data, parentElement, setTriggerValue }) {
  if (!views.has(parentElement)) {
    views.set(parentElement, new SlidingWindow(parentElement.querySelector(".sliding-window")));
  }
  const view = views.get(parentElement);
  const call = (view.call = Symbol());
  view.send = setTriggerValue;
  view.update(data);
  return () => {
    if (view.call === call) {
      view.stop();
      view.observer.disconnect();
      views.delete(parentElement);
    }
  };
}

class SlidingWindow {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.at = null; // the output pixel that is explained: {filter, row, column}
    this.pointed = null; // the input pixel under the pointer: [row, column]
    this.sweeping = false; // only the outputs up to `at` have been computed, so to speak
    this.frame = null;
    this.find(".play").onclick = () => (this.frame ? this.stop() : this.play());
    this.find(".back").onclick = () => this.sweepTo(this.index - 1);
    this.find(".on").onclick = () => this.sweepTo(this.index + 1);
    this.find(".scrub").oninput = (event) => this.sweepTo(Number(event.target.value));
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(root);
  }

  update(data) {
    this.data = data;
    [this.rows, this.columns] = [data.output[0].length, data.output[0][0].length];
    const shape = JSON.stringify([data.output.length, this.rows, this.columns, data.real.length, data.real[0].length]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.stop();
      this.sweeping = false;
      const [filter, row, column] = data.start;
      this.at = { filter, row, column };
    }
    this.root.classList.remove("waiting");
    this.find(".input").classList.toggle("drawable", data.drawable);
    this.find(".scrub").max = this.rows * this.columns - 1;
    this.inputs = this.fill("input", data.colour ? [data.input] : data.input.map((map) => [map]), data.channelNames);
    this.outputs = this.fill("output", data.output.map((map) => [map]), data.filterNames);
    this.buildArithmetic();
    this.width = null;
    this.layout();
  }

  // ---- The two sides ------------------------------------------------------------------------------------------

  // Makes the planes of one side: each is a list of channels that are drawn as one picture.
  fill(side, maps, names) {
    const figure = this.find(`figure.${side}`);
    const [name, note] = this.data[`${side}Name`];
    const left = maps.length - MAX_PLANES;
    figure
      .querySelector("figcaption")
      .replaceChildren(make("strong", name), make("span", `  ${note}${left > 0 ? `, ${left} more not drawn` : ""}`));
    const scale = this.data[`${side}Scale`];
    const holder = figure.querySelector(".planes");
    const shown = maps.slice(0, MAX_PLANES);
    if (holder.children.length !== shown.length) holder.replaceChildren(...shown.map(() => this.makePlane(side)));
    const planes = [...holder.children];
    planes.forEach((plane, index) => {
      plane.querySelector("span").textContent = shown.length > 1 ? names[index] : "";
      plane.querySelector("span").hidden = shown.length === 1;
      const field = plane.querySelector("div");
      field.tabIndex = side === "output" || this.data.drawable ? 0 : -1;
      field.setAttribute("aria-label", this.describe(side, shown.length > 1 ? `${name}, ${names[index]}` : name));
      plane.maps = shown[index];
    });
    drawScale(figure.querySelector(".scale"), scale);
    return planes;
  }

  describe(side, name) {
    const size = side === "input" ? [this.data.real.length, this.data.real[0].length] : [this.rows, this.columns];
    const keys = side === "output" ? " Arrow keys choose the pixel that is explained." : "";
    const draw = side === "input" && this.data.drawable ? " Arrow keys move, the space bar draws or erases." : "";
    return `${name}, ${size[0]} by ${size[1]} pixels.${keys}${draw}`;
  }

  makePlane(side) {
    const plane = make("div", "", "plane");
    const field = make("div");
    field.setAttribute("role", "application");
    field.append(make("canvas"), make("canvas"));
    plane.append(make("span"), field);
    const index = () => [...plane.parentElement.children].indexOf(plane);
    if (side === "output") this.listenToOutput(field, index);
    else this.listenToInput(field);
    return plane;
  }

  listenToOutput(field, index) {
    const point = (event) => {
      const [row, column] = this.pixelUnder(event, field, this.outputCell);
      this.pointAt({ filter: index(), row: clamp(row, this.rows), column: clamp(column, this.columns) });
    };
    field.onpointerdown = (event) => {
      this.stop();
      point(event);
    };
    field.onpointermove = (event) => this.frame || point(event);
    field.onkeydown = (event) => {
      const step = arrow(event);
      if (!step) return;
      this.stop();
      const { row, column } = this.at;
      this.pointAt({
        filter: index(),
        row: clamp(row + step[0], this.rows),
        column: clamp(column + step[1], this.columns),
      });
      this.announce();
    };
  }

  listenToInput(field) {
    let brush = null;
    const height = () => this.data.real.length;
    const width = () => this.data.real[0].length;
    const point = (event) => {
      const [row, column] = this.pixelUnder(event, field, this.inputCell);
      const before = this.pointed;
      this.pointed = [clamp(row, height()), clamp(column, width())];
      if (brush !== null) for (const pixel of between(before ?? this.pointed, this.pointed)) this.draw(pixel, brush);
      this.render();
    };
    const finish = () => {
      if (brush !== null) this.sendDrawing();
      brush = null;
    };
    field.onpointerdown = (event) => {
      const [row, column] = this.pixelUnder(event, field, this.inputCell);
      if (this.data.drawable) {
        brush = this.data.input[0][clamp(row, height())][clamp(column, width())] > 0.5 ? 0 : 1;
        field.setPointerCapture(event.pointerId);
        this.pointed = null;
      }
      point(event);
    };
    field.onpointermove = point;
    field.onpointerup = finish;
    field.onpointercancel = finish;
    field.onpointerleave = () => {
      this.pointed = null;
      this.render();
    };
    field.onkeydown = (event) => {
      if (!this.data.drawable) return;
      const [row, column] = this.pointed ?? firstReal(this.data.real);
      const step = arrow(event) ?? (event.key === " " ? [0, 0] : null);
      if (!step) return;
      event.preventDefault();
      this.pointed = [clamp(row + step[0], height()), clamp(column + step[1], width())];
      if (event.key === " ") {
        this.draw([row, column], this.data.input[0][row][column] > 0.5 ? 0 : 1);
        this.sendDrawing();
      }
      this.render();
    };
  }

  pixelUnder(event, field, cell) {
    const box = field.getBoundingClientRect();
    return [Math.floor((event.clientY - box.top) / cell), Math.floor((event.clientX - box.left) / cell)];
  }

  draw([row, column], value) {
    if (!this.data.real[row][column] || this.data.input[0][row][column] === value) return;
    this.drawn = true;
    for (const map of this.data.input) map[row][column] = value;
    this.paint(this.inputs, this.data.inputScale, this.inputCell);
  }

  sendDrawing() {
    // Without a change no new data would come back.
    if (!this.drawn) return;
    this.drawn = false;
    const { real, input } = this.data;
    this.root.classList.add("waiting");
    this.send("drawing", input[0].flatMap((line, row) => line.filter((_, column) => real[row][column])));
  }

  // ---- Sizes and colours --------------------------------------------------------------------------------------

  // The largest whole number of screen pixels for a number of the input, the same on both sides where each has one map.
  layout() {
    const available = this.root.clientWidth;
    if (!this.data || !available || available === this.width) return;
    this.width = available;
    const beside = available >= 520;
    this.root.classList.toggle("beside", beside);
    const width = beside ? (available - 24) / 2 : available;
    const height = beside ? 300 : 270;
    const { real, outputCell } = this.data;
    let input = cellFor(this.inputs.length, real.length, real[0].length, width, height);
    let output = cellFor(this.outputs.length, this.rows * outputCell, this.columns * outputCell, width, height);
    if (this.inputs.length === 1 && this.outputs.length === 1) input = output = Math.min(input, output);
    this.inputCell = input;
    this.outputCell = output * outputCell;
    this.sizeNumbers(available);
    for (const figure of this.root.querySelectorAll("figure")) figure.style.maxWidth = `${Math.floor(width)}px`;
    this.paint(this.inputs, this.data.inputScale, this.inputCell);
    this.paint(this.outputs, this.data.outputScale, this.outputCell);
    this.render();
  }

  // Window, kernel and products in one line if they fit, else two of them, else one.
  sizeNumbers(available) {
    const columns = this.data.window[1];
    // A line of one pixel goes around every number.
    const widths = [3, 2, 1].map((grids) =>
      Math.floor((available - SIGN_WIDTH * (grids - 1) - grids * (columns + 1)) / (grids * columns)),
    );
    const width = Math.min(widths.find((each) => each >= MIN_NUMBER_WIDTH) ?? MIN_NUMBER_WIDTH, MAX_NUMBER_WIDTH);
    this.decimals = width < 40 ? 2 : 3;
    this.find(".arithmetic").style.setProperty("--number-width", `${width}px`);
  }

  paint(planes, scale, cell) {
    for (const plane of planes) {
      const [height, width] = [plane.maps[0].length, plane.maps[0][0].length];
      plane.style.width = `${width * cell}px`;
      for (const canvas of plane.querySelectorAll("canvas")) {
        canvas.width = Math.round(width * cell * devicePixelRatio);
        canvas.height = Math.round(height * cell * devicePixelRatio);
        canvas.style.width = `${width * cell}px`;
        canvas.style.height = `${height * cell}px`;
      }
      const pen = penOf(plane, 0);
      const isInput = planes === this.inputs;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const values = plane.maps.map((map) => map[row][column]);
          pen.fillStyle = values.length === 3 ? mixed(values, scale) : colourOf(values[0], scale);
          pen.fillRect(column * cell, row * cell, cell, cell);
          if (isInput && !this.data.real[row][column]) hatch(pen, column * cell, row * cell, cell);
          else if (values.length === 1 && cell >= MIN_NUMBER_CELL) write(pen, values[0], scale, row, column, cell);
        }
      }
    }
  }

  // ---- The position -------------------------------------------------------------------------------------------

  get index() {
    return this.at.row * this.columns + this.at.column;
  }

  pointAt(at) {
    this.at = at;
    this.sweeping = false;
    this.pointed = null;
    this.render();
  }

  sweepTo(index) {
    this.stop();
    this.moveTo(index);
    this.announce();
  }

  moveTo(index) {
    const place = clamp(index, this.rows * this.columns);
    this.at = { ...this.at, row: Math.floor(place / this.columns), column: place % this.columns };
    this.sweeping = true;
    this.pointed = null;
    this.render();
  }

  play() {
    const last = this.rows * this.columns - 1;
    const start = this.sweeping && this.index < last ? this.index : 0;
    let began = null;
    let from = start;
    let speed = null;
    const step = (now) => {
      const chosen = Number(this.find(".speed").value);
      if (chosen !== speed) [speed, began, from] = [chosen, now, began === null ? start : this.index];
      this.moveTo(from + Math.floor(((now - began) / 1000) * speed));
      if (this.index < last) this.frame = requestAnimationFrame(step);
      else this.stop();
    };
    this.frame = requestAnimationFrame(step);
    this.showPlaying();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.showPlaying();
  }

  showPlaying() {
    const button = this.find(".play");
    button.classList.toggle("playing", this.frame !== null);
    button.title = this.frame === null ? "Play" : "Pause";
    button.setAttribute("aria-label", button.title);
  }

  announce() {
    clearTimeout(this.announcement);
    this.announcement = setTimeout(() => {
      this.find(".live").textContent = `${this.find(".place").textContent}: ${this.find(".result").textContent}`;
    }, ANNOUNCE_AFTER);
  }

  // ---- What is drawn for a position ---------------------------------------------------------------------------

  render() {
    if (!this.inputCell) return;
    const { row, column } = this.at;
    this.find(".scrub").value = this.index;
    this.find(".place").textContent = `row ${row + 1}, column ${column + 1} of ${this.rows} × ${this.columns}`;
    this.find(".scrub").setAttribute("aria-valuetext", this.find(".place").textContent);
    this.markInput();
    this.markOutput();
    this.showArithmetic();
  }

  windowPixels() {
    const { window: size, strides, dilation } = this.data;
    const pixels = [];
    for (let u = 0; u < size[0]; u++) {
      for (let v = 0; v < size[1]; v++) {
        pixels.push([this.at.row * strides[0] + u * dilation[0], this.at.column * strides[1] + v * dilation[1]]);
      }
    }
    return pixels;
  }

  markInput() {
    const { dilation, winners, drawable } = this.data;
    const cell = this.inputCell;
    const pixels = this.windowPixels();
    const [top, left] = pixels[0];
    const [bottom, right] = pixels.at(-1);
    const winner = winners?.[this.at.row][this.at.column];
    for (const plane of this.inputs) {
      const pen = penOf(plane, 1);
      clear(pen);
      for (const [row, column] of winners?.flat() ?? []) dot(pen, column * cell, row * cell, cell, cell / 6);
      if (dilation.some((distance) => distance > 1)) {
        for (const [row, column] of pixels) outline(pen, column * cell, row * cell, cell, cell);
        outline(pen, left * cell, top * cell, (right - left + 1) * cell, (bottom - top + 1) * cell, [4, 4]);
      } else {
        outline(pen, left * cell, top * cell, (right - left + 1) * cell, (bottom - top + 1) * cell);
      }
      if (winner) dot(pen, winner[1] * cell, winner[0] * cell, cell, cell / 2.6);
      if (this.pointed && drawable) outline(pen, this.pointed[1] * cell, this.pointed[0] * cell, cell, cell, [3, 3]);
    }
  }

  markOutput() {
    const cell = this.outputCell;
    this.outputs.forEach((plane, filter) => {
      const pen = penOf(plane, 1);
      clear(pen);
      if (this.sweeping) {
        pen.fillStyle = getComputedStyle(this.root).getPropertyValue("--st-background-color");
        pen.fillRect((this.at.column + 1) * cell, this.at.row * cell, this.columns * cell, cell);
        pen.fillRect(0, (this.at.row + 1) * cell, this.columns * cell, this.rows * cell);
      }
      if (this.pointed) {
        for (const [row, column] of this.users()) outline(pen, column * cell, row * cell, cell, cell, [3, 3]);
      } else {
        const same = filter === this.at.filter ? [] : [3, 3];
        outline(pen, this.at.column * cell, this.at.row * cell, cell, cell, same);
      }
    });
  }

  // The output pixels whose window holds the input pixel under the pointer.
  users() {
    const { window: size, strides, dilation } = this.data;
    const along = (axis, count) => {
      const places = [];
      for (let place = 0; place < count; place++) {
        const distance = this.pointed[axis] - place * strides[axis];
        if (distance % dilation[axis] === 0 && distance >= 0 && distance / dilation[axis] < size[axis]) {
          places.push(place);
        }
      }
      return places;
    };
    const columns = along(1, this.columns);
    return along(0, this.rows).flatMap((row) => columns.map((column) => [row, column]));
  }

  // ---- The arithmetic -----------------------------------------------------------------------------------------

  // Makes the grids of numbers; typing goes on where one of them has the focus.
  buildArithmetic() {
    const { operation, window: size, input, editable } = this.data;
    const shape = JSON.stringify([operation, size, Math.min(input.length, MAX_CHANNELS), editable]);
    if (shape === this.arithmeticShape) return;
    this.arithmeticShape = shape;
    const terms = size[0] * size[1] > MAX_WINDOW ? 0 : Math.min(input.length, MAX_CHANNELS);
    this.terms = Array.from({ length: terms }, () => {
      const term = make("div", "", "term");
      const part = (name, tag = "div") => {
        const grid = make("div", "", "grid");
        grid.style.gridTemplateColumns = `repeat(${size[1]}, auto)`;
        grid.append(...Array.from({ length: size[0] * size[1] }, () => make(tag)));
        const holder = make("div");
        holder.append(make("div", name, "grid-name"), grid);
        term.append(holder);
        return [...grid.children];
      };
      const parts = { term, title: term.appendChild(make("b")), window: part("window") };
      if (operation === "convolution") {
        term.append(make("span", "×", "sign"));
        parts.kernel = part(editable ? "kernel, editable" : "kernel", editable ? "input" : "div");
        term.append(make("span", "=", "sign"));
        parts.products = part("products");
        if (editable) parts.kernel.forEach((cell, index) => this.listenToWeight(cell, parts, index));
      }
      return parts;
    });
    this.find(".arithmetic").replaceChildren(...this.terms.map((parts) => parts.term));
  }

  listenToWeight(cell, parts, index) {
    cell.inputMode = "decimal";
    cell.setAttribute("aria-label", `Kernel weight ${index + 1}`);
    cell.title = `Type a number from −${this.data.editable} to ${this.data.editable}`;
    cell.onfocus = () => cell.select();
    cell.onkeydown = (event) => event.key === "Enter" && cell.blur();
    cell.onblur = () => this.render();
    cell.onchange = () => {
      const value = Number(cell.value.replace("−", "-").replace(",", "."));
      const valid = cell.value.trim() !== "" && Math.abs(value) <= this.data.editable;
      cell.setAttribute("aria-invalid", !valid);
      if (!valid) return;
      const columns = this.data.window[1];
      const kernel = this.data.kernels[this.at.filter];
      const row = kernel[parts.channel][Math.floor(index / columns)];
      if (row[index % columns] === value) return;
      row[index % columns] = value;
      this.root.classList.add("waiting");
      this.send("kernel", { filter: this.at.filter, weights: kernel });
    };
  }

  showArithmetic() {
    const { operation, input, real, output, channelNames, winners, window: size } = this.data;
    const { filter, row, column } = this.at;
    const pixels = this.windowPixels();
    const torch = output[filter][row][column];
    if (operation !== "convolution") {
      const inside = pixels.filter(([y, x]) => real[y][x]);
      const winner = winners?.[row][column];
      for (const parts of this.terms) {
        parts.title.textContent = "";
        parts.window.forEach((cell, index) => {
          const [y, x] = pixels[index];
          this.showInput(cell, 0, y, x);
          if (!real[y][x]) cell.textContent = "–";
          cell.classList.toggle("winner", winner !== undefined && winner[0] === y && winner[1] === x);
        });
      }
      const values = inside.map(([y, x]) => input[0][y][x]);
      const sum = total(values);
      const result =
        operation === "max"
          ? ["largest of ", values.length, " numbers = ", strong(Math.max(...values))]
          : ["sum ", shown(sum), ` / ${values.length} numbers = `, strong(sum / values.length)];
      this.find(".result").replaceChildren(...result, ...torchs(torch));
      return;
    }
    const kernel = this.data.kernels[filter];
    const at = (index) => [Math.floor(index / size[1]), index % size[1]];
    const products = input.map((map, channel) =>
      pixels.map(([y, x], index) => map[y][x] * kernel[channel][at(index)[0]][at(index)[1]]),
    );
    const sums = products.map(total);
    const largest = [...sums.keys()].sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a])).slice(0, MAX_CHANNELS);
    const channels = input.length > MAX_CHANNELS ? largest : [...sums.keys()];
    const scale = this.data.kernelScale;
    this.terms.forEach((parts, place) => {
      const channel = (parts.channel = channels[place]);
      parts.title.textContent = input.length > 1 ? `Channel ${channelNames[channel]}: sum ${shown(sums[channel])}` : "";
      parts.window.forEach((cell, index) => this.showInput(cell, channel, ...pixels[index]));
      parts.kernel.forEach((cell, index) => {
        if (cell.matches(":focus")) return;
        const weight = kernel[channel][at(index)[0]][at(index)[1]];
        if (cell.tagName === "INPUT") cell.value = shown(weight, this.decimals);
        else cell.textContent = shown(weight, this.decimals);
        cell.removeAttribute("aria-invalid");
        tint(cell, weight, scale);
      });
      parts.products.forEach((cell, index) => {
        const product = products[channel][index];
        cell.textContent = shown(product, this.decimals);
        tint(cell, product, scale);
      });
    });
    this.showSum(channels, sums, this.data.biases[filter], torch);
  }

  showInput(cell, channel, row, column) {
    const value = this.data.input[channel][row][column];
    cell.textContent = shown(value, this.decimals);
    cell.classList.toggle("added", !this.data.real[row][column]);
    const { inputScale, colour } = this.data;
    if (colour) tintRgb(cell, [0, 1, 2].map((part) => (part === channel ? 255 * fraction(value, inputScale) : 0)));
    else tint(cell, value, inputScale);
  }

  showSum(channels, sums, bias, torch) {
    const parts = [];
    if (sums.length === 1) {
      parts.push("sum of the products ", strong(sums[0]));
    } else {
      channels.forEach((channel, index) => {
        parts.push(index ? " + " : "", strong(sums[channel]), ` (${this.data.channelNames[channel]})`);
      });
      const rest = sums.length - channels.length;
      if (rest) parts.push(" + ", strong(total(sums) - total(channels.map((channel) => sums[channel]))), ` (${rest} more)`);
    }
    parts.push(" + bias ", strong(bias), " = ", strong(total(sums) + bias, "sum"));
    this.find(".result").replaceChildren(...parts, ...torchs(torch));
  }
}

// ---- Helpers ----------------------------------------------------------------------------------------------------

function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

const strong = (value, className = "") => make("strong", shown(value), className);

const torchs = (value) => [" · torch’s output here: ", strong(value, "torch")];

const clamp = (index, count) => Math.max(0, Math.min(count - 1, index));

const total = (values) => values.reduce((sum, value) => sum + value, 0);

// At most so many decimals, no trailing zeros, a real minus sign.
function shown(value, decimals = 4) {
  const rounded = Number(value.toFixed(decimals));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

// The step of an arrow key, [down, right]; the page then does not scroll.
function arrow(event) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (step) event.preventDefault();
  return step;
}

// The pixels of a line, so that a fast mouse leaves no gaps.
function between([row, column], [toRow, toColumn]) {
  const steps = Math.max(Math.abs(toRow - row), Math.abs(toColumn - column), 1);
  return Array.from({ length: steps + 1 }, (_, step) => [
    Math.round(row + ((toRow - row) * step) / steps),
    Math.round(column + ((toColumn - column) * step) / steps),
  ]);
}

function firstReal(real) {
  const row = real.findIndex((line) => line.some(Boolean));
  return [row, real[row].findIndex(Boolean)];
}

// Screen pixels for one number so that `count` maps fit into width x height, in as many columns as that needs.
function cellFor(count, rows, columns, width, height) {
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
  return Math.max(1, Math.floor(Math.min(best, 36)));
}

// ---- Colours

const parse = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

const css = (rgb) => `rgb(${rgb.map(Math.round).join(" ")})`;

const fraction = (value, { low, high }) => Math.max(0, Math.min(1, (value - low) / (high - low)));

// The colour of a number, [red, green, blue], between the two nearest of the scale.
function rgbOf(value, scale) {
  scale.rgb ??= scale.colours.map(parse);
  const place = fraction(value, scale) * (scale.rgb.length - 1);
  const [below, above] = [scale.rgb[Math.floor(place)], scale.rgb[Math.ceil(place)]];
  return below.map((part, index) => part + (above[index] - part) * (place % 1));
}

const colourOf = (value, scale) => css(rgbOf(value, scale));

const mixed = (values, scale) => css(values.map((value) => 255 * fraction(value, scale)));

// Black or white, whichever is read better. Source of the weights: ITU-R BT.601.
const inkOn = ([red, green, blue]) => (0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#000" : "#fff");

// The colour of a number behind its digits, which stay readable.
function tint(cell, value, scale) {
  tintRgb(cell, rgbOf(value, scale));
}

function tintRgb(cell, rgb) {
  cell.style.background = css(rgb);
  cell.style.color = inkOn(rgb);
}

function drawScale(holder, { low, high, colours, label }) {
  const bar = make("i");
  bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
  holder.replaceChildren(make("span", shown(low, 2)), bar, make("span", shown(high, 2)), make("span", label));
}

// ---- Pens: drawing on the canvases of a plane, in screen pixels

function penOf(plane, layer) {
  const pen = plane.querySelectorAll("canvas")[layer].getContext("2d");
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  return pen;
}

function clear(pen) {
  pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
}

function write(pen, value, scale, row, column, cell) {
  pen.font = `13px ${getComputedStyle(pen.canvas).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = inkOn(rgbOf(value, scale));
  pen.fillText(shown(value, 2), (column + 0.5) * cell, (row + 0.5) * cell);
}

// Where a pixel was added around or between the real ones.
function hatch(pen, x, y, cell) {
  pen.strokeStyle = "rgb(128 128 128)";
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, y + cell);
  pen.lineTo(x + cell, y);
  pen.stroke();
}

// A bright line with dark rims, seen on any picture.
function outline(pen, x, y, width, height, dashes = []) {
  for (const [lineWidth, colour, dash] of [
    [4, "#000", []],
    [2, "#ffb000", dashes],
  ]) {
    pen.lineWidth = lineWidth;
    pen.strokeStyle = colour;
    pen.setLineDash(dash);
    pen.strokeRect(x, y, width, height);
  }
  pen.setLineDash([]);
}

function dot(pen, x, y, cell, radius) {
  pen.beginPath();
  pen.arc(x + cell / 2, y + cell / 2, Math.max(radius, 1.5), 0, 2 * Math.PI);
  pen.fillStyle = "#fff";
  pen.strokeStyle = "#000";
  pen.lineWidth = 1;
  pen.fill();
  pen.stroke();
}
