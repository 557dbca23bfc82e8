// Pictures that change from place to place of a slider, and the arithmetic of the pixel under the pointer. Every number
// was computed by the server; `pixel_way` in visualizer/ui/concepts/pixel_way.py says what arrives.
import { Announcer, arrowStep, make, pixelUnder } from "../../lib/dom.js";
import { clamp, filled, inDecimals, within } from "../../lib/numbers.js";
import { offerSaving } from "../../lib/saving.js";
import { StepPlayer } from "../../lib/transport.js";
import { keepingView } from "../../lib/views.js";

const PLACE_TAKES = 350; // milliseconds, while it plays

class PixelWay {
  /** @param {import("../../lib/views.js").Component} component */
  constructor({ parentElement }) {
    /** @type {HTMLElement} */
    this.root = parentElement.querySelector(".pixel-way");
    offerSaving(this.root);
    /** @type {HTMLElement} */
    this.panels = this.root.querySelector(".panels");
    this.live = new Announcer(this.root.querySelector(".live"));
    this.player = new StepPlayer(this.root.querySelector(".transport"), PLACE_TAKES, (place) => this.show(place));
    const point = (event) => {
      const field = event.target.closest(".field");
      const [rows, columns] = this.data.size;
      if (field) this.choose(pixelUnder(event, field, rows, columns));
    };
    this.panels.onpointerdown = point;
    this.panels.onpointermove = point;
    this.panels.onkeydown = (event) => {
      const step = arrowStep(event);
      if (step) this.choose(this.pixel.map((at, axis) => clamp(at + step[axis], this.data.size[axis])));
    };
  }

  update({ data }) {
    const isNew = data.start !== this.data?.start;
    this.data = data;
    if (isNew) {
      this.player.stop();
      this.place = data.first;
      this.pixel = data.pixel;
    }
    this.player.setRange(data.slider, data.places.length);
    this.root.querySelector(".transport").setAttribute("aria-label", data.slider);
    this.root.querySelector(".scale-words").textContent = data.scale;
    this.fields = data.panels.map(({ title, sign }) => this.makePanel(title, sign));
    this.panels.replaceChildren(...this.fields.map(({ panel }) => panel));
    this.draw();
  }

  makePanel(title, sign) {
    const [rows, columns] = this.data.size;
    const panel = make("div", "", "panel");
    const figure = make("figure");
    const caption = make("figcaption");
    caption.append(make("strong", title));
    const field = make("div", "", "field");
    const canvas = Object.assign(make("canvas"), { width: columns, height: rows });
    const mark = make("i", "", "mark");
    mark.style.height = `${100 / rows}%`;
    mark.style.width = `${100 / columns}%`;
    field.append(canvas, mark);
    figure.append(caption, field);
    panel.append(make("span", sign, "sign"), figure);
    return { panel, canvas, mark };
  }

  show(place) {
    this.place = place;
    this.draw();
  }

  choose(pixel) {
    if (pixel[0] === this.pixel[0] && pixel[1] === this.pixel[1]) return;
    this.pixel = pixel;
    this.draw();
  }

  end() {
    this.player.stop();
    this.live.end();
  }

  /** The numbers of a picture at this place: some pictures are the same at every place. */
  values({ frames }) {
    return frames[Math.min(this.place, frames.length - 1)];
  }

  draw() {
    const { data, place } = this;
    const [rows, columns] = data.size;
    const [row, column] = this.pixel;
    data.panels.forEach((panel, index) => {
      const [low, high] = panel.range;
      const { canvas, mark } = this.fields[index];
      const values = this.values(panel);
      const image = new ImageData(columns, rows);
      values.forEach((value, at) => {
        const grey = 255 * within((value - low) / (high - low), 0, 1);
        image.data.set([grey, grey, grey, 255], 4 * at);
      });
      canvas.getContext("2d").putImageData(image, 0, 0);
      mark.style.top = `${(100 * row) / rows}%`;
      mark.style.left = `${(100 * column) / columns}%`;
    });
    const numbers = {};
    for (const [name, values] of Object.entries(data.numbers)) numbers[name] = values[place];
    for (const panel of data.panels) numbers[panel.name] = this.values(panel)[row * columns + column];
    for (const [name, values] of Object.entries(data.more)) numbers[name] = values[row * columns + column];
    const sums = data.sums[place].map((sum) => filled(sum, numbers, inDecimals));
    const name = `Pixel in row ${row + 1}, column ${column + 1}`;
    this.player.showPlace(place, data.places[place]);
    this.root.querySelector(".words").textContent = data.words[place];
    this.root.querySelector(".pixel-name").textContent = name;
    this.root.querySelector(".sums").replaceChildren(...sums.map((sum) => make("li", sum)));
    const titles = data.panels.map(({ title }) => title).join(", ");
    this.panels.setAttribute("aria-label", `Pictures of ${rows} × ${columns} pixels: ${titles}. Arrow keys choose a pixel.`);
    this.live.say(`${data.places[place]}. ${name}. ${sums.join(". ")}`);
  }
}

export default keepingView((component) => new PixelWay(component));
