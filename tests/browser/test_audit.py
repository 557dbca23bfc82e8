"""Every page, wide and narrow, light and dark, is asked by axe-core and by our own audit what is wrong with it.

axe-core: https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
"""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.app import Scheme, wait_until_idle
from tests.browser.audit import faults
from tests.browser.states import states

WIDE, NARROW = (1280, 800), (390, 844)
Look = tuple[tuple[int, int], Scheme]
# A page is seen in all four, what opens on it in both sizes and both themes.
PAGE: tuple[Look, ...] = ((WIDE, "light"), (WIDE, "dark"), (NARROW, "dark"), (NARROW, "light"))
OPENED: tuple[Look, ...] = ((WIDE, "light"), (NARROW, "dark"))
# Rule, and what holds the elements that may break it: Streamlit's own, which the app cannot change.
ALLOWED = {
    ("list", '[data-testid="stSidebarNav"]'): "Streamlit puts the headings of its page list among the items",
    ("listitem", '[data-testid="stSidebarNav"]'): "Streamlit puts the items of a section into a div of their own",
}

_ASK = """
async (allowed) => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return bad.flatMap(({ id, impact, nodes }) => nodes.map((node) => {
    const outermost = document.querySelector([node.target[0]].flat()[0]);
    const place = allowed.find(([rule, selector]) => rule === id && outermost?.closest(selector));
    const summary = node.failureSummary.split('\\n')[1]?.trim();
    return { allowed: place ?? null, words: `${id} (${impact}): ${node.html.slice(0, 160)}: ${summary}` };
  }));
}
"""


def asked(page: Page, allowed: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """The serious and critical findings of axe-core, each with the entry of `allowed` that it falls under, or None."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(_ASK, [list(entry) for entry in allowed])
    return found


def test_no_page_has_a_serious_finding_a_cut_label_or_a_scroll_bar_for_nothing(page: Page) -> None:
    wrong: list[str] = []
    occurred: set[tuple[str, ...]] = set()
    for state in states(page):
        for (width, height), scheme in OPENED if "," in state else PAGE:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(200)  # Until the page has told the server its new width.
            wait_until_idle(page)
            found = asked(page, list(ALLOWED))
            occurred |= {tuple(finding["allowed"]) for finding in found if finding["allowed"]}
            words = [finding["words"] for finding in found if not finding["allowed"]]
            words += faults(page)
            wrong += [f"{state}, {width}, {scheme}: {line}" for line in words]
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        page.emulate_media(color_scheme="light")
        wait_until_idle(page)
    assert not wrong, "\n".join(wrong)
    assert occurred == set(ALLOWED), "What is not found any more must not be allowed any more"
