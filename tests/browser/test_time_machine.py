"""The time machine in a real browser: drag the slider, play the film, save it."""

import re

import imageio.v3 as imageio
from playwright.sync_api import Page, expect

from tests.browser.app import open_page, wait_until_idle


def test_drag_back_play_and_save_the_film(page: Page):
    open_page(page, "/train")
    page.get_by_role("button", name="One epoch").click()
    expect(page.get_by_text("Paused")).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="Time machine").click()
    wait_until_idle(page)
    expect(page.get_by_role("heading", name="Epoch 1", exact=True)).to_be_visible()
    kernels = page.locator(".st-key-moment-kernels").get_by_role("figure")
    after = kernels.get_attribute("aria-label")
    assert after

    thumb = page.locator(".st-key-moment").get_by_role("slider")
    # Not scroll_into_view: it may leave the slider under the bar at the top.
    page.get_by_test_id("stMain").evaluate("element => element.scrollTo(0, 0)")
    page.wait_for_timeout(200)
    track = page.locator(".st-key-moment").bounding_box()
    assert track
    # The slider's own element is hidden; what is seen of it is the knob around it.
    first = page.get_by_role("heading", name="Before training", exact=True)
    # A busy computer's refresh of the paused run may take the knob out of the hand; then a person drags again.
    for _ in range(5):
        knob = thumb.locator("xpath=../..").bounding_box()
        assert knob
        x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(track["x"] + 4, y, steps=12)
        page.mouse.up()
        wait_until_idle(page)
        if first.is_visible():
            break
    expect(first).to_be_visible()
    expect(kernels).not_to_have_attribute("aria-label", after)
    wait_until_idle(page)

    page.get_by_role("button", name="Play the film").click()
    expect(page.get_by_role("button", name="Pause the film")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(r"^Batch \d+$"))).to_be_visible(timeout=20_000)
    expect(page.get_by_role("heading", name="Epoch 1", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Play the film")).to_be_visible()

    page.get_by_text("Save the film").click()
    page.get_by_role("button", name="Make the film").click()
    save = page.get_by_role("button", name="Download the film")
    expect(save).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        save.click()
    assert download.value.suggested_filename == "training.gif"
    assert imageio.imread(download.value.path(), extension=".gif").shape == (8, 640, 960, 3)
