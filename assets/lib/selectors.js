// Where things are inside the pages that Streamlit and Plotly make: what may change with a new release of either. Only
// this module and the page's own style sheet, style.css, name what they call their parts.

/**
 * The part of the page beside the sidebar; null while there is none.
 *
 * @returns {HTMLElement | null}
 */
export const mainPart = () => document.querySelector('[data-testid="stMain"]');

/**
 * What holds the page's content, with the room around it.
 *
 * @returns {HTMLElement | null}
 */
export const contentBlock = () => document.querySelector('[data-testid="stMainBlockContainer"]');

/**
 * The whole app, which has the page's colours and letters.
 *
 * @returns {HTMLElement}
 */
export const wholeApp = () => /** @type {HTMLElement} */ (document.querySelector('[data-testid="stApp"]'));

/**
 * The container or widget with that key.
 *
 * @param {string} key
 * @returns {HTMLElement | null}
 */
export const withKey = (key) => document.querySelector(`.st-key-${key}`);

/** What may be wider than the page: charts, tables and formulas. */
export const MAY_BE_WIDER = '.plot, [data-testid="stTable"] > div, .katex-display';

/**
 * The drawing of the chart with that key, in some part of the page.
 *
 * @param {HTMLElement} part
 * @param {string} key
 * @returns {PlotlyDrawing | null} Null where it is not there yet, or not drawn yet.
 */
export function plotlyDrawing(part, key) {
  const drawing = /** @type {PlotlyDrawing | null} */ (part.querySelector(`.st-key-${key} .js-plotly-plot`));
  return drawing?.on ? drawing : null;
}

/**
 * Give a drawing and what lies over it to be dragged the pointer of what can be clicked.
 *
 * @param {PlotlyDrawing} drawing
 */
export function showClickable(drawing) {
  drawing.style.cursor = "pointer";
  const layers = /** @type {NodeListOf<HTMLElement>} */ (drawing.querySelectorAll(".nsewdrag"));
  for (const layer of layers) layer.style.cursor = "pointer";
}

/**
 * @typedef {HTMLElement & {
 *   on(event: string, listener: (event: { points: PlotlyPoint[] }) => void): void,
 *   removeListener(event: string, listener: Function): void,
 *   layout?: object,
 * }} PlotlyDrawing
 * @typedef {{
 *   x: number | string, y: number | string, curveNumber: number, pointNumber: number | number[], customdata?: any,
 * }} PlotlyPoint
 */
