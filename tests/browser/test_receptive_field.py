"""The page on receptive fields with a real mouse and keyboard."""

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle


def test_pointing_at_the_map_moves_the_field_and_a_click_chooses_the_unit(page: Page) -> None:
    open_page(page, "/receptive_field")
    sees = page.locator(".receptive-field .sees")
    expect(sees).to_have_text("The unit in row 9, column 9 sees rows 19 to 50, columns 19 to 50: 32 × 32 pixels.")

    # The map is drawn as large as the picture, with 9 pixels of padding around 64: unit (3, 5) of 16 × 16.
    unit_map = page.get_by_role("application", name="Conv2D 64")
    area = unit_map.bounding_box()
    assert area is not None
    x, y = (area["width"] * (9 + (place - 0.5) * 4) / 82 for place in (5, 3))
    page.mouse.move(area["x"] + x, area["y"] + y)
    # Without a trip to the server: rows −13 + 2 · 4 to 26, of which the first are padding.
    expect(sees).to_have_text(
        "The unit in row 3, column 5 sees rows 1 to 26, columns 3 to 34: 26 × 32 pixels. The picture's edge cuts off "
        "the rest of its field of 32 × 32.",
        timeout=500,
    )
    expect(page.get_by_text("Unit 9 begins in row")).to_be_visible()

    page.mouse.click(area["x"] + x, area["y"] + y)
    expect(page.get_by_text("Unit 3 begins in row −13 + (3 − 1) · 4 = −5")).to_be_visible()
    unit_map.press("ArrowDown")
    unit_map.press("ArrowDown")
    expect(sees).to_contain_text("The unit in row 5, column 5")
    expect(page.get_by_text("Unit 5 begins in row")).to_be_visible()
    wait_until_idle(page)
    no_exceptions(page)


def test_a_deeper_layer_sees_more(page: Page) -> None:
    open_page(page, "/receptive_field")
    page.get_by_role("slider", name="Units of layer").press("ArrowRight")
    expect(page.locator(".receptive-field .sees")).to_contain_text("36 × 36 pixels")
    page.get_by_role("slider", name="Units of layer").press("ArrowRight")
    expect(page.locator(".receptive-field .sees")).to_contain_text("Every unit sees rows 1 to 64")
    wait_until_idle(page)
    no_exceptions(page)
