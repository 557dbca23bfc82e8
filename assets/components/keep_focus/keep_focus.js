// Keeps the keyboard's focus in a row of buttons: where the one that was pressed is replaced (Start by Pause), grey or
// gone, the focus would fall to the top of the page. The button at its place gets it then. And where a button opens a
// menu, the menu gets it.
import { withKey } from "../../lib/selectors.js";

const FOLLOWS = Node.DOCUMENT_POSITION_FOLLOWING;
const LOOK_FOR_MENU = { every: 100, times: 15 }; // milliseconds
const places = new Map(); // by row: the place of the button that has the focus, or had it when it went

// A menu waits for all transitions of the page before it takes the focus. An element that was removed in the middle of
// one keeps it waiting for good.
function enterMenu(times = LOOK_FOR_MENU.times) {
  const menu = document.querySelector('[role="menu"]');
  if (menu?.contains(document.activeElement) || !times) return;
  /** @type {HTMLElement | null | undefined} */ (menu?.querySelector('[role="menuitem"]'))?.focus();
  setTimeout(enterMenu, LOOK_FOR_MENU.every, times - 1);
}

export default function ({ data }) {
  const row = withKey(data.row);
  if (!row) return;
  // Streamlit has some twice, once without a place on the screen.
  const buttons = () => [...row.querySelectorAll("button")].filter((button) => button.getClientRects().length);
  const keep = () => {
    const active = document.activeElement;
    if (!places.has(data.row) || (active !== document.body && !active.matches(":disabled"))) return;
    const all = buttons();
    const free = all.filter((button) => !button.disabled);
    (free.find((button) => all.indexOf(button) >= places.get(data.row)) ?? free.at(-1))?.focus({ preventScroll: true });
  };
  const ended = new AbortController();
  const { signal } = ended;
  // Of a field, the button before it.
  const isUpTo = (target) => (button) => button.contains(target) || button.compareDocumentPosition(target) & FOLLOWS;
  const remember = (target) => places.set(data.row, buttons().findLastIndex(isUpTo(target)));
  row.addEventListener("focusin", ({ target }) => remember(target), { signal });
  // To somewhere else by a person's own will: a button that goes has nowhere to give it to. A button's menu lies above
  // the page, and belongs to it.
  const left = (/** @type {any} */ to) =>
    to && !row.contains(to) && !to.closest?.('[role="menu"]') && places.delete(data.row);
  row.addEventListener(
    "focusout",
    ({ target, relatedTarget }) => {
      // It may have moved with what was put above it.
      if (row.contains(/** @type {Node} */ (target))) remember(target);
      left(relatedTarget);
    },
    { signal },
  );
  document.addEventListener("pointerdown", ({ target }) => left(target), { signal });
  row.addEventListener(
    "keydown",
    (/** @type {any} */ { key, target }) => {
      const opens = ["Enter", " ", "ArrowDown"].includes(key) && target.closest('[aria-haspopup="menu"]');
      if (opens) setTimeout(enterMenu, LOOK_FOR_MENU.every);
    },
    { signal },
  );
  const observer = new MutationObserver(keep);
  observer.observe(row, { subtree: true, childList: true, attributeFilter: ["disabled"] });
  keep();
  return () => {
    ended.abort();
    observer.disconnect();
  };
}
