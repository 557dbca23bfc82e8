"""Any number explained, with a real mouse: from a pixel of a feature map down to the picture."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.app import collect_errors, new_context, open_page, wait_until_idle


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def explained(page: Page) -> Locator:
    return page.locator(".pixel")


def settle(page: Page, spot: str) -> None:
    expect(explained(page)).to_have_attribute("data-spot", re.compile(spot))
    wait_until_idle(page)


def click_map(page: Page, tile: int, row: int, column: int) -> None:
    """Click the middle of a pixel of an 8 × 8 map of the first layer; all count from 0, eight maps lie in a row."""
    picture = page.locator(".st-key-layer-0-maps .heatmaplayer image").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    # Eight maps of eight cells with seven gaps of 6 pixels.
    cell = (box["width"] - 7 * 6) / 64
    page.mouse.click(box["x"] + tile * (8 * cell + 6) + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell)


def sum_of_products(page: Page, term: int = 0) -> float:
    """What the grid of products adds up to."""
    cells = explained(page).locator(".term").nth(term).locator(".grid").nth(2).locator("> *")
    return sum(number(text) for text in cells.all_inner_texts())


def test_a_pixel_is_clicked_and_followed_to_the_picture(page: Page):
    open_page(page, "/look_inside")
    page.get_by_text("Ready-made: digits").click()
    wait_until_idle(page)
    click_map(page, 2, 3, 5)
    settle(page, "^0 2 3 5$")
    expect(page.get_by_role("spinbutton", name="Column 1 to 8").last).to_have_value("6")
    page.get_by_text("3 Conv2D 16, 3 × 3").click()
    settle(page, "^2 ")
    root = explained(page)
    sums = [number(text) for text in root.locator(".term .sum strong").all_inner_texts()]
    for term, shown in enumerate(sums):
        assert abs(sum_of_products(page, term) - shown) < 0.02
    value = number(root.locator(".value strong").inner_text())
    assert number(root.locator(".lines strong").last.inner_text()) == value

    # Into the layer before, by a number of the window; then to the winner of the pooling, and to the picture.
    window = root.locator(".term").first.locator(".grid").first.locator("button").last
    held = number(window.inner_text())
    window.click()
    settle(page, "^1 ")
    assert abs(number(root.locator(".value strong").inner_text()) - held) < 0.01
    winner = root.locator(".winner")
    assert abs(number(winner.inner_text()) - held) < 0.01
    winner.focus()
    winner.press("Enter")
    settle(page, "^0 ")
    expect(root.locator(".trail li")).to_have_count(3)
    root.locator(".grid").first.locator("button").first.click()
    settle(page, "^-1 ")
    expect(root.locator(".value")).to_contain_text("Picture: brightness, row")
    expect(root.locator(".mark")).to_have_count(1)
    # Back by the way it came.
    root.locator(".trail button").first.click()
    settle(page, "^2 ")
    assert number(root.locator(".value strong").inner_text()) == value
    # Another number of the same map, by a click on the map itself.
    field = root.locator(".field.clickable").last
    box = field.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.9)
    settle(page, "^2 [0-9]+ 3 3$")


def test_a_finger_chooses_a_number_on_a_phone(browser: Browser, app_url: str):
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    open_page(page, "/look_inside")
    picture = page.locator(".st-key-layer-0-maps .heatmaplayer image").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 3, box["y"] + 3)
    settle(page, "^0 0 0 0$")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    # The answer came into view.
    expect(explained(page).locator(".panels")).to_be_in_viewport()
    context.close()
    assert not errors
