"""The page on autoencoders and generation in a real browser: sliders, pixels, random codes and drawn bars."""

import math
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle
from visualizer.concepts.reparameterization import divergence


def numbers_in(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", text.replace("−", "-"))]


def test_all_four_parts(page: Page) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, "/generation")
    way = page.locator(".pixel-way")
    expect(way.locator(".pixel-name")).to_have_text("Pixel in row 4, column 4")
    before = way.locator(".words").inner_text()
    sent.clear()
    page.get_by_role("slider", name="Numbers in the code").focus()
    page.keyboard.press("End")
    expect(way.locator(".words")).to_have_text(re.compile("64 numbers instead of 64. Mean squared error: 0.0000"))
    assert way.locator(".words").inner_text() != before
    way.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    expect(way.locator(".pixel-name")).to_have_text("Pixel in row 4, column 5")
    true, off = numbers_in(way.locator(".sums li").last.inner_text())
    assert abs(off) < 0.001
    assert 0 <= true <= 1

    ring = page.get_by_role("slider", name="The code that is drawn")
    ring.focus()
    told = ring.get_attribute("aria-valuetext")
    page.keyboard.press("Shift+ArrowRight")
    assert ring.get_attribute("aria-valuetext") != told
    assert not sent, "nothing is sent to the server"

    page.get_by_role("tab", name="Reparameterisation").click()
    wait_until_idle(page)
    sent.clear()
    page.get_by_role("slider", name="Log variance").focus()
    page.keyboard.press("ArrowRight")
    codes = page.locator(".drawn-codes")
    assert numbers_in(codes.locator(".divergence").inner_text())[-1] == pytest.approx(divergence(1, -0.9), abs=1e-4)
    *_, epsilon, code = numbers_in(codes.locator(".code").inner_text())
    assert code == pytest.approx(1 + math.exp(-0.45) * epsilon, abs=1e-4)
    codes.get_by_role("application").focus()
    page.keyboard.press("ArrowLeft")
    assert numbers_in(codes.locator(".code").inner_text())[-1] < code
    assert not sent, "nothing is sent to the server"

    page.get_by_role("tab", name="GAN").click()
    wait_until_idle(page)
    page.get_by_role("button", name="50 steps").click()
    wait_until_idle(page)
    expect(page.get_by_role("figure", name="After 50 steps")).to_be_visible()
    page.locator(".bar-row").get_by_role("application").focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    # Another drawing starts the game again.
    expect(page.get_by_text("After 0 steps")).to_be_visible()
    bars = page.locator(".bar-row svg.control").bounding_box()
    assert bars is not None
    page.mouse.move(bars["x"] + bars["width"] / 2 + 5, bars["y"] + 100)
    page.mouse.down()
    page.mouse.move(bars["x"] + bars["width"] / 2 + 5, bars["y"] + 20, steps=3)
    page.mouse.up()
    wait_until_idle(page)
    expect(page.get_by_text("After 0 steps")).to_be_visible()
    assert "height 0.8" in str(page.locator(".bar-row svg.control").get_attribute("aria-label"))

    page.get_by_role("tab", name="Diffusion").click()
    wait_until_idle(page)
    into, back = page.locator(".pixel-way").all()
    sent.clear()
    into.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    one, share, pixel, again, noise = numbers_in(into.locator(".sums li").nth(1).inner_text())
    assert (one, share, again) == (1, 0.35, 0.35)
    assert numbers_in(into.locator(".sums li").nth(2).inner_text())[0] == pytest.approx(
        (1 - share) * pixel + share * noise, abs=1e-4
    )
    back.get_by_role("button", name="Play").click()
    # From the last step it begins anew, and ends by itself.
    expect(back.locator(".place")).to_have_text(re.compile("step [1-9] of 10"))
    expect(back.get_by_role("button", name="Play")).to_be_visible(timeout=10_000)
    expect(back.locator(".place")).to_have_text("step 10 of 10")
    assert not sent, "nothing is sent to the server"
    no_exceptions(page)
