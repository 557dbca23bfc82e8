"""A card of Build with the real mouse and keyboard."""

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle


def test_a_card_stays_open_and_keeps_the_focus_while_its_layer_is_edited(page: Page) -> None:
    open_page(page, "/build")
    page.get_by_text("Conv2D 8, 3 × 3").click()
    filters = page.get_by_role("spinbutton", name="Filters")
    for value, label in (("9", "Conv2D 9, 3 × 3"), ("10", "Conv2D 10, 3 × 3")):
        filters.fill(value)
        filters.press("Enter")
        expect(page.get_by_role("button").get_by_text(label)).to_be_visible()
        wait_until_idle(page)
        expect(filters).to_be_focused()
        expect(filters).to_have_value(value)
    no_exceptions(page)
