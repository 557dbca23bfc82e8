"""The evaluation of a run with a real mouse: a cell of the confusion matrix, a point of the map, on to Look inside."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, train, wait_until_idle


def test_a_cell_opens_its_pictures_and_a_point_shows_its_own(page: Page):
    open_page(page, "/train")
    train(page, 2)
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_text("of 269 test pictures right")).to_be_visible(timeout=60_000)
    wait_until_idle(page)

    matrix = page.locator(".st-key-confusion .nsewdrag").first
    matrix.scroll_into_view_if_needed()
    box = matrix.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.35, box["y"] + box["height"] * 0.35)
    wait_until_idle(page)
    expect(page.get_by_role("combobox", name="True class", exact=True)).to_have_value("3")
    expect(page.get_by_role("combobox", name="Answer", exact=True)).to_have_value("3")
    expect(page.locator(".st-key-cell-gallery").get_by_text(re.compile(r"^3 \d+%$")).first).to_be_visible()

    points = page.locator(".st-key-picture-map .scatterlayer .point")
    points.nth(3).scroll_into_view_if_needed()
    points.nth(3).hover(force=True)
    expect(page.locator(".tip")).to_have_attribute("data-place", re.compile(r"^\d+$"))
    expect(page.locator(".tip span")).to_have_text(re.compile(r"^is \d, answer \d \(\d+%\)$"))

    page.locator(".st-key-cell-look button").click()
    expect(page.get_by_role("heading", name="Look inside")).to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_role("combobox", name="Class")).to_have_value("3")
    no_exceptions(page)
