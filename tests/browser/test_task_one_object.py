"""One object in the browser: from the gallery to a box that walks to its place."""

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_on_train, start_training, wait_until_idle


def test_the_box_walks_while_it_trains(page: Page) -> None:
    open_on_train(page, "Open Finds a shape")
    start_training(page, 1)
    watched = page.locator(".st-key-watched-picture image").first
    expect(page.locator(".st-key-live-answers-0")).to_be_visible(timeout=60_000)
    before = watched.get_attribute("href")
    expect(watched).not_to_have_attribute("href", before or "", timeout=120_000)
    expect(page.get_by_text("Finished")).to_be_visible(timeout=180_000)
    wait_until_idle(page)
    # One box has nothing to choose from.
    expect(page.get_by_role("slider", name="Score from")).to_have_count(0)

    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_text("Mean IoU:")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("How much the boxes overlap", exact=True)).to_be_visible()
    expect(page.locator(".st-key-worst")).to_be_visible()
    no_exceptions(page)
