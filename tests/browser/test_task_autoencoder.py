"""Autoencoders in a real browser: reconstructions change while it trains, and the map of codes follows the hand."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_on_train, start_training, wait_until_idle


@pytest.mark.parametrize("name", ["Tells a digit in two numbers", "Draws digits from a map"])
def test_an_autoencoder_is_trained_and_its_codes_are_drawn(page: Page, name: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_on_train(page, f"Open {name}")
    start_training(page, 10)  # so that a look during it is possible
    answers = page.locator(".st-key-live-answers-0").get_by_role("figure")
    expect(answers).to_have_attribute("aria-label", re.compile("^24 pictures .* Mean error: "), timeout=60_000)
    before = answers.get_attribute("aria-label")
    expect(page.get_by_text("Finished")).to_be_visible(timeout=120_000)
    wait_until_idle(page)
    expect(answers).not_to_have_attribute("aria-label", before or "")

    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_text(re.compile("^Mean error of a pixel: "))).to_be_visible(timeout=60_000)
    slider = page.get_by_role("slider", name="on the map of codes")
    slider.scroll_into_view_if_needed()
    wait_until_idle(page)
    readout = page.locator(".latent-map .readout")
    shown = page.locator(".latent-map .picture")
    start = (readout.inner_text(), shown.evaluate("element => element.style.backgroundPosition"))
    assert re.match(r"Code −?[\d.e−]+, −?[\d.e−]+\. The nearest test picture is of the class \d\.", start[0])

    sent.clear()
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.2, steps=6)
    dragged = (readout.inner_text(), shown.evaluate("element => element.style.backgroundPosition"))
    page.mouse.up()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.6)
    assert start != dragged == (readout.inner_text(), shown.evaluate("element => element.style.backgroundPosition"))
    page.keyboard.press("ArrowLeft")
    assert readout.inner_text() != dragged[0]
    assert not sent, "dragging sends nothing to the server"

    page.get_by_role("combobox", name="To a picture of").scroll_into_view_if_needed()
    expect(page.locator(".st-key-way").get_by_role("figure")).to_have_attribute(
        "aria-label", re.compile("^9 pictures .* Shares of the way: 0%")
    )
    expect(page.locator(".st-key-worst").get_by_role("figure")).to_be_visible()
    no_exceptions(page)
