// Tells the server which point of a Plotly chart was clicked.
export default function ({ data, setTriggerValue }) {
  const main = document.querySelector('[data-testid="stMain"]');
  if (!main) return;
  let chart = null;
  const clicked = ({ points: [point] }) =>
    setTriggerValue("point", {
      x: point.x,
      y: point.y,
      curve: point.curveNumber,
      index: [point.pointNumber].flat(),
      // A number, an array, or an array of a typed kind, which JSON would write as an object.
      data: typeof point.customdata === "object" && point.customdata ? Array.from(point.customdata) : [point.customdata ?? []].flat(),
    });
  // Charts come late, and go where the page has no place for them any more.
  const attach = () => {
    const found = main.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    if (found === chart || !found?.on) return;
    chart?.removeListener?.("plotly_click", clicked);
    chart = found;
    chart.on("plotly_click", clicked);
    chart.style.cursor = "pointer";
    for (const layer of chart.querySelectorAll(".nsewdrag")) layer.style.cursor = "pointer";
  };
  const observer = new MutationObserver(attach);
  observer.observe(main, { childList: true, subtree: true });
  attach();
  return () => {
    observer.disconnect();
    chart?.removeListener?.("plotly_click", clicked);
  };
}
