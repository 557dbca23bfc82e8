// The page's own colours and letters, for all that a figure does not say itself.

/** The colours that change with the theme, to compare. @type {(holder: Element) => string} */
export function themeColours(holder) {
  const style = getComputedStyle(holder);
  return style.getPropertyValue("--st-text-color") + style.getPropertyValue("--st-background-color");
}

/** The colour that figures lie on. @type {(holder: Element) => string} */
export const ground = (holder) => getComputedStyle(holder).getPropertyValue("--st-background-color").trim();

/** Their template: https://plotly.com/javascript/layout-template. @type {(holder: Element) => object} */
export function template(holder) {
  const style = getComputedStyle(holder);
  const [text, line, family] = ["text-color", "border-color", "font"].map((name) =>
    style.getPropertyValue(`--st-${name}`).trim(),
  );
  const behind = ground(holder);
  const axis = {
    gridcolor: line,
    zerolinecolor: line,
    linecolor: line,
    tickcolor: line,
    tickfont: { color: text },
    title: { font: { color: text } },
    automargin: true,
  };
  const scene = { ...axis, backgroundcolor: behind, showbackground: false };
  return {
    layout: {
      font: { family, color: text },
      // In the corner, the first label below would touch the lowest one at the left.
      xaxis: { ...axis, showgrid: false, zeroline: false, ticklabelstandoff: 8 },
      yaxis: axis,
      scene: { xaxis: scene, yaxis: scene, zaxis: scene },
      hoverlabel: { bgcolor: behind, bordercolor: line, font: { family, color: text }, align: "left" },
      legend: { font: { color: text }, bgcolor: "rgba(0, 0, 0, 0)" },
    },
  };
}
