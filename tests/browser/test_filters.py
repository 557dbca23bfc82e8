"""Filters in a real browser: one is chosen by a click, real pictures and a made one excite it, work is cancelled."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import open_from_gallery, open_page, wait_until_idle


def open_filters(page: Page, layer: str) -> None:
    page.get_by_role("tab", name="Filters").click()
    wait_until_idle(page)
    page.get_by_text(layer).locator("visible=true").first.click()
    wait_until_idle(page)


def click_tile(page: Page, chart: str, title: str) -> None:
    """Click into the tile below that title with the mouse, as a person does."""
    heading = page.locator(f".st-key-{chart} .textpoint text").get_by_text(title, exact=True)
    heading.scroll_into_view_if_needed()
    box = heading.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 18, box["y"] + 30)
    page.mouse.click(box["x"] + 18, box["y"] + 30)
    wait_until_idle(page)


def test_a_filter_is_chosen_by_a_click_and_a_picture_is_made_for_it(page: Page):
    open_page(page, "/look_inside")
    page.get_by_text("Ready-made: digits", exact=True).click()
    wait_until_idle(page)
    open_filters(page, "3  Conv2D 16")
    click_tile(page, "filters-2", "7")
    expect(page.get_by_role("heading", name="The kernels of filter 7, by channel")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Filter 1 to 16")).to_have_value("7")
    expect(page.get_by_role("heading", name="The pictures that excite filter 7 most")).to_be_visible()
    page.locator(".st-key-filters-wholes").scroll_into_view_if_needed()
    expect(page.locator(".st-key-filters-wholes .textpoint text").first).to_have_text(re.compile(r"^6\.77“\d”$"))
    page.get_by_role("button", name="Make a picture for filter 7").click()
    expect(page.get_by_text("as much as the strongest of 1,797 real ones")).to_be_visible(timeout=60_000)
    titles = page.locator(".st-key-made-pictures-done .textpoint text")
    expect(titles).to_have_text([re.compile(r"^made\d"), "strongest real6.77"])
    # Another filter needs a picture of its own; the first layer's kernels are pictures to click.
    page.get_by_text("1  Conv2D 8").locator("visible=true").first.click()
    wait_until_idle(page)
    expect(page.get_by_role("button", name="Make a picture for filter 7")).to_be_visible()
    click_tile(page, "filters-0", "2")
    expect(page.get_by_role("heading", name="The kernel of filter 2")).to_be_visible()


def test_a_search_and_a_picture_that_is_being_made_are_cancelled(page: Page):
    open_page(page, "/build")
    open_from_gallery(page, "Open Classic example")
    page.get_by_role("link", name="Look inside").click()
    wait_until_idle(page)
    open_filters(page, "3  Conv2D 64")
    search = page.get_by_role("button", name="Search 1,797 pictures")
    search.click()
    expect(page.get_by_text("of 1,797 pictures searched")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Cancel").click()
    expect(search).to_be_visible(timeout=30_000)
    page.get_by_text("How it is made").click()
    page.wait_for_timeout(600)  # The expander grows for 0.5 s.
    steps = page.get_by_role("spinbutton", name="Steps")
    steps.fill("1024")
    steps.press("Enter")
    wait_until_idle(page)
    make = page.get_by_role("button", name="Make a picture for filter 1")
    make.click()
    expect(page.get_by_text(re.compile(r"step \d+ of 1,024, value"))).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-made-ascent-growing .js-plotly-plot")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(make).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-made-ascent-growing")).to_have_count(0)
