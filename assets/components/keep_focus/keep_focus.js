// Keeps the keyboard's focus in a row of buttons: where the one that was pressed is replaced (Start by Pause), grey or
// gone, the focus would fall to the top of the page. The button at its place gets it then.
import { withKey } from "../../lib/selectors.js";

const places = new Map(); // by row: the place of the button that has the focus, or had it when it went

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
  row.addEventListener(
    "focusin",
    (/** @type {any} */ { target }) => places.set(data.row, buttons().indexOf(target.closest("button"))),
    { signal },
  );
  // To somewhere else by a person's own will: a button that goes has nowhere to give it to.
  const left = (/** @type {any} */ to) => to && !row.contains(to) && places.delete(data.row);
  row.addEventListener("focusout", ({ relatedTarget }) => left(relatedTarget), { signal });
  document.addEventListener("pointerdown", ({ target }) => left(target), { signal });
  const observer = new MutationObserver(keep);
  observer.observe(row, { subtree: true, childList: true, attributeFilter: ["disabled"] });
  keep();
  return () => {
    ended.abort();
    observer.disconnect();
  };
}
