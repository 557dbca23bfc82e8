// The maps of both sides: where they lie, their pixels, and what is marked on them.
import { colourOf, mixed, showScale } from "../../lib/colours.js";
import { make } from "../../lib/dom.js";
import { inDecimals } from "../../lib/numbers.js";
import { cellFor, numberWidth, usersOf, windowPixels } from "./geometry.js";
import { clear, dot, hatch, outline, penOf, write } from "./pen.js";

const MAX_PLANES = 16; // maps of one side that are drawn; _MAX_DRAWN of the wrapper
const MIN_NUMBER_CELL = 34; // pixels of a cell that holds a number

export class Maps {
  // Makes the planes of one side: each is a list of channels that are drawn as one picture.
  fill(side, maps, names) {
    const figure = this.find(`figure.${side}`);
    const [name, note] = this.data[`${side}Name`];
    const left = maps.length - MAX_PLANES;
    figure
      .querySelector("figcaption")
      .replaceChildren(make("strong", name), make("span", `  ${note}${left > 0 ? `, ${left} more not drawn` : ""}`));
    const { low, high, colours, label } = this.data[`${side}Scale`];
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
    showScale(figure.querySelector(".scale"), inDecimals(low, 2), inDecimals(high, 2), colours, label);
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
    const field = make("div", "", "control");
    field.setAttribute("role", "application");
    field.append(make("canvas"), make("canvas"));
    plane.append(make("span"), field);
    const index = () => [...plane.parentElement.children].indexOf(plane);
    if (side === "output") this.listenToOutput(field, index);
    else this.listenToInput(field);
    return plane;
  }

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

  sizeNumbers(available) {
    const width = numberWidth(available, this.data.window[1]);
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

  windowPixels() {
    return windowPixels(this.at, this.data);
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
        for (const [row, column] of usersOf(this.pointed, [this.rows, this.columns], this.data)) outline(pen, column * cell, row * cell, cell, cell, [3, 3]);
      } else {
        const same = filter === this.at.filter ? [] : [3, 3];
        outline(pen, this.at.column * cell, this.at.row * cell, cell, cell, same);
      }
    });
  }
}
