// Shows the picture of the point of a chart that is pointed at or tapped, cut from one sheet of all pictures.
export default function ({ data, parentElement }) {
  const main = document.querySelector('[data-testid="stMain"]');
  const tip = parentElement.querySelector(".tip");
  const [picture, words] = [tip.querySelector("i"), tip.querySelector("span")];
  const { chart: key, sheet, columns, rows, size, captions } = data;
  let chart = null;
  picture.style.cssText = `width: ${size}px; height: ${size}px; background-image: url(${sheet});
    background-size: ${columns * size}px ${rows * size}px;`;
  const show = ({ points: [point] }) => {
    const place = point.customdata;
    if (!(place in captions)) return;
    picture.style.backgroundPosition = `${-(place % columns) * size}px ${-Math.floor(place / columns) * size}px`;
    words.textContent = captions[place];
    tip.dataset.place = place;
  };
  const attach = () => {
    const found = main.querySelector(`.st-key-${key} .js-plotly-plot`);
    if (found === chart || !found?.on) return;
    chart = found;
    chart.on("plotly_hover", show);
    chart.on("plotly_click", show);
  };
  const observer = new MutationObserver(attach);
  observer.observe(main, { childList: true, subtree: true });
  attach();
  return () => {
    observer.disconnect();
    chart?.removeListener?.("plotly_hover", show);
    chart?.removeListener?.("plotly_click", show);
  };
}
