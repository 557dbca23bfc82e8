// Explains a word of a text where one points at it, taps on it, or comes to it with the Tab key.
// Such a word is a link to "#word-…" whose title is the explanation: visualizer/ui/kit/glossary.py writes it.
import { make } from "../../lib/dom.js";
import { wholeApp } from "../../lib/selectors.js";

const WORD = 'a[href^="#word-"]';
const GAP = 6; // pixels between a word and its explanation

// One for all words, however often the page is drawn anew.
const theTip = () =>
  document.getElementById("word-tip") ??
  document.body.appendChild(Object.assign(make("div"), { id: "word-tip", role: "tooltip", hidden: true }));

export default function () {
  const tip = theTip();
  let shown;

  const hide = () => {
    if (!shown) return;
    shown.title = tip.textContent;
    shown.removeAttribute("aria-describedby");
    shown = undefined;
    tip.hidden = true;
  };

  const show = (word) => {
    if (word === shown) return;
    hide();
    tip.textContent = word.title;
    // The browser would show it a second time.
    word.removeAttribute("title");
    word.setAttribute("aria-describedby", tip.id);
    shown = word;
    const page = getComputedStyle(wholeApp());
    Object.assign(tip.style, { color: page.color, background: page.backgroundColor, fontFamily: page.fontFamily });
    tip.hidden = false;
    const [line] = word.getClientRects();
    const { width, height } = tip.getBoundingClientRect();
    const room = document.documentElement.clientWidth - width - GAP;
    tip.style.left = `${Math.max(Math.min(line.left, room), GAP)}px`;
    const below = line.bottom + GAP;
    tip.style.top = `${below + height < innerHeight ? below : line.top - GAP - height}px`;
  };

  const wordAt = (event) => event.target.closest?.(WORD);
  const listeners = {
    pointerover: (event) => event.pointerType === "mouse" && wordAt(event) && show(wordAt(event)),
    pointerout: (event) => event.pointerType === "mouse" && shown !== document.activeElement && wordAt(event) && hide(),
    focusin: (event) => (wordAt(event) ? show(wordAt(event)) : hide()),
    focusout: hide,
    keydown: (event) => event.key === "Escape" && hide(),
    scroll: hide,
    click: (event) => {
      const word = wordAt(event);
      if (!word) return hide();
      // It leads nowhere, and what it stands in, such as a label, is not meant.
      event.preventDefault();
      event.stopPropagation();
      show(word);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener, true);
  return () => {
    hide();
    for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener, true);
  };
}
