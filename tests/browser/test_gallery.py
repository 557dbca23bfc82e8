"""The gallery in Build: what is opened from it is there, and trains."""

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle
from visualizer.tasks.classification import Classification
from visualizer.tasks.task import task_types


def test_one_click_shows_all_networks_and_a_second_opens_one(page: Page) -> None:
    open_page(page, "/build")
    expect(page.get_by_text("1,898", exact=True)).to_be_visible()
    page.get_by_role("button", name="Start from the gallery").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Small networks")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Networks that made history")).to_be_visible()
    wait_until_idle(page)
    of_tasks = sum(1 + len(kind.more_presets()) for kind in task_types().values() if kind is not Classification)
    assert dialog.get_by_role("img", name="layers with weights").count() == 13 + 3 + of_tasks
    assert dialog.get_by_role("img", name="no layer has weights").count() == 1
    classic = dialog.locator(".st-key-starter-1")
    # Whoever sees the gallery for the first time need not scroll to the network of their first lesson.
    expect(classic.get_by_role("button", name="Open Classic example")).to_be_in_viewport(ratio=1)
    expect(classic.get_by_text("1.63 million parameters, 20.4 million multiply-adds for one picture.")).to_be_visible()
    classic.get_by_role("button", name="Open Classic example").click()
    expect(dialog).not_to_be_visible()
    expect(page.get_by_text("1,626,442", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1,898", exact=True)).to_be_visible()
    no_exceptions(page)


def test_a_small_network_is_opened_for_its_data_set_and_undone(page: Page) -> None:
    open_page(page, "/build")
    page.get_by_role("button", name="Start from the gallery").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".st-key-gallery-6").get_by_role("button", name="Open a small one for Coloured shapes").click()
    expect(dialog).not_to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_role("button", name="Train it")).to_be_enabled()
    expect(page.get_by_text("Coloured shapes, 10 classes")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Handwritten digits, 10 classes")).to_be_visible()
    no_exceptions(page)
