// Tells the server which point of a Plotly chart was clicked.
import { listenToChart } from "../../lib/charts.js";
import { showClickable } from "../../lib/selectors.js";

/** @param {import("../../lib/views.js").Component} component */
export default function ({ data, setTriggerValue }) {
  /** @type {import("../../lib/selectors.js").PlotlyListener} */
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

/** A point's data as a list: a number, an array, or a typed array, which JSON would write as an object. */
export const listOf = (customdata) =>
  typeof customdata === "object" && customdata ? Array.from(customdata) : [customdata ?? []].flat();
