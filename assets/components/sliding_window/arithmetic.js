// The window, the kernel, their products and the sum, in numbers. torch computed all of it; the products are multiplied
// here only to be shown, and torch's own number stands beside their sum.
import { fraction, rgbOf, tint } from "../../lib/colours.js";
import { make } from "../../lib/dom.js";
import { inDecimals, total } from "../../lib/numbers.js";
import { numberWidth, windowPixels } from "./geometry.js";
import { productsOf, shownChannels } from "./products.js";

const MAX_CHANNELS = 3; // channels whose products are all shown: those with the largest sums
const MAX_WINDOW = 49; // numbers of a window that are all shown

const strong = (value, className = "") => make("strong", inDecimals(value), className);

const torchs = (value) => [" · torch’s output here: ", strong(value, "torch")];

export class Arithmetic {
  /**
   * @param {HTMLElement} root
   * @param {{ typed(weights: number[][][]): void, left(): void }} kernel Called with the filter's weights of which one
   *   was typed, and when a weight loses the focus.
   */
  constructor(root, kernel) {
    this.holder = /** @type {HTMLElement} */ (root.querySelector(".arithmetic"));
    this.result = root.querySelector(".result");
    this.kernel = kernel;
  }

  // Makes the grids of numbers; typing goes on where one of them has the focus.
  update(data) {
    this.data = data;
    const { operation, window: size, input, editable } = data;
    const shape = JSON.stringify([operation, size, Math.min(input.length, MAX_CHANNELS), editable]);
    if (shape === this.shape) return;
    this.shape = shape;
    const terms = size[0] * size[1] > MAX_WINDOW ? 0 : Math.min(input.length, MAX_CHANNELS);
    this.terms = Array.from({ length: terms }, () => {
      const term = make("div", "", "term");
      const part = (name, /** @type {"div" | "input"} */ tag = "div") => {
        const grid = make("div", "", "grid");
        grid.style.gridTemplateColumns = `repeat(${size[1]}, auto)`;
        grid.append(...Array.from({ length: size[0] * size[1] }, () => make(tag, "", "control")));
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
    this.holder.replaceChildren(...this.terms.map((parts) => parts.term));
  }

  /** @param {number} available Screen pixels of a line. */
  layout(available) {
    const width = numberWidth(available, this.data.window[1]);
    this.decimals = width < 40 ? 2 : 3;
    this.holder.style.setProperty("--number-width", `${width}px`);
  }

  listenToWeight(cell, parts, index) {
    cell.inputMode = "decimal";
    cell.setAttribute("aria-label", `Kernel weight ${index + 1}`);
    cell.title = `Type a number from −${this.data.editable} to ${this.data.editable}`;
    cell.onfocus = () => cell.select();
    cell.onkeydown = (event) => event.key === "Enter" && cell.blur();
    cell.onblur = () => this.kernel.left();
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
      this.kernel.typed(kernel);
    };
  }

  /** @param {import("./maps.js").At} at */
  show(at) {
    this.at = at;
    const pixels = windowPixels(at, this.data);
    const torch = this.data.output[at.filter][at.row][at.column];
    const result = this.data.operation === "convolution" ? this.showProducts(pixels) : this.showPooling(pixels);
    this.result.replaceChildren(...result, ...torchs(torch));
  }

  showPooling(pixels) {
    const { operation, input, real, winners } = this.data;
    const winner = winners?.[this.at.row][this.at.column];
    for (const parts of this.terms) {
      parts.title.textContent = "";
      parts.window.forEach((cell, index) => {
        const [y, x] = pixels[index];
        this.showInput(cell, 0, y, x);
        if (!real[y][x]) cell.textContent = "–";
        cell.classList.toggle("winner", winner !== undefined && winner[0] === y && winner[1] === x);
      });
    }
    const values = pixels.filter(([y, x]) => real[y][x]).map(([y, x]) => input[0][y][x]);
    const sum = total(values);
    return operation === "max"
      ? [`largest of ${values.length} numbers = `, strong(Math.max(...values))]
      : [`sum ${inDecimals(sum)} / ${values.length} numbers = `, strong(sum / values.length)];
  }

  showProducts(pixels) {
    const { input, channelNames, window: size } = this.data;
    const { filter } = this.at;
    const kernel = this.data.kernels[filter];
    const products = productsOf(input, kernel, pixels);
    const sums = products.map(total);
    const channels = shownChannels(sums, MAX_CHANNELS);
    const scale = this.data.kernelScale;
    this.terms.forEach((parts, place) => {
      const channel = (parts.channel = channels[place]);
      parts.title.textContent = input.length > 1 ? `Channel ${channelNames[channel]}: sum ${inDecimals(sums[channel])}` : "";
      parts.window.forEach((cell, index) => this.showInput(cell, channel, ...pixels[index]));
      parts.kernel.forEach((cell, index) => {
        if (cell.matches(":focus")) return;
        const weight = kernel[channel][Math.floor(index / size[1])][index % size[1]];
        if (cell.tagName === "INPUT") cell.value = inDecimals(weight, this.decimals);
        else cell.textContent = inDecimals(weight, this.decimals);
        cell.removeAttribute("aria-invalid");
        tint(cell, rgbOf(weight, scale));
      });
      parts.products.forEach((cell, index) => {
        const product = products[channel][index];
        cell.textContent = inDecimals(product, this.decimals);
        tint(cell, rgbOf(product, scale));
      });
    });
    return this.describeSum(channels, sums, this.data.biases[filter]);
  }

  showInput(cell, channel, row, column) {
    const value = this.data.input[channel][row][column];
    cell.textContent = inDecimals(value, this.decimals);
    cell.classList.toggle("added", !this.data.real[row][column]);
    const { inputScale, colour } = this.data;
    const alone = () => [0, 1, 2].map((part) => (part === channel ? 255 * fraction(value, inputScale) : 0));
    tint(cell, colour ? alone() : rgbOf(value, inputScale));
  }

  describeSum(channels, sums, bias) {
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
    return parts;
  }
}
