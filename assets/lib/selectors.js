// Where things are inside the pages that Streamlit and Plotly make: what may change with a new release of either. Only
// this module and the page's own style sheet, style.css, name what they call their parts.

/** The part of the page beside the sidebar; null while there is none. @type {() => HTMLElement | null} */
export const mainPart = () => document.querySelector('[data-testid="stMain"]');

/** What holds the page's content, with the room around it. @type {() => HTMLElement | null} */
export const contentBlock = () => document.querySelector('[data-testid="stMainBlockContainer"]');

/** The whole app, which has the page's colours and letters. @type {() => HTMLElement} */
export const wholeApp = () => document.querySelector('[data-testid="stApp"]');

/** The container or widget with that key. @type {(key: string) => HTMLElement | null} */
export const withKey = (key) => document.querySelector(`.st-key-${key}`);

/**
 * The container or widget with that key that is on the screen. Streamlit has some elements twice, once without a place.
 *
 * @type {(key: string) => HTMLElement | undefined}
 */
export const shownWithKey = (key) =>
  [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`.st-key-${key}`))].find(
    (element) => element.getClientRects().length,
  );

/**
 * The cards of a list that are on the screen, from top to bottom. Streamlit has some elements twice, once without a place.
 *
 * @type {(list: HTMLElement) => HTMLElement[]}
 */
export const cardsIn = (list) =>
  [.../** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('[class*="st-key-card-"]'))].filter(
    (card) => card.getClientRects().length,
  );

/** A card's first line. @type {(card: HTMLElement) => Element} */
export const firstLineOf = (card) => card.querySelector('[class*="st-key-open-"]') ?? card;

/** What may be wider than the page: charts, tables and formulas. */
export const MAY_BE_WIDER = '.plot, [data-testid="stTable"] > div, .katex-display';

/** The drawing of the chart with that key; null until it is drawn. @type {(key: string) => PlotlyDrawing | null} */
export function plotlyDrawing(key) {
  const drawing = /** @type {PlotlyDrawing | null} */ (withKey(key)?.querySelector(".js-plotly-plot"));
  return drawing?.on ? drawing : null;
}

/**
 * Let a drawing, and what lies over it to be dragged, look clickable or as it was.
 *
 * @type {(drawing: PlotlyDrawing, isClickable?: boolean) => void}
 */
export function showClickable(drawing, isClickable = true) {
  /** @type {NodeListOf<HTMLElement>} */
  const layers = drawing.querySelectorAll(".nsewdrag");
  for (const part of [drawing, ...layers]) part.style.cursor = isClickable ? "pointer" : "";
}

/**
 * @typedef {(event: { points: any[] }) => void} PlotlyListener See https://plotly.com/javascript/plotlyjs-events
 * @typedef {(event: string, listener: PlotlyListener) => void} Listening
 * @typedef {HTMLElement & { on: Listening, removeListener: Listening }} PlotlyDrawing
 */
