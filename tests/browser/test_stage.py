"""The stage with a real mouse, a finger and the keyboard: it answers without the server, and with torch's numbers."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.app import collect_errors, new_context, open_page, wait_until_idle
from tests.browser.audit import faults
from tests.browser.test_audit import ALLOWED, asked
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.inspection.probe import Probe, probe
from visualizer.ui.parts.dataset_view import examples
from visualizer.ui.state.models import bundled_network

SEVEN = [(0.3, 0.15), (0.7, 0.15), (0.45, 0.88)]  # shares of the paper, right and down
_POINTED = re.compile(r"(?:Conv2D|MaxPooling2D), map (\d+), row (\d+), column (\d+) = (.+)")


@pytest.fixture(scope="module")
def seen() -> Probe:
    """The picture that Home opens with, by torch."""
    dataset, network = load_dataset("digits"), bundled_network()
    (index,) = (at for at in examples(dataset, dataset.test, 1) if dataset.labels[at] == 3)
    return probe(network, prepare(dataset.pictures[[index]], network.input_shape)[0])


@pytest.fixture
def home(page: Page) -> tuple[Page, list[str]]:
    """Home, drawn, and a list of what the browser sends to the server from then on."""
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append("message")))
    open_page(page, "/")
    expect(what(page)).to_have_text(re.compile("^The answer is 3 with "))
    sent.clear()
    return page, sent


def what(page: Page) -> Locator:
    return page.locator(".stage .what")


def column(page: Page, number: int) -> tuple[float, float, float, float]:
    """Where the tiles of a column are: left, top, width, height."""
    box = page.locator(".stage .scene > canvas").nth(number).bounding_box()
    assert box is not None
    return box["x"] + 6, box["y"] + 6, box["width"] - 13, box["height"] - 13


def point_at(page: Page, number: int, right: float, down: float) -> None:
    x, y, width, height = column(page, number)
    page.mouse.move(x + right * width, y + down * height)


def number_of(text: str) -> float:
    return float(text.replace("−", "-"))


def pointed(page: Page) -> tuple[int, int, int, float]:
    """Map, row and column from 0, and the number that the stage says is there."""
    found = _POINTED.fullmatch(what(page).inner_text())
    assert found is not None, what(page).inner_text()
    index, row, across = (int(part) - 1 for part in found.groups()[:3])
    return index, row, across, number_of(found[4])


@pytest.mark.parametrize("layer", [0, 1, 2, 3])
def test_what_one_points_at_is_torchs_number_and_nothing_is_sent(home, seen: Probe, layer: int) -> None:
    page, sent = home
    for right, down in ((0.1, 0.05), (0.3, 0.4), (0.15, 0.95)):
        point_at(page, layer + 1, right, down)
        expect(what(page)).to_have_text(_POINTED)
        index, row, across, value = pointed(page)
        assert value == pytest.approx(float(seen.layers[layer].output[index, row, across]), rel=2e-3, abs=1e-6)
    assert "of the picture" in page.locator(".stage .more").inner_text()
    assert sent == []


def test_a_click_goes_into_the_calculation_and_escape_leads_out(home, seen: Probe) -> None:
    page, sent = home
    x, y, width, height = column(page, 3)
    page.mouse.click(x + 0.3 * width, y + 0.4 * height)
    inside = page.get_by_role("region", name="Inside one number")
    expect(inside).to_be_visible()
    value = number_of(inside.locator(".value strong").inner_text())
    place = re.search(r"map (\d+), row (\d+), column (\d+)", inside.locator(".crumbs").inner_text())
    assert place is not None
    index, row, across = (int(part) - 1 for part in place.groups())
    assert value == pytest.approx(float(seen.layers[2].output[index, row, across]), rel=2e-3, abs=1e-6)
    # Three of eight maps with nine products each, and all of them in the sum.
    expect(inside.locator(".term")).to_have_count(3)
    parts = [number_of(text) for text in inside.locator(".result strong").all_inner_texts()]
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=5e-3)
    # Another number of the map by keyboard, then the window slides by itself.
    field = inside.get_by_role("application")
    field.focus()
    field.press("ArrowDown" if row < 3 else "ArrowUp")
    expect(inside.locator(".crumbs")).not_to_contain_text(place[0])
    inside.get_by_role("button", name="Play").click()
    expect(inside.locator(".crumbs")).to_contain_text("row 4, column 4", timeout=15_000)
    page.keyboard.press("Escape")
    expect(inside).to_be_hidden()
    assert sent == []


@pytest.mark.parametrize(("number", "word"), [(2, "largest of the window"), (6, "Sum of all products")])
def test_every_kind_of_layer_says_how_it_computes(home, number: int, word: str) -> None:
    page, _ = home
    x, y, width, height = column(page, number)
    page.mouse.click(x + 0.5 * width, y + 0.35 * height)
    expect(page.locator(".operation .result")).to_contain_text(word)
    page.get_by_role("button", name="← Back").click()
    expect(page.locator(".operation")).to_be_hidden()


def test_it_plays_to_the_answer_with_a_sentence_for_each_layer(home) -> None:
    page, sent = home
    page.locator(".stage .pace").select_option("0.6")
    page.locator(".stage .bar").get_by_role("button", name="Play").click()
    for words in ("1 Conv2D", "2 MaxPooling2D", "6 Dense"):
        expect(what(page)).to_have_text(words)
    expect(what(page)).to_have_text(re.compile("^The answer is 3 with "))
    assert sent == []


def test_another_picture_and_a_drawing_move_every_map_without_the_server(home) -> None:
    page, sent = home
    page.locator(".stage .strip").get_by_role("radio", name="7").first.click()
    expect(what(page)).to_have_text(re.compile("^The answer is 7 with .* It is right.$"))
    before = int(page.locator(".stage").get_attribute("data-shown") or 0)
    paper = page.get_by_role("application", name="Paper to draw on").bounding_box()
    assert paper is not None
    for at, (right, down) in enumerate(SEVEN):
        page.mouse.move(paper["x"] + right * paper["width"], paper["y"] + down * paper["height"], steps=6)
        if not at:
            page.mouse.down()
    page.mouse.up()
    expect(what(page)).to_have_text(re.compile(r"^The answer is 7 with [\d.]+%\.$"))
    assert int(page.locator(".stage").get_attribute("data-shown") or 0) > before + 3
    assert sent == []


def test_the_keyboard_goes_everywhere(home, seen: Probe) -> None:
    page, sent = home
    stage = page.get_by_role("application", name=re.compile("^The network: a picture of 8 × 8 × 1; Conv2D, 8 × 8 × 8;"))
    stage.focus()
    stage.press("ArrowRight")
    expect(what(page)).to_contain_text("Picture, brightness")
    stage.press("ArrowRight")
    stage.press("ArrowDown")
    stage.press("Shift+ArrowLeft")
    expect(what(page)).to_have_text(_POINTED)
    index, row, across, value = pointed(page)
    assert (index, row, across) == (1, 4, 3)
    assert value == pytest.approx(float(seen.layers[0].output[index, row, across]), rel=2e-3, abs=1e-6)
    stage.press("Enter")
    expect(page.locator(".operation")).to_be_visible()
    expect(page.get_by_role("button", name="← Back")).to_be_focused()
    page.keyboard.press("Escape")
    expect(stage).to_be_focused()
    stage.press("Escape")
    expect(what(page)).to_contain_text("The answer is 3")
    assert sent == []


def test_a_title_opens_the_whole_layer_below(page: Page) -> None:
    open_page(page, "/look_inside")
    page.get_by_text("Ready-made: digits").click()
    wait_until_idle(page)
    page.locator(".stage .head button", has_text="Conv2D").nth(1).click()
    wait_until_idle(page)
    expect(page.get_by_role("radio", name="3 Conv2D 16, 3 × 3")).to_be_checked()


def test_what_lies_below_the_stage_is_of_the_chosen_picture(page: Page) -> None:
    open_page(page, "/look_inside")
    page.get_by_text("Ready-made: digits").click()
    wait_until_idle(page)
    page.locator(".stage .strip").get_by_role("radio", name="7").click()
    expect(what(page)).to_have_text(re.compile("^The answer is 7 with .* It is right.$"))
    expect(page.get_by_role("combobox", name="Class")).to_have_value("7")
    wait_until_idle(page)
    expect(page.locator(".stage .strip").get_by_role("radio", name="7")).to_be_checked()


def test_the_projector_shows_the_stage_alone_and_twice_as_large(home) -> None:
    page, sent = home
    small = column(page, 1)
    switch = page.get_by_role("button", name="Projector")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    box = page.locator(".stage").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 1280)
    assert column(page, 1) != small
    point_at(page, 1, 0.5, 0.1)
    expect(what(page)).to_have_text(_POINTED)
    page.keyboard.press("Escape")
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert column(page, 1) == small
    assert sent == []


def test_a_finger_points_first_and_opens_then(browser: Browser, app_url: str) -> None:
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    open_page(page, "/")
    expect(what(page)).to_contain_text("The answer is 3")
    page.locator(".stage .scroller").scroll_into_view_if_needed()
    x, y, width, height = column(page, 1)
    page.touchscreen.tap(x + width / 2, y + height / 2 + 12)
    expect(what(page)).to_have_text(_POINTED)
    expect(page.locator(".operation")).to_be_hidden()
    page.get_by_role("button", name="Open this number").click()
    expect(page.locator(".operation")).to_be_visible()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    context.close()
    assert not errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wrong_with_it_while_it_is_open(page: Page, scheme, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_page(page, "/")
    expect(what(page)).to_contain_text("The answer is 3")
    stage = page.locator(".stage .scroller")
    stage.focus()
    for key in ("ArrowRight", "ArrowRight"):
        stage.press(key)
    for opens in (False, True):
        if opens:
            stage.press("Enter")
            expect(page.locator(".operation")).to_be_visible()
        found = [finding["words"] for finding in asked(page, list(ALLOWED)) if not finding["allowed"]]
        assert found + faults(page) == []


def test_numbers_agree_with_torch_in_a_vector_too(home, seen: Probe) -> None:
    page, _ = home
    point_at(page, 6, 0.5, 0.35)
    expect(what(page)).to_have_text(re.compile("^Dense, 3 = "))
    assert number_of(what(page).inner_text().split(" = ")[1]) == pytest.approx(
        float(np.max(seen.layers[5].output)), abs=1e-3
    )
