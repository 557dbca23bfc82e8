// Shows the picture of the point of a chart that is pointed at or tapped, cut from one sheet of all pictures.
import { listenToChart } from "../../lib/charts.js";

/** @param {import("../../lib/views.js").Component} component */
export default function ({ data, parentElement }) {
  const tip = /** @type {HTMLElement} */ (parentElement.querySelector(".tip"));
  const [picture, words] = [tip.querySelector("i"), tip.querySelector("span")];
  const { chart, sheet, columns, rows, size, captions } = data;
  picture.style.cssText = `width: ${size}px; height: ${size}px; background-image: url(${sheet});
    background-size: ${columns * size}px ${rows * size}px;`;
  /** @type {import("../../lib/selectors.js").PlotlyListener} */
  const show = ({ points: [point] }) => {
    const place = point.customdata;
    if (!(place in captions)) return;
    picture.style.backgroundPosition = `${-(place % columns) * size}px ${-Math.floor(place / columns) * size}px`;
    words.textContent = captions[place];
    tip.dataset.place = place;
  };
  return listenToChart(chart, { plotly_hover: show, plotly_click: show });
}
