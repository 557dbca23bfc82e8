"""The keyboard's focus stays where it was when the button that was pressed is replaced or goes away."""

from playwright.sync_api import Page, expect

from tests.browser.app import open_from_gallery, open_page, wait_until_idle

PATIENCE = 60_000


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def has_focus(page: Page, name: str) -> None:
    expect(page.get_by_role("button", name=name, exact=True)).to_be_focused(timeout=PATIENCE)


def one_of_them_has_focus(page: Page, *names: str) -> None:
    wait_until_idle(page)
    focused = page.locator(".st-key-run-buttons button:focus")
    expect(focused).to_have_count(1, timeout=PATIENCE)
    assert any(name in focused.inner_text() for name in names), focused.inner_text()


def test_a_run_is_started_paused_and_ended_with_the_keyboard_alone(page: Page) -> None:
    open_page(page, "/train")
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("1000")
    epochs.press("Enter")
    wait_until_idle(page)
    press(page, "Start")
    has_focus(page, "Pause")
    page.keyboard.press("Enter")
    has_focus(page, "Resume")
    press(page, "One step")
    has_focus(page, "One step")
    press(page, "Stop")
    # Where it stood there is nothing any more: another one of the row has it.
    expect(page.get_by_text("Stopped")).to_be_visible(timeout=PATIENCE)
    one_of_them_has_focus(page, "Train again", "Reset")
    press(page, "Reset")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
    one_of_them_has_focus(page, "Start", "One step", "One epoch")


def test_what_was_undone_to_the_end_leaves_the_focus_at_redo(page: Page) -> None:
    open_page(page, "/build")
    open_from_gallery(page, "Start from nothing")
    press(page, "Undo")
    has_focus(page, "Redo")


def test_a_person_who_went_elsewhere_is_left_there(page: Page) -> None:
    open_page(page, "/train")
    press(page, "One step")
    page.get_by_role("link", name="Change the network").focus()
    expect(page.get_by_text("Paused")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    expect(page.get_by_role("link", name="Change the network")).to_be_focused()
