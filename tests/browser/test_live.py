"""A run is watched while it goes on."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import open_page, wait_until_idle


def test_curves_move_without_a_word_to_the_page_s_script(page: Page) -> None:
    frames: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    open_page(page, "/train")
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("1000")
    epochs.press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    progress = page.locator(".st-key-live-progress")
    loss = page.locator(".st-key-loss-curves").get_by_role("figure")
    kernels = page.locator(".st-key-live-kernels").get_by_role("figure")
    expect(progress).to_contain_text("of the validation pictures right", timeout=60_000)
    expect(kernels).to_be_visible()
    wait_until_idle(page)
    sent = len(frames)
    for figure in (loss, loss, kernels):
        now = figure.get_attribute("aria-label")
        assert now
        expect(figure).not_to_have_attribute("aria-label", now)
    bar = progress.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"Training: epoch \d+ of 1000 · step [\d,]+ of 40,000"))
    assert len(frames) == sent

    # What another part of the app does to the run shows here too, with the buttons that fit.
    page.get_by_role("button", name="Pause").click()
    expect(progress).to_contain_text("Paused")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(progress).to_contain_text("Stopped")
    expect(page.get_by_role("button", name="Train again")).to_be_visible()
