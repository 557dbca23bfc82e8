"""How charts behave in a real browser: they are changed, not made anew, and follow the window and the theme."""

import gzip
import re
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import collect_errors, new_context, open_from_gallery, open_page, wait_until_idle
from tests.browser.modules import call, open_modules
from visualizer.figures.volumes import LEGEND_HEIGHT

DRAWN = ".st-key-volumes .js-plotly-plot"


def test_a_chart_whose_data_change_stays_the_same_element(page: Page):
    open_page(page, "/build")
    expect(page.locator(f"{DRAWN} text").filter(has_text="8 × 8 × 8")).to_have_count(1)
    page.get_by_text("Conv2D 8, 3 × 3").click()
    wait_until_idle(page)
    # Not before: while a page loads, its charts may be made twice. What stays is a chart whose data change.
    page.evaluate(f"() => {{ window.drawn = document.querySelector('{DRAWN}'); }}")
    filters = page.get_by_role("spinbutton", name="Filters")
    filters.fill("12")
    filters.press("Enter")
    wait_until_idle(page)
    # What is out of sight changes when it is looked at.
    page.locator(DRAWN).scroll_into_view_if_needed()
    expect(page.locator(f"{DRAWN} text").filter(has_text="8 × 8 × 12")).to_have_count(1)
    assert page.evaluate(f"() => window.drawn === document.querySelector('{DRAWN}')")
    expect(page.get_by_role("figure", name=re.compile("8 × 8 × 12"))).to_be_visible()


def test_a_chart_follows_the_width_of_the_window_and_the_colours_of_the_theme(page: Page):
    open_page(page, "/activations")
    drawn = page.locator(".js-plotly-plot").first
    text = drawn.locator("text").first
    width, colour = drawn.bounding_box()["width"], text.evaluate("text => getComputedStyle(text).fill")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 760, "height": 800})
    expect(text).not_to_have_css("fill", colour)
    wait_until_idle(page)
    page.wait_for_function("([drawn, width]) => drawn.clientWidth < width", arg=[drawn.element_handle(), width])
    overflow = drawn.evaluate("drawn => drawn.querySelector('.main-svg').clientWidth - drawn.parentElement.clientWidth")
    assert overflow <= 0


def test_plotly_comes_compressed_from_the_app_itself_and_is_kept(page: Page):
    with page.expect_response(re.compile("plotly.min.js")) as waiting:
        open_page(page, "/pooling")
    response = waiting.value
    assert response.status == 200
    assert "immutable" in response.headers["cache-control"]
    with urllib.request.urlopen(response.url) as answer:
        script = gzip.decompress(answer.read()).decode()
    assert re.search(r"plotly\.js v\d", script[:200])


def test_a_legend_stands_above_a_figure_that_has_another_size_now(page: Page):
    open_page(page, "/build")
    open_from_gallery(page, "Open ResNet-20")
    drawing = page.locator(DRAWN)
    expect(drawing.locator(".legendtext")).to_have_count(7)
    wait_until_idle(page)
    legend, figure = drawing.locator("g.legend").bounding_box(), drawing.bounding_box()
    assert legend["y"] + legend["height"] <= figure["y"] + LEGEND_HEIGHT


@pytest.mark.parametrize(("path", "wide"), [("/build", ".st-key-volumes .plot"), ("/receptive_field", "stTable")])
def test_what_is_wider_than_a_phone_says_so_and_is_scrolled_by_keyboard(
    browser: Browser, app_url: str, path: str, wide: str
):
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    open_page(page, path)
    region = page.locator(wide) if wide.startswith(".") else page.get_by_test_id(wide).locator("> div")
    expect(region).to_have_attribute("data-wider", "")
    hint = region.evaluate("region => getComputedStyle(region, '::after').content")
    assert hint == '"Wider than the page: scroll sideways."'
    assert region.evaluate("region => getComputedStyle(region).maskImage") != "none"
    region.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    expect(region).to_have_attribute("data-at-its-end", "")
    assert region.evaluate("region => getComputedStyle(region).maskImage") == "none"
    context.close()


def test_what_fits_says_nothing_and_takes_no_focus(page: Page):
    open_page(page, "/build")
    page.wait_for_timeout(500)
    expect(page.locator(DRAWN)).to_be_visible()
    expect(page.locator("[data-wider]")).to_have_count(0)
    assert page.locator(".st-key-volumes .plot").get_attribute("tabindex") is None


def saved(page: Page, chart: str, kind: str) -> Path:
    """The file that a chart's menu makes."""
    page.locator(chart).hover()
    page.locator(f"{chart} ~ .chart-tools").get_by_role("button", name="Save this figure as a file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    assert download.value.suggested_filename.endswith(f".{kind.lower()}")
    return download.value.path()


def test_a_figure_is_saved_as_svg_with_its_texts_and_as_png_of_twice_its_size(page: Page):
    open_page(page, "/build")
    drawing = page.locator(DRAWN)
    drawn = set(drawing.locator("text").all_text_contents())
    box = drawing.locator(".main-svg").first.bounding_box()

    svg = ElementTree.parse(saved(page, ".st-key-volumes .plot", "SVG")).getroot()
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert (float(svg.get("width")), float(svg.get("height"))) == (box["width"], box["height"])
    texts = {"".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert "Input" in texts
    assert drawn <= texts

    with Image.open(saved(page, ".st-key-volumes .plot", "PNG")) as picture:
        assert picture.size == (2 * box["width"], 2 * box["height"])
        assert min(picture.convert("RGBA").getpixel((2, picture.height - 3))) > 250


def test_a_figure_of_decoded_numbers_is_saved_in_the_colours_of_the_theme(browser: Browser, app_url: str):
    context = new_context(browser, 1280, 800, "dark", base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    open_page(page, "/pooling")
    chart = page.locator(".plot").first
    chart.scroll_into_view_if_needed()
    wait_until_idle(page)
    box = chart.locator(".main-svg").first.bounding_box()
    chart.hover()
    page.locator(".chart-tools").first.get_by_role("button", name="Save this figure").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    name = download.value.suggested_filename
    assert chart.get_attribute("aria-label").startswith(name.removesuffix(".png"))
    with Image.open(download.value.path()) as picture:
        assert picture.size == (round(2 * box["width"]), round(2 * box["height"]))
        red, green, blue, opacity = picture.convert("RGBA").getpixel((1, picture.height - 2))
        assert max(red, green, blue) < 60
        assert opacity == 255
        assert len(picture.convert("RGB").getcolors(1_000_000)) > 20
    context.close()
    assert not errors


def test_the_tools_of_a_figure_come_by_keyboard_and_by_touch(browser: Browser, app_url: str):
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    open_page(page, "/build")
    tools = page.locator(".st-key-volumes .chart-tools")
    save = tools.get_by_role("button", name="Save this figure")
    expect(tools).to_have_css("opacity", "0")
    page.locator(DRAWN).tap(position={"x": 40, "y": 120})
    expect(tools).to_have_css("opacity", "1")
    assert min(save.bounding_box()["width"], save.bounding_box()["height"]) >= 44
    page.get_by_role("heading", name="Build a network").tap()
    expect(tools).to_have_css("opacity", "0")
    save.focus()
    expect(tools).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    menu = page.locator(".st-key-volumes .save-menu")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("button").first).to_be_focused()
    inside = menu.bounding_box()
    assert inside["x"] >= 0
    assert inside["x"] + inside["width"] <= 390
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(save).to_be_focused()
    context.close()


def test_the_drawing_of_a_network_is_zoomed_and_moved_and_comes_back(page: Page):
    open_page(page, "/build")
    holder = page.locator(".st-key-volumes .plot")
    width, height = (holder.bounding_box()[side] for side in ("width", "height"))
    drawing = page.locator(f"{DRAWN} .main-svg").first
    drawn = drawing.bounding_box()["width"]
    tools = page.locator(".st-key-volumes .chart-tools")
    holder.hover()
    for _ in range(2):
        tools.get_by_role("button", name="Zoom in").click()
    assert drawing.bounding_box()["width"] > 1.8 * drawn
    assert (holder.bounding_box()["width"], holder.bounding_box()["height"]) == (width, height)
    place = holder.evaluate("holder => [holder.scrollLeft, holder.scrollTop]")
    assert min(place) > 0

    box = holder.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 340, box["y"] + 220, steps=4)
    page.mouse.up()
    moved = holder.evaluate("holder => [holder.scrollLeft, holder.scrollTop]")
    assert moved == pytest.approx([place[0] - 40, place[1] - 20], abs=1)
    # What is under the pointer is still found.
    volumes = [body.bounding_box() for body in page.locator(f"{DRAWN} .scatterlayer .js-fill").all()]
    middles = [(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2) for one in volumes]
    seen = [x for x, y in middles if box["x"] < x < box["x"] + width and box["y"] < y < box["y"] + height]
    x, y = next((x, y) for x, y in middles if x in seen)
    page.mouse.move(x, y)
    expect(page.locator(f"{DRAWN} .hoverlayer text").first).to_be_visible()

    page.keyboard.down("Control")
    page.mouse.wheel(0, 120)
    page.keyboard.up("Control")
    page.wait_for_function(
        "([drawing, width]) => drawing.getBoundingClientRect().width < width",
        arg=[drawing.element_handle(), 1.9 * drawn],
    )
    holder.dblclick(position={"x": 300, "y": 10})
    assert drawing.bounding_box()["width"] == pytest.approx(drawn)
    assert holder.evaluate("holder => [holder.scrollLeft, holder.scrollTop]") == [0, 0]


def test_a_drawing_that_is_a_little_too_wide_is_made_smaller_instead_of_cut(page: Page):
    open_page(page, "/build")
    open_from_gallery(page, "Open ResNet-20")
    holder = page.locator(".st-key-volumes .plot")
    drawing = page.locator(f"{DRAWN} .main-svg").first
    wanted = float(drawing.get_attribute("width"))
    box = holder.bounding_box()
    assert box["width"] < wanted < box["width"] / 0.8
    assert drawing.bounding_box()["width"] == pytest.approx(box["width"], abs=1)
    labels = [label.bounding_box() for label in page.locator(f"{DRAWN} .annotation-text").all()]
    assert len(labels) > 5
    assert max(label["x"] + label["width"] for label in labels) <= box["x"] + box["width"] + 1
    assert holder.evaluate("holder => getComputedStyle(holder, '::after').display") == "none"
    # What is much wider keeps its letters, and begins at its left end.
    open_from_gallery(page, "Open VGG-16")
    assert drawing.bounding_box()["width"] == float(drawing.get_attribute("width")) > box["width"] / 0.8
    assert holder.evaluate("holder => holder.scrollLeft") == 0
    page.get_by_role("button", name="Undo").click()
    wait_until_idle(page)
    assert drawing.bounding_box()["width"] == pytest.approx(box["width"], abs=1)
    # Whoever zooms keeps their size when the drawing changes; two clicks come back to the whole.
    holder.hover()
    page.locator(".st-key-volumes .chart-tools").get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Undo").click()
    wait_until_idle(page)
    transform = "drawing => drawing.closest('.js-plotly-plot').style.transform"
    assert float(drawing.evaluate(transform)[len("scale(") : -1]) > 1
    holder.dblclick(position={"x": 300, "y": 10})
    assert drawing.evaluate(transform) == ""


def test_the_whole_drawing_is_seen_on_a_phone_and_takes_less_room(browser: Browser, app_url: str):
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    open_page(page, "/build")
    holder = page.locator(".st-key-volumes .plot")
    height = holder.bounding_box()["height"]
    holder.tap(position={"x": 40, "y": 120})
    page.locator(".st-key-volumes .chart-tools").get_by_role("button", name="Show the whole drawing").tap()
    box, drawing = holder.bounding_box(), page.locator(f"{DRAWN} .main-svg").first.bounding_box()
    assert drawing["width"] == pytest.approx(box["width"], abs=1)
    assert holder.evaluate("holder => holder.scrollWidth - holder.clientWidth") <= 1
    assert box["height"] < 0.7 * height
    assert holder.evaluate("holder => getComputedStyle(holder, '::after').display") == "none"
    assert holder.evaluate("holder => getComputedStyle(holder).maskImage") == "none"
    context.close()


@pytest.mark.parametrize(
    ("alt", "name"),
    [
        ("The network “A/B” from left to right: Input 8 × 8.", "The network “A B” from left to right"),
        ("Loss: 1.5 to 0.2.", "Loss"),
        ("1.5 times as large. More.", "1.5 times as large"),
        ("../..\\x", "x"),
        ("", "figure"),
        ("long " * 40, ("long " * 16).strip()),
    ],
)
def test_a_file_is_named_after_its_figure(page: Page, alt: str, name: str):
    open_modules(page)
    assert call(page, "lib/figure_tools.js", "nameOf", alt) == name


def test_a_figure_is_saved_as_it_was_turned_and_chosen_from_its_own_data(page: Page):
    open_modules(page)
    figure = {
        "data": [{"y": {"dtype": "f4", "bdata": "AAAA"}}, {"y": [1]}],
        "layout": {"scene": {"xaxis": {}}, "xaxis": {"fixedrange": True, "range": [0, 1]}},
    }
    drawing = {
        "data": [{"y": [5], "visible": "legendonly"}, {"y": [1]}],
        "layout": {"scene": {"camera": {"eye": {"x": 2}}}, "xaxis": {"range": [3, 4]}},
    }
    seen = call(page, "components/plot/save.js", "asSeen", figure, drawing, "#ffffff")
    assert seen["data"] == [figure["data"][0] | {"visible": "legendonly"}, figure["data"][1]]
    assert seen["layout"] == figure["layout"] | {
        "scene": {"xaxis": {}, "camera": {"eye": {"x": 2}}},
        "paper_bgcolor": "#ffffff",
    }
