// Tells the server how many pixels wide the page's content is, so that figures get the size they are shown at.
import { contentBlock } from "../../lib/selectors.js";

export default function ({ data, setStateValue }) {
  const main = contentBlock();
  if (!main) return;
  let sent = data.width;
  let waiting;
  const tell = () => {
    const style = getComputedStyle(main);
    const inner = main.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const width = Math.floor(inner / data.step) * data.step;
    if (width > 0 && width !== sent) {
      sent = width;
      setStateValue("width", width);
    }
  };
  const observer = new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, 150);
  });
  observer.observe(main);
  return () => {
    clearTimeout(waiting);
    observer.disconnect();
  };
}
