// The row that plays something step by step: back, play or pause, on, a slider, and where it stands. The style is
// transport.css.
import { addSvg, make, makeButton } from "./dom.js";
import { clamp } from "./numbers.js";

/** The paths of the icons, in a square of 24. @type {Record<string, Record<string, string>[]>} */
const ICONS = {
  back: [{ d: "M6 5h3v14H6zM19 5v14L10 12z" }],
  play: [
    { class: "when-paused", d: "M7 4v16l13-8z" },
    { class: "when-playing", d: "M6 5h4v14H6zM14 5h4v14h-4z" },
  ],
  on: [{ d: "M15 5h3v14h-3zM5 5v14l9-7z" }],
};

/** @type {(icon: string, words: string, onclick: () => void) => HTMLButtonElement} */
function iconButton(icon, words, onclick) {
  const button = makeButton("", `control boxed ${icon}`, onclick);
  const drawing = addSvg(button, "svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  for (const path of ICONS[icon]) addSvg(drawing, "path", path);
  setWords(button, words);
  return button;
}

/** @type {(button: HTMLButtonElement, words: string) => void} */
function setWords(button, words) {
  button.title = words;
  button.setAttribute("aria-label", words);
}

export class Transport {
  /**
   * @param {HTMLElement} row What is in it already, such as the choice of a speed, stands after the slider.
   * @param {{ go(place: number): void, toggle(): void }} player Goes to a place; plays, or stops playing.
   */
  constructor(row, { go, toggle }) {
    this.place = 0;
    this.button = iconButton("play", "Play", toggle);
    this.slider = Object.assign(make("input", "", "control scrub"), { type: "range", min: "0", step: "1" });
    this.slider.oninput = () => go(Number(this.slider.value));
    this.words = make("span", "", "place");
    const back = iconButton("back", "One step back", () => go(this.place - 1));
    const on = iconButton("on", "One step on", () => go(this.place + 1));
    row.prepend(back, this.button, on, this.slider);
    row.append(this.words);
  }

  /** Give the slider its name and the number of places. @type {(name: string, count: number) => void} */
  setRange(name, count) {
    this.slider.setAttribute("aria-label", name);
    this.slider.max = String(count - 1);
  }

  /** Show a place, from 0, and what it is called. @type {(place: number, words: string) => void} */
  showPlace(place, words) {
    this.place = place;
    this.slider.value = String(place);
    this.slider.setAttribute("aria-valuetext", words);
    this.words.textContent = words;
  }

  /** @type {(playing: boolean) => void} */
  showPlaying(playing) {
    this.button.classList.toggle("playing", playing);
    setWords(this.button, playing ? "Pause" : "Play");
  }
}

/** Such a row that plays its places itself, at an even pace and once to the end. */
export class StepPlayer extends Transport {
  /**
   * @param {HTMLElement} row
   * @param {number} pace Milliseconds from one place to the next.
   * @param {(place: number) => void} show Draws a place, and calls `showPlace`.
   */
  constructor(row, pace, show) {
    super(row, { go: (place) => this.go(place), toggle: () => (this.timer ? this.stop() : this.play()) });
    this.pace = pace;
    this.show = show;
  }

  get last() {
    return Number(this.slider.max);
  }

  go(place) {
    this.stop();
    this.show(clamp(place, this.last + 1));
  }

  play() {
    if (this.place === this.last) this.show(0);
    this.showPlaying(true);
    this.timer = setInterval(() => {
      this.show(this.place + 1);
      if (this.place === this.last) this.stop();
    }, this.pace);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.showPlaying(false);
  }
}
