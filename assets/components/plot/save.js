// Saves a figure as a file, for slides and papers: Plotly draws it anew in the browser, and nothing is sent.
import { make, makeButton } from "../../lib/dom.js";
import { toolButton } from "./tools.js";

/** @typedef {{ data: any[], layout: Record<string, any> }} Figure */

const KINDS = { svg: "SVG, sharp at any size", png: "PNG, twice this size" };
const SCALES = { svg: 1, png: 2 };
const LONGEST_NAME = 80;
const GAP = 4; // pixels between the button and its menu

/**
 * The name of a figure's file: what its text alternative says before its first stop.
 *
 * @type {(alt: string) => string}
 */
export function nameOf(alt) {
  const [title] = alt.split(/[.:;](?:\s|$)/);
  // What no file system takes, or what would begin another folder.
  const name = title.replace(/[\\/:*?"<>|\p{C}]+/gu, " ").replace(/\s+/g, " ").replace(/^[. ]+/, "").trim();
  return name.slice(0, LONGEST_NAME).trim() || "figure";
}

/**
 * A figure as a person turned, moved and chose it: the drawing knows. Not the drawing's own data, which Plotly filled
 * with what it decoded.
 *
 * @type {(figure: Figure, drawing: any, ground: string) => Figure}
 */
export function asSeen({ data, layout }, drawing, ground) {
  const seen = { ...layout, paper_bgcolor: ground };
  for (const [name, part] of Object.entries(drawing.layout ?? {})) {
    if (/^scene\d*$/.test(name) && part.camera) seen[name] = { ...layout[name], camera: part.camera };
    if (/^[xy]axis\d*$/.test(name) && part.range && layout[name]?.fixedrange === false)
      seen[name] = { ...layout[name], range: [...part.range] };
  }
  const shown = data.map((trace, place) => {
    const { visible } = drawing.data?.[place] ?? {};
    return visible === undefined ? trace : { ...trace, visible };
  });
  return { data: shown, layout: seen };
}

/**
 * The button and its menu.
 *
 * @type {(tools: Element, save: (format: "svg" | "png") => Promise<void>) => void}
 */
export function addSaveMenu(tools, save) {
  const button = toolButton("save", "Save this figure as a file", () => {});
  const menu = make("div", "", "save-menu");
  menu.popover = "auto";
  menu.setAttribute("role", "group");
  menu.setAttribute("aria-label", "Save this figure");
  for (const format of /** @type {("svg" | "png")[]} */ (Object.keys(KINDS))) {
    menu.append(
      makeButton(KINDS[format], "control boxed", () => {
        menu.hidePopover();
        button.focus();
        save(format);
      }),
    );
  }
  button.popoverTargetElement = menu;
  const close = () => menu.hidePopover();
  menu.addEventListener("toggle", (/** @type {any} */ { newState }) => {
    if (newState !== "open") return removeEventListener("scroll", close, true);
    const at = button.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const room = document.documentElement.clientWidth - width - GAP;
    menu.style.left = `${Math.max(Math.min(at.right - width, room), GAP)}px`;
    const below = at.bottom + GAP;
    menu.style.top = `${below + height < innerHeight ? below : at.top - GAP - height}px`;
    /** @type {HTMLElement} */ (menu.firstElementChild).focus({ preventScroll: true });
    addEventListener("scroll", close, { capture: true, once: true });
  });
  tools.append(button, menu);
}

/** Write the file. @type {(Plotly: any, figure: Figure, format: "svg" | "png", name: string) => Promise<void>} */
export async function download(Plotly, { data, layout }, format, name) {
  const { width, height } = layout;
  await Plotly.downloadImage({ data, layout }, { format, filename: name, width, height, scale: SCALES[format] });
}
