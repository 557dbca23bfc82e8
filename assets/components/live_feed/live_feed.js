// Asks the server what has moved in a run, and tells it to the progress line and to the charts of the page.
import { inApp } from "../../lib/address.js";
import { charts } from "../../lib/charts.js";

const feeds = new WeakMap();
// Milliseconds until the server is asked again where it was away, or has not drawn the page anew.
const PATIENCE = 2000;
// A slow computer, or a busy server, rests for so many times as long as it worked: what trains may be the same computer,
// and its two logical cores may be one.
const REST = 5;

export default function ({ data, parentElement, setTriggerValue }) {
  feeds.get(parentElement)?.end();
  const feed = new Feed(data, parentElement, setTriggerValue);
  feeds.set(parentElement, feed);
  return () => feed.end();
}

class Feed {
  constructor({ address, every, frame, share, state, details }, holder, tell) {
    this.holder = holder;
    this.showProgress({ share, state, details });
    if (!every) return;
    this.every = 1000 * every;
    this.frame = frame;
    this.tell = tell;
    this.address = inApp(address);
    this.version = this.inside = "";
    this.wait(this.every);
  }

  // A page in the background asks nothing.
  wait(milliseconds) {
    this.timer = setTimeout(() => (document.hidden ? this.wait(this.every) : this.ask()), milliseconds);
  }

  async ask() {
    const began = performance.now();
    let news;
    try {
      const known = `&version=${encodeURIComponent(this.version)}&inside=${encodeURIComponent(this.inside)}`;
      const answer = await fetch(this.address + known);
      if (answer.status === 200) news = await answer.json();
      else if (answer.status === 404) news = { frame: "gone" };
    } catch {
      // The server is away for a moment; Streamlit says so.
      if (!this.ended) this.wait(PATIENCE);
      return;
    }
    if (this.ended) return;
    if (news && news.frame !== this.frame) {
      // A feed of the new page takes this one's place.
      this.tell("frame", news.frame);
      this.wait(PATIENCE);
      return;
    }
    if (news) await this.show(news).catch((error) => console.error("What is new of the run could not be shown:", error));
    if (this.ended) return;
    const took = performance.now() - began;
    this.wait(Math.max(this.every - took, REST * took));
  }

  async show({ version, inside, progress, charts: changed }) {
    this.version = version;
    this.inside = inside;
    this.showProgress(progress);
    const drawings = Object.entries(changed).map(([key, chart]) => {
      const view = charts.get(key);
      view?.show(chart);
      return view?.drawing;
    });
    await Promise.all(drawings);
  }

  showProgress({ share, state, details }) {
    this.holder.querySelector("strong").textContent = state;
    this.holder.querySelector("span").textContent = ` · ${details}`;
    const bar = this.holder.querySelector(".bar");
    bar.setAttribute("aria-valuenow", Math.round(100 * share));
    bar.setAttribute("aria-valuetext", `${state}: ${details}`);
    bar.firstElementChild.style.transform = `scaleX(${share})`;
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
  }
}
