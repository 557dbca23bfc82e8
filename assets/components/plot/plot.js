// Draws a Plotly figure. When its data change, the drawing changes too, instead of being thrown away and made anew.
import { charts } from "../../lib/charts.js";
import { make } from "../../lib/dom.js";
import { addSaveMenu, nameOf } from "../../lib/figure_tools.js";
import { keepingView } from "../../lib/views.js";
import { Player, moved } from "./player.js";
import { plotly, purge } from "./plotly.js";
import { asSeen, download } from "./save.js";
import { ground, template, themeColours } from "./theme.js";
import { Zoom } from "./zoom.js";

const PATIENCE = 1000; // milliseconds before a drawing that failed is tried once more

export default keepingView(({ data, parentElement }) => new View(parentElement, data.key));

class View {
  constructor(parent, key) {
    const holder = (this.holder = parent.querySelector(".plot"));
    this.key = key;
    this.player = new Player(this);
    this.tools = parent.querySelector(".chart-tools");
    this.listening = new AbortController();
    /** @type {Zoom | undefined} Of a figure that can be made larger and smaller. */
    this.zoom = undefined;
    addSaveMenu(this.tools, (format) => this.save(format));
    this.drawing = Promise.resolve();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(holder);
    // A drawing that cannot be seen changes when it comes near: a live page changes all of them a few times a second.
    this.sight = new IntersectionObserver((entries) => this.see(entries.at(-1).isIntersecting), { scrollMargin: "200px" });
    this.sight.observe(holder);
    // Streamlit writes the theme's colours to an element above when a person changes it.
    this.theme = new MutationObserver(() => this.colours !== themeColours(holder) && this.draw());
    for (let above = holder; above; above = above.parentElement)
      this.theme.observe(above, { attributes: true, attributeFilter: ["style", "class"] });
  }

  // What the page's script gives. It comes again when nothing changed, and may be older by then than the news.
  update({ data: { figure, alt, address } }) {
    charts.set(this.key, this);
    this.address = address;
    if (figure === this.given) return;
    this.given = figure;
    this.show({ figure, alt });
  }

  show({ figure, alt }) {
    this.holder.setAttribute("aria-label", alt);
    if (figure === this.figure) return;
    this.figure = figure;
    const { layout, frames } = JSON.parse(figure);
    const { width, height } = layout;
    this.player.take(frames, layout.meta);
    // Another size moves what lies around it, also for who sees only that.
    this.resized ||= width !== this.fixedWidth || height !== this.height;
    this.draw();
  }

  see(inSight) {
    this.inSight = inSight;
    if (inSight && this.asked) this.draw();
  }

  // One at a time, and always the newest: what came meanwhile is drawn in its place.
  draw() {
    this.asked = true;
    if (this.drawn && !this.inSight && !this.resized) return;
    this.holder.dataset.drawing = "true";
    this.drawing = this.drawing.then(() => this.drawNewest());
  }

  async drawNewest() {
    if (!this.asked || this.ended) return;
    try {
      await this.drawOnce().catch(() => this.drawAgain());
      this.tell("");
    } catch (error) {
      console.error(`The chart ${this.key} could not be drawn:`, error);
      this.empty();
      this.tell("This chart could not be drawn: reload the page.");
    }
    if (!this.asked || !this.inSight) delete this.holder.dataset.drawing;
  }

  async drawOnce() {
    const isResized = this.resized;
    this.asked = this.resized = false;
    const { data, layout } = this.newest();
    this.fixedWidth = layout.width;
    this.height = layout.height;
    // The room is there before the drawing is.
    this.holder.style.minHeight = `${this.height}px`;
    if (this.fixedWidth) this.tools.style.setProperty("--figure-width", `${this.fixedWidth}px`);
    else this.tools.style.removeProperty("--figure-width");
    const Plotly = await plotly(this.address);
    if (this.ended) return;
    this.colours = themeColours(this.holder);
    this.width = this.holder.clientWidth;
    const config = { displayModeBar: false, displaylogo: false, scrollZoom: false };
    const drawing = this.holder.firstElementChild;
    await Plotly.react(drawing, { data, layout: this.onPage(layout), config });
    // Plotly places a legend by the size that the figure had before.
    if (this.drawn && isResized && layout.legend) await Plotly.relayout(drawing, { "legend.y": layout.legend.y });
    this.drawn = true;
    if (layout.meta?.zoom) this.zoom ??= new Zoom(this.holder, this.tools, this.listening.signal);
    this.zoom?.take(this.fixedWidth, this.height);
  }

  // The figure as it is given, at the moment that is shown.
  newest() {
    const { data, layout, frames } = JSON.parse(this.figure);
    return { data: frames ? moved(data, frames[this.player.at]) : data, layout };
  }

  // A layout in the page's colours, letters and width.
  onPage(layout) {
    return { ...layout, template: template(this.holder), width: this.fixedWidth ?? this.width };
  }

  async save(format) {
    try {
      const Plotly = await plotly(this.address);
      const { data, layout } = this.newest();
      const figure = asSeen({ data, layout: this.onPage(layout) }, this.holder.firstElementChild, ground(this.holder));
      await download(Plotly, figure, format, nameOf(this.holder.getAttribute("aria-label")));
      this.tell("");
    } catch (error) {
      console.error(`The chart ${this.key} could not be saved:`, error);
      this.tell("This chart could not be saved: reload the page.");
    }
  }

  // In a moment and from nothing: a server may have been busy, and half a drawing may be in the way of a whole one.
  async drawAgain() {
    await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    if (this.ended) return;
    this.empty();
    await this.drawOnce();
  }

  empty() {
    purge(this.holder.firstElementChild);
    this.holder.firstElementChild.replaceWith(make("div"));
  }

  // Beside the drawing, so that it goes when the next one succeeds.
  tell(failure) {
    this.holder.querySelector(":scope > [role=alert]")?.remove();
    if (!failure) return;
    this.holder.append(Object.assign(make("p", failure), { role: "alert" }));
  }

  resize() {
    const width = this.holder.clientWidth;
    const drawn = this.holder.firstElementChild;
    if (this.fixedWidth || !width || width === this.width || !drawn.layout) return;
    this.width = width;
    // Not beside a drawing that is under way: Plotly would leave a picture in it unfinished, and never say so.
    this.resized = true;
    this.draw();
  }

  end() {
    if (charts.get(this.key) === this) charts.delete(this.key);
    this.ended = true;
    this.player.pause();
    this.listening.abort();
    this.observer.disconnect();
    this.sight.disconnect();
    this.theme.disconnect();
    purge(this.holder.firstElementChild);
  }
}
