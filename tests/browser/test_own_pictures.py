"""A ZIP of one's own pictures becomes a data set, and a network learns it, in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.app import open_page, wait_until_idle
from tests.data.own import two_classes, zipped


def test_a_network_learns_ones_own_pictures(page: Page):
    open_page(page, "/train")
    page.get_by_text("Your own pictures").click()
    page.get_by_text("A ZIP with a folder").wait_for()
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(
        {"name": "set.zip", "mimeType": "application/zip", "buffer": zipped(two_classes(20))}
    )
    use = page.get_by_role("button", name="Use these 40 pictures")
    expect(use).to_be_visible(timeout=30_000)
    wait_until_idle(page)
    use.click()
    expect(page.get_by_text("40 pictures of your own")).to_be_visible()
    wait_until_idle(page)

    # The network has ten answers, the data set two: Build says so and fixes it.
    page.get_by_role("link", name="Change the network").click()
    page.get_by_role("button", name="Use 2 units").first.click()
    page.get_by_role("button", name="Train it").click()
    wait_until_idle(page)
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("150")
    epochs.press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("100.0% of the validation pictures right")).to_be_visible(timeout=60_000)
