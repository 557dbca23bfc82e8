"""Words that explain themselves: under the mouse, under a finger, and by keyboard."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.app import new_context, open_page, wait_until_idle
from visualizer.ui.kit.glossary import GLOSSARY

GRADIENT = GLOSSARY["gradient"].meaning


def gradient(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_role("link", name="gradient", exact=True).first


def test_the_mouse_shows_what_a_word_means_and_takes_it_away(page: Page) -> None:
    open_page(page, "/loss")
    tip = page.get_by_role("tooltip")
    gradient(page).hover()
    expect(tip).to_have_text(GRADIENT)
    box = tip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    # The browser's own would be a second one.
    assert gradient(page).get_attribute("title") is None
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    assert gradient(page).get_attribute("title") == GRADIENT


def test_the_keyboard_reaches_a_word_and_leaves_it(page: Page) -> None:
    open_page(page, "/loss")
    gradient(page).focus()
    tip = page.get_by_role("tooltip")
    expect(tip).to_have_text(GRADIENT)
    assert gradient(page).get_attribute("aria-describedby") == tip.get_attribute("id")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    # It leads nowhere.
    address = page.url
    page.keyboard.press("Enter")
    expect(tip).to_be_visible()
    page.keyboard.press("Tab")
    expect(tip).not_to_have_text(GRADIENT)
    assert page.url == address


def test_a_finger_shows_what_a_word_means_within_the_screen(browser: Browser, app_url: str) -> None:
    context = new_context(browser, 390, 844, "dark", base_url=app_url)
    page = context.new_page()
    open_page(page, "/loss")
    address = page.url
    gradient(page).tap()
    tip = page.get_by_role("tooltip")
    expect(tip).to_have_text(GRADIENT)
    box = tip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_role("heading", name="Loss functions").tap()
    expect(tip).to_be_hidden()
    assert page.url == address
    assert len(context.pages) == 1
    context.close()


def test_words_explain_themselves_after_another_page_was_opened(page: Page) -> None:
    open_page(page, "/loss")
    page.get_by_role("link", name="Pooling", exact=True).click()
    wait_until_idle(page)
    page.get_by_role("link", name="stride", exact=True).first.hover()
    expect(page.get_by_role("tooltip")).to_have_text(GLOSSARY["stride"].meaning)
