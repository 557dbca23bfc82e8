// A whole network from the picture to the answer, which moves under the hand: what one points at, plays, opens and draws.
// `data` in visualizer/ui/parts/stage.py says what arrives. Every number is computed in this browser.
import { Announcer, arrowStep, make, makeButton, onWidth } from "../../lib/dom.js";
import { Engine } from "../../lib/engine/client.js";
import { answerOf } from "../../lib/engine/header.js";
import { fetchNetwork } from "../../lib/engine/network_bytes.js";
import { bytesOf, clamp, inFourDigits, within } from "../../lib/numbers.js";
import { keepingView } from "../../lib/views.js";
import { explain, offset, outputOf } from "./explain.js";
import { arrange, columnsOf, PICTURE, tileOf } from "./layout.js";
import { Operation } from "./operation.js";
import { Pad } from "./pad.js";
import { Maps, rangeOf } from "./paint.js";
import { Play } from "./play.js";
import { placesOf, pointedAt, reachOf, windowsOf } from "./point.js";
import { Scene } from "./scene.js";
import { Wiring } from "./wiring.js";

const GROWS_FOR = 130; // milliseconds, the tile under the pointer
const LEAST_HEIGHT = 330; // pixels of the scene
const MOST_HEIGHT = 1100;
const NO_NUMBERS =
  "Some numbers of this answer are no numbers any more, or infinite: the network’s weights have grown too large.";
const ROOM_ZOOM = 2; // --zoom of stage.css
const MOST_BARS = 1000; // classes that are an answer with bars

/** @typedef {import("./point.js").Pointed} Pointed */

/** A picture's numbers, as the server has them. @type {(picture: { pixels: string, bytes: boolean }) => Float32Array} */
function numbersOf({ pixels, bytes }) {
  const given = bytesOf(pixels);
  const part = Math.fround(1 / 255);
  return bytes ? Float32Array.from(given, (byte) => byte * part) : new Float32Array(given.buffer);
}

class Stage {
  /** @param {import("../../lib/views.js").Component} component */
  constructor({ parentElement }) {
    /** @type {HTMLElement} */
    this.root = parentElement.querySelector(".stage");
    this.find = (selector) => this.root.querySelector(selector);
    this.live = new Announcer(this.find(".live"));
    this.scene = new Scene(this.root, {
      open: (node) => this.send("layer", node),
      fold: (block) => this.fold(block),
      page: (column) => this.page(column),
    });
    this.operation = new Operation(this.find(".operation"), this.source());
    this.play = new Play(
      this.find(".bar .transport"),
      (column, share) => this.flow(column, share),
      () => this.arrive(),
    );
    this.scroller = this.scene.scroller;
    /** @type {Engine | undefined} Started with the first network. */
    this.engine = undefined;
    /** @type {Pointed | null} */
    this.pointed = null;
    this.unfolded = new Set();
    this.pages = new Map();
    this.zoom = 1;
    /** @type {HTMLElement} Of the paper: it goes with the scene, which is made anew. */
    this.holder = this.find(".paper");
    this.pad = new Pad((picture) => this.see(picture, { name: "your drawing", pixels: "", bytes: false, truth: null }));
    this.listen();
    this.endWidth = onWidth(this.scroller, (width) => {
      this.width = width;
      this.lay();
    });
  }

  update({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    const last = this.data;
    this.data = data;
    this.root.toggleAttribute("data-opens", data.opens);
    this.scene.setColours(data.colours);
    const isOther = data.network !== last?.network;
    if (isOther) {
      this.unfolded.clear();
      this.pages.clear();
      this.values = this.wiring = this.answer = null;
      this.leave();
      this.open();
    }
    if (isOther || JSON.stringify(data.strip) !== JSON.stringify(last?.strip)) this.showStrip();
    if (isOther || data.picture.pixels !== last.picture.pixels) this.look(data.picture);
    if (isOther) this.lay();
    else this.scene.readTheme();
  }

  end() {
    this.endWidth();
    this.play.stop();
    this.live.end();
    this.pad.leave();
    this.engine?.end();
  }

  // ---- The network --------------------------------------------------------------------------------------------

  async open() {
    const address = this.data.network;
    try {
      const fetched = await fetchNetwork(address);
      this.engine ??= await Engine.start();
      if (address !== this.data.network) return;
      if (!fetched) throw new Error("The server has let go of this network.");
      await this.engine.load(fetched.header, fetched.weights);
      this.header = fetched.header;
      this.wiring = new Wiring(fetched.header, fetched.weights);
      this.compute();
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {Error} error */
  fail(error) {
    console.warn("The stage:", error);
    this.say(error.message, "Reload the page to try it again.");
  }

  /** @param {{ name: string, pixels: string, bytes: boolean, truth: number | null }} picture */
  look(picture) {
    this.see(numbersOf(picture), picture);
  }

  /** @type {(pixels: Float32Array, picture: { name: string, pixels: string, bytes: boolean, truth: number | null }) => void} */
  see(pixels, picture) {
    this.given = picture;
    this.picture = pixels;
    for (const button of this.find(".strip").querySelectorAll("button"))
      button.setAttribute("aria-checked", String(button.value === picture.pixels));
    this.compute();
  }

  async compute() {
    if (!this.wiring) return;
    const { wiring, picture } = this;
    try {
      const answer = await this.engine.run(picture);
      if (!answer || wiring !== this.wiring) return;
      const old = this.answer;
      this.answer = answer;
      this.values = answer.values;
      this.shownPicture = picture;
      this.showValues();
      if (old) this.engine.giveBack(old);
    } catch (error) {
      this.fail(error);
    }
  }

  showValues() {
    if (!this.columns || !this.values) return;
    this.classes = answerOf(this.header, this.values);
    this.scene.setShown(this.columns.map(({ node }, at) => this.shownOf(node, at)));
    this.root.dataset.shown = String(Number(this.root.dataset.shown ?? 0) + 1);
    if (this.operation.isOpen) this.operation.show();
    this.describe();
    if (this.pointed) this.point(this.pointed);
  }

  shownOf(node, at) {
    if (node === PICTURE) {
      const shape = this.data.shape;
      const range = { low: 0, high: 1, signed: false };
      return { values: this.shownPicture, shape, range, colour: shape[0] === 3, isPicture: true };
    }
    const isAnswer = this.layout.places[at].kind === "answer";
    const values = isAnswer ? this.classes : outputOf(this.values, this.shownPicture, node);
    const range = isAnswer && this.data.answers === "probabilities" ? { low: 0, high: 1, signed: false } : rangeOf(values);
    return { values, shape: this.shapeOf(node), range, colour: false, isPicture: false };
  }

  shapeOf(node) {
    return node === PICTURE ? this.data.shape : this.data.layers[node].shape;
  }

  titleOf(node) {
    return node === PICTURE ? "Picture" : this.data.layers[node].title;
  }

  /** The title over the column that shows a layer: of a folded block, the block's. */
  nameOfColumn(node) {
    const column = this.columns.find((one) => one.node === node);
    return column ? this.headOf(column).title : this.titleOf(node);
  }

  /** What a map or unit is called. */
  nameOf(node, index) {
    if (node === PICTURE) return this.data.shape[0] === 3 ? ["red", "green", "blue"][index] : "brightness";
    if (this.shapeOf(node).length === 3) return `map ${index + 1}`;
    const isLast = node === this.data.layers.length - 1;
    return (isLast && this.data.classNames[index]) || `unit ${index + 1}`;
  }

  source() {
    return {
      explain: ({ node, index, row, column }) => explain(this.wiring, this.values, this.shownPicture, node, index, [row, column]),
      shapeOf: (node) => this.shapeOf(node),
      outputOf: (node) => outputOf(this.values, this.shownPicture, node),
      titleOf: (node) => this.titleOf(node),
      nameOf: (node, index) => this.nameOf(node, index),
      get colours() {
        return { ...this.stage.data.colours, pixels: this.stage.scene.colours };
      },
      stage: this,
      left: () => this.leave(),
      moved: (words) => this.live.say(words),
    };
  }

  // ---- Where everything is ------------------------------------------------------------------------------------

  lay() {
    if (!this.width || !this.data) return;
    const { layers, shape, classNames } = this.data;
    this.columns = columnsOf(layers, this.unfolded);
    const contents = this.columns.map(({ node }) => ({
      kind: this.kindOf(node),
      shape: node === PICTURE && shape[0] === 3 ? [1, ...shape.slice(1)] : this.shapeOf(node),
      first: this.pages.get(node) ?? 0,
      isPicture: node === PICTURE,
    }));
    const height = within(innerHeight * this.data.height, LEAST_HEIGHT * this.zoom, MOST_HEIGHT);
    const paper = Boolean(this.data.drawing);
    this.layout = arrange(this.columns, contents, { width: this.width, height, zoom: this.zoom, paper });
    this.scene.nameOf = (index) => classNames[index] ?? String(index + 1);
    this.scene.answerWords = (value, index) => {
      const mark = index === this.given.truth ? " ✓" : "";
      return `${this.data.answers === "probabilities" ? `${(100 * value).toFixed(1)}%` : inFourDigits(value)}${mark}`;
    };
    this.scene.setLayout(this.columns, this.layout, this.columns.map((column) => this.headOf(column)), this.zoom);
    this.layPaper();
    this.play.setColumns(this.columns.map(({ node }) => this.titleOf(node)));
    this.pointed = this.light = null;
    this.showValues();
    this.describe();
  }

  layPaper() {
    const { holder } = this;
    const { paper } = this.layout;
    holder.hidden = !paper;
    if (!paper) return;
    holder.style.cssText = `left:${paper.x}px;top:${paper.y}px;width:${paper.width}px`;
    this.scene.field.append(holder);
    this.pad.prepareFor(this.data.drawing, this.data.shape);
    this.pad.show(holder);
  }

  /** @returns {import("./layout.js").Kind} */
  kindOf(node) {
    if (this.shapeOf(node).length === 3) return "maps";
    const isLast = node === this.data.layers.length - 1;
    return isLast && this.data.answers && this.data.classNames.length <= MOST_BARS ? "answer" : "vector";
  }

  headOf({ node, first, last, block, folded }) {
    const picture = { title: "Picture", size: sizeWords(this.data.shape), hint: "What the network sees", block: "", folded: false, node };
    if (node === PICTURE) return picture;
    const { title, summary, size, parameters } = this.data.layers[node];
    const isBlock = folded && last > first;
    const hint = `${isBlock ? `${block}: ${last - first + 1} layers, the last: ` : ""}${summary}, ${parameters}.${this.data.opens ? " Click to open the whole layer below." : ""}`;
    return { title: isBlock ? block : title, size, hint, block: this.isFoldable(node) ? block : "", folded, node };
  }

  isFoldable(node) {
    const { layers } = this.data;
    return Boolean(layers[node].block) && layers.filter(({ block }) => block === layers[node].block).length > 1;
  }

  fold(block) {
    if (!this.unfolded.delete(block)) this.unfolded.add(block);
    this.lay();
  }

  page(at) {
    const { first, shown, count } = this.layout.places[at];
    this.pages.set(this.columns[at].node, first + shown < count ? first + shown : 0);
    this.lay();
  }

  // ---- Pointing -----------------------------------------------------------------------------------------------

  listen() {
    const { scroller } = this;
    scroller.onpointermove = (event) => event.pointerType === "mouse" && this.pointUnder(event);
    scroller.onpointerleave = (event) => event.pointerType === "mouse" && !this.operation.isOpen && this.point(null);
    scroller.onclick = (event) => this.click(event);
    scroller.onscroll = () => this.scene.paintOver();
    scroller.onkeydown = (event) => this.press(event);
    this.root.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      if (this.operation.isOpen) this.leave();
      else if (this.zoom > 1) this.project(false);
    };
    this.find(".projector").onclick = () => this.project(this.zoom === 1);
    this.find(".into").onclick = () => this.enter();
    const overview = this.scene.overview;
    const scroll = (event) => {
      if (event.type === "pointermove" && !event.buttons) return;
      const box = overview.getBoundingClientRect();
      scroller.scrollLeft = ((event.clientX - box.left) / box.width) * this.layout.width - scroller.clientWidth / 2;
    };
    overview.onpointerdown = (event) => {
      overview.setPointerCapture(event.pointerId);
      scroll(event);
    };
    overview.onpointermove = scroll;
  }

  /** What is under a pointer. @returns {Pointed?} */
  under(event) {
    const box = this.scroller.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left + this.scroller.scrollLeft, event.clientY - box.top];
    const pointed = this.layout && pointedAt(this.layout, this.columns.map(({ node }) => this.shapeOf(node)), x, y);
    if (!pointed || this.layout.places[pointed.column].kind !== "answer" || !this.scene.shown[pointed.column]) return pointed;
    return { ...pointed, index: this.scene.classesOf(pointed.column)[pointed.index] };
  }

  pointUnder(event) {
    if (this.operation.isOpen || this.play.isPlaying) return;
    const pointed = this.under(event);
    if (isSame(pointed, this.pointed)) return;
    this.point(pointed);
  }

  click(event) {
    if (event.target.closest("button, .paper")) return;
    this.play.stop();
    const pointed = this.under(event);
    const before = this.pointed;
    const isTouch = event.pointerType === "touch";
    this.point(pointed);
    // A finger points with the first tap and goes in with the second.
    if (pointed && (!isTouch || (before && before.column === pointed.column && before.index === pointed.index))) this.enter();
  }

  /** @param {Pointed | null} pointed */
  point(pointed) {
    const isOther = !pointed || !this.pointed || pointed.column !== this.pointed.column || pointed.index !== this.pointed.index;
    this.pointed = pointed;
    if (!pointed || !this.values) {
      this.scene.light(null);
      return this.describe();
    }
    const { node } = this.columns[pointed.column];
    const { layers, shape } = this.data;
    if (isOther || !this.links) this.links = this.linksOf(node, pointed.index);
    const pixel = /** @type {[number, number]} */ ([pointed.row, pointed.across]);
    const isMap = this.shapeOf(node).length === 3;
    this.light = {
      pointed,
      growth: isOther ? 0 : (this.light?.growth ?? 1),
      ...this.links,
      windows: windowsOf(layers, shape, node, isMap ? pixel : [0, 0]),
      reach: reachOf(layers, shape, node, isMap ? pixel : [0, 0]),
      kernelOf: (link) => this.wiring.kernel(node, pointed.index, link.index),
    };
    if (isOther) this.grow();
    else this.scene.light(this.light);
    this.describePointed();
  }

  /** What feeds a map or unit, and what it feeds, among what the stage shows. */
  linksOf(node, index) {
    const column = this.columns.findIndex((one) => one.node === node);
    const inside = this.columns[column];
    const feeding = inside.last > inside.first ? this.throughBlock(column) : this.wiring.feeding(node, index);
    const fed = this.columns.flatMap(({ node: to, first, last, sources }) => {
      if (!sources.includes(column)) return [];
      return last > first || !this.data.layers[to].sources.includes(node) ? [] : this.wiring.fedBy(node, index, to);
    });
    return { feeding, fed };
  }

  /** A folded block reads all maps of the columns before it. */
  throughBlock(column) {
    return this.columns[column].sources.flatMap((source) => {
      const { first, shown } = this.layout.places[source];
      return Array.from({ length: shown }, (_, at) => ({ node: this.columns[source].node, index: first + at, weight: null }));
    });
  }

  grow() {
    cancelAnimationFrame(this.growing);
    if (this.play.isStill) {
      this.light.growth = 1;
      return this.scene.light(this.light);
    }
    const began = performance.now();
    const { light } = this;
    const step = (now) => {
      if (this.light !== light && this.light?.pointed.index !== light.pointed.index) return;
      const share = Math.min(Math.max((now - began) / GROWS_FOR, 0), 1);
      this.light.growth = 1 - (1 - share) ** 3;
      if (this.pointed) this.scene.light(this.light);
      if (share < 1 && this.pointed) this.growing = requestAnimationFrame(step);
    };
    this.scene.light(this.light);
    this.growing = requestAnimationFrame(step);
  }

  press(event) {
    if (event.target !== this.scroller || !this.layout) return;
    if (event.key === "Escape" && this.pointed) {
      event.stopPropagation();
      return this.point(null);
    }
    if (event.key === " ") {
      event.preventDefault();
      return this.play.toggle();
    }
    if (event.key === "Enter") {
      // Back gets the focus, and the same press would at once lead out again.
      event.preventDefault();
      return this.enter();
    }
    if (event.key === "PageDown" && this.pointed) {
      event.preventDefault();
      const { column } = this.pointed;
      this.page(column);
      return this.pointTo(column, this.layout.places[column].first);
    }
    const step = arrowStep(event);
    if (!step) return;
    this.play.stop();
    if (!this.pointed) return this.pointTo(0, 0);
    const { column, index, row, across } = this.pointed;
    if (event.shiftKey) {
      const [rows, columns] = placesOf(this.shapeOf(this.columns[column].node));
      return this.point({ column, index, row: clamp(row + step[0], rows), across: clamp(across + step[1], columns) });
    }
    if (step[1]) return this.pointTo(clamp(column + step[1], this.columns.length), index);
    this.pointTo(column, index + step[0]);
  }

  /** Point at a tile by keyboard: at the pixel in its middle. */
  pointTo(column, index) {
    const place = this.layout.places[column];
    const [rows, columns] = placesOf(this.shapeOf(this.columns[column].node));
    const at = place.kind === "answer" ? clamp(index, place.count) : within(index, place.first, place.first + place.shown - 1);
    const { box } = place;
    this.scroller.scrollLeft = within(this.scroller.scrollLeft, box.x + box.width + 40 - this.scroller.clientWidth, Math.max(box.x - 40, 0));
    this.point({ column, index: at, row: Math.floor(rows / 2), across: Math.floor(columns / 2) });
  }

  // ---- Into a number, and out again ---------------------------------------------------------------------------

  enter() {
    if (!this.pointed || !this.values) return;
    const { column, index, row, across } = this.pointed;
    const { node } = this.columns[column];
    if (node === PICTURE) return;
    this.play.stop();
    this.operation.open({ node, index, row, column: across }, this.boxOnPage(this.pointed));
  }

  boxOnPage({ column, index }) {
    const view = this.scroller.getBoundingClientRect();
    const tile = this.scene.tile(this.columns[column].node, index) ?? tileOf(this.layout.places[column], this.layout.places[column].first);
    return new DOMRect(view.left + tile.x - this.scroller.scrollLeft, view.top + tile.y, tile.width, tile.height);
  }

  async leave() {
    if (!this.operation.isOpen) return;
    const box = this.pointed && this.layout ? this.boxOnPage(this.pointed) : null;
    await this.operation.close(box);
    this.scroller.focus({ preventScroll: true });
  }

  /** For a whole room: the stage alone, above the page and at twice the size. @param {boolean} isOn */
  project(isOn) {
    const button = this.find(".projector");
    button.setAttribute("aria-pressed", String(isOn));
    this.zoom = isOn ? ROOM_ZOOM : 1;
    if (isOn) this.root.popover = "manual";
    this.root.togglePopover(isOn);
    if (!isOn) this.root.popover = null;
    this.width = this.scroller.clientWidth;
    this.lay();
    button.focus();
  }

  // ---- Playing ------------------------------------------------------------------------------------------------

  flow(column, share) {
    this.pointed = null;
    this.light = null;
    this.scene.light(null, { column, share });
    const { box } = this.layout.places[column];
    const { clientWidth } = this.scroller;
    if (this.layout.width > clientWidth) this.scroller.scrollLeft = box.x + box.width / 2 - clientWidth / 2;
    if (column === this.toldColumn) return;
    this.toldColumn = column;
    const { node } = this.columns[column];
    if (node === PICTURE) return this.say("The picture", `${sizeWords(this.data.shape)} numbers: this is all that the network sees.`);
    const { title, sentence, size } = this.data.layers[node];
    this.say(`${node + 1}  ${title}`, `${sentence} It makes ${size}.`);
  }

  arrive() {
    this.toldColumn = undefined;
    this.scene.light(null);
    this.describe();
  }

  // ---- In words -----------------------------------------------------------------------------------------------

  say(what, more) {
    this.find(".what").replaceChildren(make("strong", what));
    this.find(".more").textContent = more;
    this.find(".into").hidden = true;
    this.live.say(`${what}. ${more}`);
  }

  /** What the stage shows where one points at nothing. */
  describe() {
    if (!this.layout) return;
    const layers = this.columns.slice(1).map((column) => this.headOf(column));
    const words = layers.map(({ title, size }) => `${title}, ${size}`).join("; ");
    const help = "Arrow keys go from layer to layer and from map to map, with Shift from pixel to pixel. Enter opens a number, the space bar plays.";
    this.scroller.setAttribute("aria-label", `The network: a picture of ${sizeWords(this.data.shape)}; ${words}. ${this.answerSentence()} ${help}`);
    if (this.pointed || this.play.isPlaying || this.toldColumn !== undefined) return;
    if (!this.values) return this.say("The network is on its way …", "");
    this.say(this.answerSentence() || "The picture goes through the network from left to right.", "Point at a map to see what feeds it and where it goes. Click a number to see how it is computed.");
  }

  answerSentence() {
    if (!this.classes || !this.data.answers) return this.values ? this.data.ledTo : "";
    if (!this.classes.every(Number.isFinite)) return NO_NUMBERS;
    const best = this.classes.indexOf(Math.max(...this.classes));
    const name = this.data.classNames[best] ?? `class ${best + 1}`;
    const value = this.data.answers === "probabilities" ? `${(100 * this.classes[best]).toFixed(1)}%` : `the score ${inFourDigits(this.classes[best])}`;
    const { truth } = this.given;
    const right = truth === null ? "" : truth === best ? " It is right." : ` It is wrong: the picture shows ${this.data.classNames[truth]}.`;
    return `The answer is ${name} with ${value}.${right}`;
  }

  describePointed() {
    const { column, index, row, across } = this.pointed;
    const { node } = this.columns[column];
    const shape = this.shapeOf(node);
    const isMap = shape.length === 3;
    const where = isMap ? `, row ${row + 1}, column ${across + 1}` : "";
    const value = outputOf(this.values, this.shownPicture, node)[offset(shape, { channel: index, row, column: across })];
    const values = node === PICTURE && shape[0] === 3 ? [0, 1, 2].map((channel) => inFourDigits(this.picture[offset(shape, { channel, row, column: across })])).join(", ") : inFourDigits(value);
    const name = node === PICTURE && shape[0] === 3 ? "red, green and blue" : this.nameOf(node, index);
    this.find(".what").replaceChildren(`${this.nameOfColumn(node)}, ${name}${where} = `, make("strong", values));
    const more = [this.readSentence(node), this.seenSentence(), this.goesSentence(node)].filter(Boolean).join(" ");
    this.find(".more").textContent = more;
    this.find(".into").hidden = node === PICTURE;
    this.root.dataset.value = String(value);
    this.live.say(`${this.find(".what").textContent}. ${more}`);
  }

  readSentence(node) {
    if (node === PICTURE) return "";
    const { feeding } = this.light;
    const { column } = this.light.pointed;
    const sources = this.columns[column].sources.map((source) => this.columns[source].node);
    const what = listed(sources.map((source) => (source === PICTURE ? "the picture" : this.nameOfColumn(source))));
    const parts = sources.every((source) => this.shapeOf(source).length === 3) ? ["One map", "maps"] : ["One number", "numbers"];
    const read = feeding.length === 1 ? `${parts[0]} of ${what} feeds it` : `${feeding.length} ${parts[1]} of ${what} feed it`;
    const isWeighted = feeding.some(({ weight }) => weight !== null);
    return `${read}${isWeighted ? ": a thick line has large weights, a dashed one mostly negative ones." : "."}`;
  }

  seenSentence() {
    const window = this.light.windows.get(PICTURE);
    return window ? `It sees ${placesWords(window, "pixel")} of the picture.` : "";
  }

  goesSentence(node) {
    const next = this.columns.find(({ sources }) => sources.some((source) => this.columns[source].node === node));
    const window = next && this.light.reach.get(next.node);
    return window && this.shapeOf(next.node).length === 3 ? `It goes into ${placesWords(window, "place")} of ${this.nameOfColumn(next.node)}.` : "";
  }

  // ---- Other pictures -----------------------------------------------------------------------------------------

  showStrip() {
    const [channels, rows, columns] = this.data.shape;
    const maps = new Maps();
    this.find(".strip").replaceChildren(
      ...this.data.strip.map((picture, place) => {
        const button = makeButton("", "control", () => {
          this.look(picture);
          if (this.data.tells) this.send("picture", place);
        });
        const canvas = Object.assign(make("canvas"), { width: columns, height: rows });
        const values = numbersOf(picture);
        if (channels === 3) maps.updateColour(values, [rows, columns]);
        else maps.update(values, [rows, columns], 0, 1, { low: 0, high: 1, signed: false }, this.scene.colours.grey);
        canvas.getContext("2d").drawImage(maps.canvas, 0, 0);
        button.append(canvas);
        button.value = picture.pixels;
        button.setAttribute("role", "radio");
        button.setAttribute("aria-checked", "false");
        button.setAttribute("aria-label", picture.name);
        button.title = picture.name;
        return button;
      }),
    );
  }
}

const isSame = (one, other) =>
  one === other || (one && other && ["column", "index", "row", "across"].every((part) => one[part] === other[part]));

/** @type {(names: string[]) => string} */
const listed = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0]);

/** @type {(window: import("./point.js").Window, noun: string) => string} */
function placesWords(window, noun) {
  const [rows, columns] = window.map(([first, last]) => last - first + 1);
  return rows * columns === 1 ? `one ${noun}` : `${rows} × ${columns} ${noun}s`;
}

/** Height × width × channels. @type {(shape: number[]) => string} */
const sizeWords = (shape) => (shape.length === 3 ? `${shape[1]} × ${shape[2]} × ${shape[0]}` : String(shape[0]));

export default keepingView((component) => new Stage(component));
