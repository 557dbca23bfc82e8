"""A link copied in one browser opens the same network in another one."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.browser.app import collect_errors, new_context, no_exceptions, open_from_gallery, open_page, wait_until_idle


def copied_link(page: Page) -> str:
    """What the button under “Link” puts into the clipboard, as a person would paste it."""
    page.get_by_role("button", name="Link", exact=True).click()
    field = page.get_by_role("textbox", name="The link")
    expect(field).to_be_visible()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("status").get_by_text("Copied.")).to_be_visible()
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), { id: 'pasted' }))")
    page.locator("#pasted").focus()
    page.keyboard.press("Control+V")
    text = page.locator("#pasted").input_value()
    page.evaluate("document.getElementById('pasted').remove()")
    assert text == field.input_value()
    page.keyboard.press("Escape")
    return text


def test_a_copied_link_opens_the_same_network_elsewhere(page: Page, browser: Browser, app_url: str) -> None:
    open_page(page, "/train")
    epochs = page.get_by_role("spinbutton", name="Epochs", exact=True)
    epochs.fill("7")
    epochs.press("Enter")
    wait_until_idle(page)
    page.get_by_role("link", name="Change the network").click()
    expect(page.get_by_role("heading", name="Build a network")).to_be_visible()
    wait_until_idle(page)
    copied_link(page)
    open_from_gallery(page, "Open LeNet-5 for Handwritten digits")
    # As on an address without https, where browsers keep the clipboard to themselves.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    parameters = page.get_by_test_id("stMetric").first.inner_text()
    link = copied_link(page)
    assert link.startswith(f"{app_url}/build?network=")

    context = new_context(browser, 390, 844)
    other = context.new_page()
    errors = collect_errors(other)
    open_page(other, link)
    expect(other.get_by_text("Opened from a link: LeNet-5 with 8 layers")).to_be_visible()
    assert other.get_by_test_id("stMetric").first.inner_text() == parameters
    # The address is free of it, so that a reload does not undo what is changed from here on.
    expect(other).to_have_url(re.compile(rf"{re.escape(app_url)}/build\?w=[\w-]+$"))
    assert "w=" not in link
    open_from_gallery(other, "Open Small VGG")
    expect(other.get_by_text("Opened from a link")).to_have_count(0)
    other.get_by_role("button", name="Undo").click()
    wait_until_idle(other)
    assert other.get_by_test_id("stMetric").first.inner_text() == parameters
    other.get_by_role("button", name="Train it").click()
    expect(other.get_by_role("spinbutton", name="Epochs", exact=True)).to_have_value("7")
    no_exceptions(other)
    context.close()
    assert not errors


def test_a_damaged_link_is_refused_with_a_sentence(page: Page) -> None:
    open_page(page, "/build?network=aAAAAAAAA")
    expect(page.get_by_text("This link could not be opened. It was changed or cut off on the way.")).to_be_visible()
    assert urlsplit(page.url).query == ""
    expect(page.get_by_text("1,898")).to_be_visible()
