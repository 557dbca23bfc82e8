// The small buttons at a figure: to save it, and to make a large one larger or smaller.
import { addSvg, makeButton } from "../../lib/dom.js";

/** The lines of the icons, in a square of 24. @type {Record<string, string>} */
const ICONS = {
  save: "M12 4v11M7 10l5 5 5-5M5 20h14",
  smaller: "M5 12h14",
  larger: "M5 12h14M12 5v14",
  whole: "M9 5H4v14h5M15 5h5v14h-5M8 12h8",
};

/** @type {(icon: string, words: string, onclick: () => void) => HTMLButtonElement} */
export function toolButton(icon, words, onclick) {
  const button = makeButton("", "control boxed tool", onclick);
  const drawing = addSvg(button, "svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  addSvg(drawing, "path", { d: ICONS[icon] });
  button.title = words;
  button.setAttribute("aria-label", words);
  return button;
}

/**
 * Show the tools of a figure that is tapped, until another place is.
 *
 * @type {(chart: Element, signal: AbortSignal) => void}
 */
export function showWhereTapped(chart, signal) {
  const tapped = ({ pointerType, target }) =>
    chart.toggleAttribute("data-tapped", pointerType !== "mouse" && chart.contains(/** @type {Node} */ (target)));
  document.addEventListener("pointerdown", tapped, { capture: true, signal });
}
