"""A trained network is saved in one session and opened in another: it gives the same answers; and so does its ONNX."""

import re

import numpy as np
import onnxruntime
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import RunningApp, new_context, open_page, wait_until_idle
from visualizer.architecture.presets import TINY
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare


def open_menu(page: Page) -> None:
    page.get_by_role("button", name="Save or open a network").click()
    expect(page.get_by_text("Open a saved network")).to_be_visible()
    wait_until_idle(page)


def answer(page: Page) -> str:
    """What the stage says, computed in the browser."""
    said = page.locator(".stage .what")
    expect(said).to_have_text(re.compile("^The answer is"))
    return said.inner_text()


def test_a_saved_network_opens_in_a_new_session_with_the_same_answers(page: Page, browser: Browser, app: RunningApp):
    open_page(page, "/train")
    page.get_by_role("button", name="One epoch").click()
    expect(page.get_by_text("Paused")).to_be_visible(timeout=60_000)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside", exact=True).click()
    expect(page.get_by_text("Mine after 40 steps")).to_be_visible()
    wait_until_idle(page)
    said = answer(page)
    open_menu(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="For this app (safetensors)").click()
    saved = waiting.value.path()
    # One click writes it and brings it.
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="For other programs (ONNX)").click()
    assert waiting.value.suggested_filename == "Tiny-digits-net.onnx"
    exported = waiting.value.path().read_bytes()

    digits = load_dataset("digits")
    first_zero = digits.test[digits.labels[digits.test] == 0][:1]
    pictures = prepare(digits.pictures[first_zero], TINY.architecture.input_shape)
    network = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    logits = np.asarray(network.run(["answers"], {"pictures": pictures})[0])[0]
    shares = logits if np.isclose(logits.sum(), 1, atol=1e-4) else np.exp(logits) / np.exp(logits).sum()
    assert said.startswith(f"The answer is {digits.class_names[int(shares.argmax())]} with {shares.max():.1%}")

    context = new_context(browser, 1280, 800, base_url=app.url)
    other = context.new_page()
    open_page(other, "/look_inside")
    assert answer(other) != said
    open_menu(other)
    other.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(
        {"name": "net.safetensors", "mimeType": "application/octet-stream", "buffer": saved.read_bytes()}
    )
    expect(other.get_by_text("From a file")).to_be_visible(timeout=30_000)
    wait_until_idle(other)
    assert answer(other) == said
    context.close()
