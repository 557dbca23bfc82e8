"""The states in which the app is audited: every page as it opens, and what opens on it."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.browser.app import open_on_train, open_page, train, wait_until_idle
from tests.data.marked import FILES
from tests.data.own import zipped
from tests.navigation import CONCEPTS

# A network that another one replaces, with a part that is left out, and a Dense that does not fit.
ODD_SOURCE = "m = Sequential([Input((8, 8, 1)), Conv2D(4, 3), Mystery(3), Dense(10)])"


def states(page: Page) -> Iterator[str]:
    """Bring the page from one state to the next, and yield the name of each; the window may change in between."""
    for path in ("/", *(f"/{name}" for name in CONCEPTS)):
        open_page(page, path)
        yield path
    yield from _parts(page, "/detection", "Grid cells", "Non-maximum suppression", "Threshold")
    yield from _parts(page, "/segmentation", "Down and up", "Skip connections", "How good is a mask?")
    yield from _parts(page, "/generation", "Reparameterisation", "GAN", "Diffusion")
    yield from _build(page)
    yield from _train(page)
    yield from _look_inside(page)
    yield from _compare(page)
    for network in ("Detects shapes", "Removes noise from digits"):
        yield from _other_task(page, network)


def settle(page: Page) -> None:
    page.wait_for_timeout(600)  # What opens grows for 0.5 s.
    wait_until_idle(page)


def _tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    settle(page)


def _go(page: Page, name: str) -> None:
    """By the app's own links: the address, opened anew, would be another person's."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    settle(page)


def _parts(page: Page, path: str, *tabs: str) -> Iterator[str]:
    open_page(page, path)
    for tab in tabs:
        page.get_by_role("tab", name=tab).click()
        settle(page)
        yield f"{path}, {tab}"


def _build(page: Page) -> Iterator[str]:
    open_page(page, "/build")
    page.get_by_role("button", name="Start from the gallery").click()
    settle(page)
    expect(page.get_by_role("button", name="Open EfficientNet-B0")).to_be_visible()
    yield "/build, the gallery"
    page.keyboard.press("Escape")
    page.get_by_text("Conv2D 8, 3 × 3").click()
    settle(page)
    yield "/build, a layer opened"
    page.get_by_role("button", name="Download").click()
    settle(page)
    yield "/build, a menu opened"
    page.keyboard.press("Escape")
    page.get_by_text("Paste code", exact=True).click()
    settle(page)
    page.get_by_role("textbox", name="Source code").fill(ODD_SOURCE)
    page.get_by_role("button", name="Build it").click()
    settle(page)
    expect(page.get_by_text("does not fit").first).to_be_visible()
    yield "/build, a network that does not fit"
    page.get_by_role("button", name="Undo").click()
    settle(page)
    page.get_by_role("button", name="Menu of layer 3").click()
    page.get_by_role("menuitem", name="Skip connection from …").click()
    settle(page)
    yield "/build, a skip connection to be chosen"
    page.get_by_role("button", name="Connect", exact=True).click()
    settle(page)
    page.get_by_role("button", name="Menu of layer 4").click()
    page.get_by_role("menuitem", name="Fold into a block …").click()
    settle(page)
    page.get_by_role("button", name="Fold", exact=True).click()
    settle(page)
    expect(page.get_by_text("It reads layer 3 and layer 2.")).to_be_visible()
    yield "/build, a branch and a block"


def _train(page: Page) -> Iterator[str]:
    open_page(page, "/train")
    yield "/train"
    train(page, 2)
    settle(page)
    yield "/train, after a run"
    for tab in ("Health", "Time machine", "Evaluation"):
        _tab(page, tab)
        yield f"/train, {tab}"
    page.get_by_role("button", name="Get a link to my work").click()
    settle(page)
    yield "/train, a dialog"
    page.keyboard.press("Escape")
    yield from _own_pictures(page)


def _other_task(page: Page, network: str) -> Iterator[str]:
    """The pages of a run whose answers are drawn in ways that classification does not have."""
    open_on_train(page, f"Open {network}")
    train(page, 1)
    settle(page)
    yield f"/train, {network}"
    for tab in ("Time machine", "Evaluation"):
        _tab(page, tab)
        yield f"/train, {network}, {tab}"


def _own_pictures(page: Page) -> Iterator[str]:
    page.get_by_text("Your own pictures").click()
    page.get_by_text("A ZIP with a folder").wait_for()
    # Until a class has a name, Streamlit's label of the grey upload has less contrast than axe-core asks for.
    name = page.get_by_role("textbox", name="Or name a class")
    name.fill("cup")
    name.press("Enter")
    settle(page)
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(
        {"name": "set.zip", "mimeType": "application/zip", "buffer": zipped(FILES["coco"])}
    )
    expect(page.get_by_text("14 of 14 pictures")).to_be_visible(timeout=30_000)
    page.get_by_text("Mark the pictures").click()
    settle(page)
    yield "/train, boxes on one's own pictures"
    page.get_by_role("button", name="With numbers instead").click()
    settle(page)
    yield "/train, boxes with numbers"
    page.keyboard.press("Escape")
    page.locator(".st-key-own-kind").get_by_text("Masks").click()
    settle(page)
    yield "/train, masks on one's own pictures"


def _look_inside(page: Page) -> Iterator[str]:
    _go(page, "Look inside")
    expect(page.get_by_text(re.compile("Mine after"))).to_be_visible()
    yield "/look_inside"
    for tab in ("Filters", "Why this class?"):
        _tab(page, tab)
        yield f"/look_inside, {tab}"
    page.get_by_role("radio", name="Draw").click()
    settle(page)
    yield "/look_inside, a paper"
    page.get_by_role("button", name="Save or open a network").click()
    settle(page)
    yield "/look_inside, a menu opened"
    page.keyboard.press("Escape")


def _compare(page: Page) -> Iterator[str]:
    _go(page, "Compare")
    expect(page.get_by_role("heading", name="Compare runs")).to_be_visible()
    yield "/compare"
