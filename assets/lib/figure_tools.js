// The small buttons at a figure: to save it, and to make a large one larger or smaller. The style is
// figure_tools.css.
import { addSvg, make, makeButton } from "./dom.js";

/** @typedef {"svg" | "png"} Format */

/** @type {Record<Format, string>} */
const KINDS = { svg: "SVG, sharp at any size", png: "PNG, twice this size" };
export const SCALES = { svg: 1, png: 2 };
const LONGEST_NAME = 80;
const GAP = 4; // pixels between the button and its menu

/** The lines of the icons, in a square of 24. @type {Record<string, string>} */
const ICONS = {
  save: "M12 4v11M7 10l5 5 5-5M5 20h14",
  smaller: "M5 12h14",
  larger: "M5 12h14M12 5v14",
  whole: "M9 5H4v14h5M15 5h5v14h-5M8 12h8",
};

/** @type {(icon: string, words: string, onclick: () => void) => HTMLButtonElement} */
export function toolButton(icon, words, onclick) {
  const button = makeButton("", "control boxed tool", onclick);
  const drawing = addSvg(button, "svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  addSvg(drawing, "path", { d: ICONS[icon] });
  button.title = words;
  button.setAttribute("aria-label", words);
  return button;
}

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
 * The button and its menu.
 *
 * @type {(tools: Element, save: (format: Format) => Promise<void>) => void}
 */
export function addSaveMenu(tools, save) {
  const button = toolButton("save", "Save this figure as a file", () => {});
  const menu = make("div", "", "save-menu");
  menu.popover = "auto";
  menu.setAttribute("role", "group");
  menu.setAttribute("aria-label", "Save this figure");
  for (const format of /** @type {Format[]} */ (Object.keys(KINDS))) {
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

/** @type {Element | undefined} The figure that was tapped last, which shows its tools until another place is. */
let tapped;

document.addEventListener(
  "pointerdown",
  (event) => {
    tapped?.removeAttribute("data-tapped");
    // A figure may be in a tree of its own, of which `event.target` tells nothing.
    const figures = event.composedPath().filter((part) => part instanceof Element && part.matches(".chart"));
    tapped = event.pointerType === "mouse" ? undefined : /** @type {Element} */ (figures[0]);
    tapped?.setAttribute("data-tapped", "");
  },
  { capture: true },
);
