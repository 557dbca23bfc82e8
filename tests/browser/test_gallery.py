"""The gallery in Build: what is opened from it is there, and trains."""

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle


def test_a_small_network_is_opened_for_its_data_set_and_undone(page: Page) -> None:
    open_page(page, "/build")
    page.get_by_role("button", name="Gallery").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Networks that made history")).to_be_visible()
    wait_until_idle(page)
    pictures = dialog.get_by_role("img", name="layers with weights")
    assert pictures.count() == 13
    dialog.locator(".st-key-gallery-6").get_by_role("button", name="Open a small one for Coloured shapes").click()
    wait_until_idle(page)
    expect(dialog).not_to_be_visible()
    expect(page.get_by_role("button", name="Train it")).to_be_enabled()
    expect(page.get_by_role("textbox", name="Name")).not_to_be_visible()
    page.get_by_role("button", name="Undo").click()
    wait_until_idle(page)
    no_exceptions(page)
