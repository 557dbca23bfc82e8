// Draws a Plotly figure. When its data change, the drawing changes too, instead of being thrown away and made anew.
const views = new WeakMap();
// By their keys, for what else on the page has news for them (live_feed.js).
const byKey = (window.visualizerCharts ??= new Map());
const PATIENCE = 1000; // milliseconds before a drawing that failed is tried once more

// Plotly is served beside the app, once for all charts, from the Python package that makes the figures.
function plotly(address) {
  // Each chart may have a copy of this module, but they share the window.
  window.plotlyLibrary ??= new Promise((resolve, reject) => {
    // The app may live below a path of its own; the page's scripts know it.
    const own = document.querySelector('script[src*="/static/js/"]')?.src.split("/static/js/")[0] ?? "";
    const script = document.createElement("script");
    script.src = own + address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window.plotlyLibrary = undefined;
      reject(new Error("Plotly could not be loaded"));
    };
    document.head.append(script);
  });
  return window.plotlyLibrary;
}

export default function ({ data, parentElement }) {
  if (!views.has(parentElement)) views.set(parentElement, new View(parentElement, data.key));
  const view = views.get(parentElement);
  view.take(data);
  byKey.set(data.key, view);
  return () => {
    // Streamlit also calls this where newer data overtook a call; then the element is still in the page.
    if (parentElement.isConnected) return;
    views.delete(parentElement);
    if (byKey.get(data.key) === view) byKey.delete(data.key);
    view.end();
  };
}

class View {
  constructor(parent, key) {
    const holder = (this.holder = parent.querySelector(".plot"));
    this.key = key;
    this.player = new Player(this, parent.querySelector("template"));
    this.drawing = Promise.resolve();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(holder);
    // A drawing that cannot be seen changes when it comes near: a live page changes all of them a few times a second.
    this.sight = new IntersectionObserver((entries) => this.see(entries.at(-1).isIntersecting), { scrollMargin: "200px" });
    this.sight.observe(holder);
    // Streamlit writes the theme's colours to an element above when a person changes it.
    this.theme = new MutationObserver(() => this.colours !== this.themeColours() && this.draw());
    for (let above = holder; above; above = above.parentElement)
      this.theme.observe(above, { attributes: true, attributeFilter: ["style", "class"] });
  }

  // What the page's script gives. It comes again when nothing changed, and may be older by then than the news.
  take({ figure, alt, address }) {
    this.address = address;
    if (figure === this.given) return;
    this.given = figure;
    this.update({ figure, alt });
  }

  update({ figure, alt }) {
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
    this.asked = this.resized = false;
    const { data, layout: own, frames } = JSON.parse(this.figure);
    const figure = { data: frames ? moved(data, frames[this.player.at]) : data, layout: own };
    this.fixedWidth = figure.layout.width;
    this.height = figure.layout.height;
    // The room is there before the drawing is.
    this.holder.style.minHeight = `${this.height}px`;
    const Plotly = await plotly(this.address);
    if (this.ended) return;
    this.colours = this.themeColours();
    this.width = this.holder.clientWidth;
    const layout = { ...figure.layout, template: template(this.holder), width: this.fixedWidth ?? this.width };
    const config = { displayModeBar: false, displaylogo: false, scrollZoom: false };
    await Plotly.react(this.holder.firstElementChild, { ...figure, layout, config });
    this.drawn = true;
  }

  // In a moment and from nothing: a server may have been busy, and half a drawing may be in the way of a whole one.
  async drawAgain() {
    await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    if (this.ended) return;
    this.empty();
    await this.drawOnce();
  }

  empty() {
    window.Plotly?.purge(this.holder.firstElementChild);
    this.holder.firstElementChild.replaceWith(document.createElement("div"));
  }

  // Beside the drawing, so that it goes when the next one succeeds.
  tell(failure) {
    this.holder.querySelector(":scope > [role=alert]")?.remove();
    if (!failure) return;
    const alert = document.createElement("p");
    alert.setAttribute("role", "alert");
    alert.textContent = failure;
    this.holder.append(alert);
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

  themeColours() {
    const style = getComputedStyle(this.holder);
    return style.getPropertyValue("--st-text-color") + style.getPropertyValue("--st-background-color");
  }

  end() {
    this.ended = true;
    this.player.pause();
    this.observer.disconnect();
    this.sight.disconnect();
    this.theme.disconnect();
    if (window.Plotly) window.Plotly.purge(this.holder.firstElementChild);
  }
}

// The traces as a frame changes them. Each frame is a drawing of its own and the whole of it: Plotly's `animate` draws
// only the traces that move, and takes a surface or contours that stand still away while it does.
function moved(data, { data: changes, traces }) {
  const whole = [...data];
  traces.forEach((trace, place) => (whole[trace] = { ...data[trace], ...changes[place] }));
  return whole;
}

// Below a figure with frames: which one is shown. `layout.meta` says what else there is to know (figures/chart.py).
class Player {
  constructor(view, template) {
    this.view = view;
    this.template = template;
  }

  take(frames, about) {
    this.pause();
    if (!frames) {
      this.row?.remove();
      this.row = undefined;
      return;
    }
    if (!this.row) this.build();
    Object.assign(this, { frames, about });
    this.row.setAttribute("aria-label", about.title);
    this.find("scrub").setAttribute("aria-label", about.title);
    this.find("scrub").max = frames.length - 1;
    this.place(frames.findIndex(({ name }) => name === about.shown));
  }

  build() {
    this.row = this.template.content.firstElementChild.cloneNode(true);
    this.template.before(this.row);
    this.find("back").onclick = () => this.go(this.at - 1);
    this.find("on").onclick = () => this.go(this.at + 1);
    this.find("scrub").oninput = (event) => this.go(Number(event.target.value));
    this.find("play").onclick = () => (this.playing ? this.pause() : this.play());
  }

  find(name) {
    return this.row.querySelector(`.${name}`);
  }

  // Says which frame is shown, by which the view draws.
  place(to) {
    this.at = Math.min(Math.max(to, 0), this.frames.length - 1);
    const words = `${this.about.unit} ${this.frames[this.at].name}`;
    this.find("scrub").value = this.at;
    this.find("scrub").setAttribute("aria-valuetext", words);
    this.find("place").textContent = words;
    this.view.holder.setAttribute("aria-label", this.about.alts[this.at]);
  }

  show(to) {
    this.place(to);
    this.view.draw();
  }

  go(to) {
    this.pause();
    this.show(to);
  }

  play() {
    this.setPlaying(true);
    this.show(this.at === this.frames.length - 1 ? 0 : this.at);
    this.next();
  }

  // A slow computer plays more slowly: what is not drawn yet is not left behind.
  next() {
    const drawn = this.view.drawing;
    this.timer = setTimeout(async () => {
      await drawn;
      if (!this.playing) return;
      this.show(this.at + 1);
      if (this.at < this.frames.length - 1) this.next();
      else this.pause();
    }, this.about.milliseconds);
  }

  pause() {
    clearTimeout(this.timer);
    if (this.playing) this.setPlaying(false);
  }

  setPlaying(playing) {
    this.playing = playing;
    const button = this.find("play");
    button.classList.toggle("playing", playing);
    button.title = playing ? "Pause" : "Play";
    button.setAttribute("aria-label", button.title);
  }
}

// The page's own colours and letters, for all that a figure does not say itself.
function template(holder) {
  const style = getComputedStyle(holder);
  const [text, ground, line, family] = ["text-color", "background-color", "border-color", "font"].map((name) =>
    style.getPropertyValue(`--st-${name}`).trim(),
  );
  const axis = {
    gridcolor: line,
    zerolinecolor: line,
    linecolor: line,
    tickcolor: line,
    tickfont: { color: text },
    title: { font: { color: text } },
    automargin: true,
  };
  const scene = { ...axis, backgroundcolor: ground, showbackground: false };
  return {
    layout: {
      font: { family, color: text },
      // In the corner, the first label below would touch the lowest one at the left.
      xaxis: { ...axis, showgrid: false, zeroline: false, ticklabelstandoff: 8 },
      yaxis: axis,
      scene: { xaxis: scene, yaxis: scene, zaxis: scene },
      hoverlabel: { bgcolor: ground, bordercolor: line, font: { family, color: text }, align: "left" },
      legend: { font: { color: text }, bgcolor: "rgba(0, 0, 0, 0)" },
    },
  };
}
