// Saves what a component shows as a file, for slides and papers, in the browser: nothing is sent. Plotly's figures save
// themselves (components/plot/save.js).
import { make } from "./dom.js";
import { drawn, LEFT_OUT } from "./drawn.js";
import { addSaveMenu, nameOf, SCALES } from "./figure_tools.js";

/** @typedef {import("./figure_tools.js").Format} Format */

/** Put the menu at a component's root, once. @type {(root: Element) => void} */
export function offerSaving(root) {
  if (root.classList.contains("chart")) return;
  root.classList.add("chart");
  const tools = make("div", "", "chart-tools");
  addSaveMenu(tools, (format) => save(root, format));
  root.append(tools);
}

/** @type {(root: Element, format: Format) => Promise<void>} */
async function save(root, format) {
  root.querySelector(":scope > [role=alert]")?.remove();
  try {
    const picture = drawn(root);
    const named = [...root.querySelectorAll("[aria-label]")].find((element) => !element.closest(LEFT_OUT));
    download(await (format === "svg" ? asSvg(picture) : asPng(picture)), `${nameOf(named?.ariaLabel ?? "")}.${format}`);
  } catch (error) {
    console.error("A figure could not be saved:", error);
    root.append(Object.assign(make("p", "This figure could not be saved: reload the page."), { role: "alert" }));
  }
}

/** @type {(picture: SVGElement) => Blob} */
const asSvg = (picture) => new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" });

/** @type {(picture: SVGElement) => Promise<Blob>} */
async function asPng(picture) {
  const canvas = make("canvas");
  // The drawing itself is made larger, so that its letters and lines are sharp.
  for (const side of /** @type {const} */ (["width", "height"])) {
    canvas[side] = SCALES.png * Number(picture.getAttribute(side));
    picture.setAttribute(side, String(canvas[side]));
  }
  const image = new Image();
  image.src = URL.createObjectURL(asSvg(picture));
  await image.decode();
  canvas.getContext("2d").drawImage(image, 0, 0);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large."))), "image/png");
  });
}

/** @type {(file: Blob, name: string) => void} */
function download(file, name) {
  const link = Object.assign(make("a"), { href: URL.createObjectURL(file), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
