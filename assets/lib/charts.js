// The charts of the page: where they are drawn (plot), those who have news for them or listen to them find them here.
import { mainPart, plotlyDrawing } from "./selectors.js";

/**
 * @typedef {import("./selectors.js").PlotlyDrawing} PlotlyDrawing
 * @typedef {import("./selectors.js").PlotlyListener} PlotlyListener
 */

/** By key. @type {Map<string, { show(chart: { figure: string, alt: string }): void, drawing: Promise<void> }>} */
export const charts = new Map();

/**
 * Listen to a chart of Plotly that may come late, and go where the page has no place for it any more.
 *
 * @param {string} key The chart's.
 * @param {Record<string, PlotlyListener>} listeners By the names of Plotly's events.
 * @param {(drawing: PlotlyDrawing) => void} [attached] Called with each new drawing.
 * @returns {() => void} Ends it.
 */
export function listenToChart(key, listeners, attached) {
  const main = mainPart();
  if (!main) return () => {};
  /** @type {PlotlyDrawing | null} */
  let drawing = null;
  const detach = () => {
    for (const [event, listener] of Object.entries(listeners)) drawing?.removeListener?.(event, listener);
  };
  const attach = () => {
    const newest = plotlyDrawing(key);
    if (!newest || newest === drawing) return;
    detach();
    drawing = newest;
    for (const [event, listener] of Object.entries(listeners)) drawing.on(event, listener);
    attached?.(drawing);
  };
  const observer = new MutationObserver(attach);
  observer.observe(main, { childList: true, subtree: true });
  attach();
  return () => {
    observer.disconnect();
    detach();
  };
}
