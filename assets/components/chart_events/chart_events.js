// Tells the server which point of a Plotly chart was clicked.
import { listenToChart } from "../../lib/charts.js";
import { showClickable } from "../../lib/selectors.js";

/** @param {import("../../lib/views.js").Component} component */
export default function ({ data, setTriggerValue }) {
  /** @param {{ points: import("../../lib/selectors.js").PlotlyPoint[] }} event */
  const clicked = ({ points: [point] }) =>
    setTriggerValue("point", {
      x: point.x,
      y: point.y,
      curve: point.curveNumber,
      index: [point.pointNumber].flat(),
      data: listOf(point.customdata),
    });
  return listenToChart(data.chart, { plotly_click: clicked }, showClickable);
}

/**
 * A point's data as a list: a number, an array, or an array of a typed kind, which JSON would write as an object.
 *
 * @param {any} customdata
 * @returns {any[]}
 */
export const listOf = (customdata) =>
  typeof customdata === "object" && customdata ? Array.from(customdata) : [customdata ?? []].flat();
