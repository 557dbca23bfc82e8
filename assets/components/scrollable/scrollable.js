// Marks what scrolls sideways because it is wider than the page, so that it is seen (style.css), and lets the keyboard in.
import { MAY_BE_WIDER, mainPart } from "../../lib/selectors.js";

const EVERY = 200; // milliseconds; a live page changes all the time

function mark(region) {
  const wider = region.scrollWidth > region.clientWidth + 1;
  if (wider !== "wider" in region.dataset) {
    // A chart has its words and its role.
    const named = region.classList.contains("plot");
    if (wider) {
      region.dataset.wider = "";
      region.tabIndex = 0;
      if (!named) region.role = "region";
      if (!named) region.ariaLabel = "Wider than the page: scroll sideways";
    } else {
      delete region.dataset.wider;
      region.removeAttribute("tabindex");
      if (!named) region.role = region.ariaLabel = null;
    }
  }
  if (wider) atItsEnd(region);
}

function atItsEnd(region) {
  region.toggleAttribute("data-at-its-end", region.scrollLeft + region.clientWidth >= region.scrollWidth - 1);
}

export default function () {
  const main = mainPart();
  if (!main) return;
  let waiting;
  const markAll = () => {
    waiting = undefined;
    main.querySelectorAll(MAY_BE_WIDER).forEach(mark);
  };
  const soon = () => (waiting ??= setTimeout(markAll, EVERY));
  const sizes = new ResizeObserver(soon);
  sizes.observe(main);
  const changes = new MutationObserver(soon);
  changes.observe(main, { childList: true, subtree: true });
  const scrolled = ({ target }) => target.dataset && "wider" in target.dataset && atItsEnd(target);
  main.addEventListener("scroll", scrolled, { capture: true, passive: true });
  soon();
  return () => {
    clearTimeout(waiting);
    sizes.disconnect();
    changes.disconnect();
    main.removeEventListener("scroll", scrolled, { capture: true });
  };
}
