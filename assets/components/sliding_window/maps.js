// The maps of both sides: where they lie, their pixels, and what is marked on them.
import { colourOf, mixed, showScale } from "../../lib/colours.js";
import { make } from "../../lib/dom.js";
import { inDecimals } from "../../lib/numbers.js";
import { cellFor, usersOf, windowPixels } from "./geometry.js";
import { clear, dot, hatch, outline, penOf, write } from "./pen.js";

const MAX_PLANES = 16; // maps of one side that are drawn; _MAX_DRAWN of the wrapper
const MIN_NUMBER_CELL = 34; // pixels of a cell that holds a number

/**
 * @typedef {HTMLElement & { maps: number[][][] }} Plane The channels that are drawn as one picture.
 * @typedef {{ filter: number, row: number, column: number }} At The output pixel that is explained.
 */

export class Maps {
  /**
   * @param {HTMLElement} root
   * @param {{ input(field: HTMLElement): void, output(field: HTMLElement, index: () => number): void }} listen Called
   *   with each field that pixels are drawn on; `index` says which of its side it is.
   */
  constructor(root, listen) {
    this.root = root;
    this.listen = listen;
  }

  update(data) {
    this.data = data;
    this.rows = data.output[0].length;
    this.columns = data.output[0][0].length;
    this.inputs = this.fill("input", data.colour ? [data.input] : data.input.map((map) => [map]), data.channelNames);
    this.outputs = this.fill("output", data.output.map((map) => [map]), data.filterNames);
    this.width = null;
  }

  // Makes the planes of one side: each is a list of channels that are drawn as one picture.
  fill(side, maps, names) {
    const figure = this.root.querySelector(`figure.${side}`);
    const [name, note] = this.data[`${side}Name`];
    const left = maps.length - MAX_PLANES;
    figure
      .querySelector("figcaption")
      .replaceChildren(make("strong", name), make("span", `  ${note}${left > 0 ? `, ${left} more not drawn` : ""}`));
    const { low, high, colours, label } = this.data[`${side}Scale`];
    const holder = figure.querySelector(".planes");
    const shown = maps.slice(0, MAX_PLANES);
    if (holder.children.length !== shown.length) holder.replaceChildren(...shown.map(() => this.makePlane(side)));
    const planes = /** @type {Plane[]} */ ([...holder.children]);
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
    this.listen[side](field, () => [...plane.parentElement.children].indexOf(plane));
    return plane;
  }

  // The largest whole number of screen pixels for a number of the input, the same on both sides where each has one map.
  // Says whether there was anything to do.
  layout() {
    const available = this.root.clientWidth;
    if (!this.data || !available || available === this.width) return false;
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
    for (const figure of this.root.querySelectorAll("figure")) figure.style.maxWidth = `${Math.floor(width)}px`;
    this.paintInputs();
    this.paint(this.outputs, this.data.outputScale, this.outputCell);
    return true;
  }

  paintInputs() {
    this.paint(this.inputs, this.data.inputScale, this.inputCell);
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

  /**
   * Mark the window and the pixel that it makes, on both sides.
   *
   * @param {At} at
   * @param {import("./geometry.js").Pixel | null} pointed The input pixel under the pointer.
   * @param {boolean} sweeping Only the outputs up to `at` have been computed, so to speak.
   */
  mark(at, pointed, sweeping) {
    this.markInput(at, pointed);
    this.markOutput(at, pointed, sweeping);
  }

  markInput(at, pointed) {
    const { dilation, winners, drawable } = this.data;
    const cell = this.inputCell;
    const pixels = windowPixels(at, this.data);
    const [top, left] = pixels[0];
    const [bottom, right] = pixels.at(-1);
    const winner = winners?.[at.row][at.column];
    for (const plane of this.inputs) {
      const pen = penOf(plane, 1);
      clear(pen);
      for (const [row, column] of winners?.flat() ?? []) dot(pen, column * cell, row * cell, cell, cell / 6);
      const spread = dilation.some((distance) => distance > 1);
      if (spread) for (const [row, column] of pixels) outline(pen, column * cell, row * cell, cell, cell);
      const [width, height] = [(right - left + 1) * cell, (bottom - top + 1) * cell];
      outline(pen, left * cell, top * cell, width, height, spread ? [4, 4] : []);
      if (winner) dot(pen, winner[1] * cell, winner[0] * cell, cell, cell / 2.6);
      if (pointed && drawable) outline(pen, pointed[1] * cell, pointed[0] * cell, cell, cell, [3, 3]);
    }
  }

  markOutput(at, pointed, sweeping) {
    const cell = this.outputCell;
    this.outputs.forEach((plane, filter) => {
      const pen = penOf(plane, 1);
      clear(pen);
      if (sweeping) {
        pen.fillStyle = getComputedStyle(this.root).getPropertyValue("--st-background-color");
        pen.fillRect((at.column + 1) * cell, at.row * cell, this.columns * cell, cell);
        pen.fillRect(0, (at.row + 1) * cell, this.columns * cell, this.rows * cell);
      }
      if (pointed) {
        const users = usersOf(pointed, [this.rows, this.columns], this.data);
        for (const [row, column] of users) outline(pen, column * cell, row * cell, cell, cell, [3, 3]);
      } else {
        outline(pen, at.column * cell, at.row * cell, cell, cell, filter === at.filter ? [] : [3, 3]);
      }
    });
  }
}
