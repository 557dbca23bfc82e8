"""How charts behave in a real browser: they are changed, not made anew, and follow the window and the theme."""

import gzip
import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import new_context, open_page, wait_until_idle

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
        open_page(page, "/")
    response = waiting.value
    assert response.status == 200
    assert "immutable" in response.headers["cache-control"]
    with urllib.request.urlopen(response.url) as answer:
        script = gzip.decompress(answer.read()).decode()
    assert re.search(r"plotly\.js v\d", script[:200])


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
