"""The whole way through the app as a newcomer goes it: build, train, look inside, in a real browser."""

import io
import re
import time

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.app import no_exceptions, open_from_gallery, open_page, wait_until_idle

TRAINING_SECONDS = 240


def jpeg(width: int, height: int) -> bytes:
    """A colourful picture with structure: two gradients and a disc."""
    y, x = np.mgrid[0:height, 0:width]
    disc = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2
    channels = [x * 255 // width, y * 255 // height, np.where(disc, 255, 40)]
    buffer = io.BytesIO()
    Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def go_to(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wait_until_idle(page)
    no_exceptions(page)


def progress_line(page: Page) -> Locator:
    return page.locator(".st-key-live-progress .how-far")


def validation_accuracy(page: Page) -> float:
    """Per cent, as the progress line says it; 0 before there is one."""
    found = re.search(r"([\d.]+)% of the validation pictures", progress_line(page).inner_text())
    return float(found.group(1)) if found else 0.0


def test_build_train_and_look_inside(page: Page) -> None:
    open_page(page, "/")
    expect(page.get_by_role("heading", name="See what a network sees")).to_be_visible()

    go_to(page, "Build")
    open_from_gallery(page, "Open Classic example")
    expect(page.get_by_text("1,626,442")).to_be_visible()
    page.get_by_text("Conv2D 32, 3 × 3").click()
    filters = page.get_by_role("spinbutton", name="Filters")
    filters.fill("16")
    filters.press("Enter")
    # 16·(27 + 1) in the first layer, and 64·(16·9 + 1) in the second: 448 + 9,280 + 1,605,760 + 1,290.
    expect(page.get_by_text("1,616,778")).to_be_visible()

    page.get_by_role("button", name="Train it").click()
    expect(page.get_by_role("heading", name="Train it live")).to_be_visible()
    wait_until_idle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(progress_line(page)).to_be_visible(timeout=30_000)
    deadline = time.monotonic() + TRAINING_SECONDS
    while validation_accuracy(page) <= 90 and time.monotonic() < deadline:
        page.wait_for_timeout(500)
    assert validation_accuracy(page) > 90
    no_exceptions(page)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped")).to_be_visible(timeout=30_000)

    go_to(page, "Look inside")
    expect(page.get_by_text(re.compile("Mine after [1-9]"))).to_be_visible()
    page.get_by_test_id("stMain").get_by_text("Upload", exact=True).click()
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": jpeg(640, 480)}
    )
    wait_until_idle(page)
    page.get_by_text("The picture and the answer").click()
    expect(page.get_by_text("What the network sees (64 × 64 × 3)")).to_be_visible(timeout=30_000)
    wait_until_idle(page)
    no_exceptions(page)
    maps = page.locator(".st-key-layer-0-maps")
    expect(maps.locator(".heatmaplayer image").first).to_be_visible()
    expect(maps.get_by_text("16", exact=True).first).to_be_visible()
    page.get_by_text("2 MaxPooling2D 2 × 2").click()
    expect(page.get_by_role("heading", name="Before and after pooling, on one colour scale")).to_be_visible()
    wait_until_idle(page)
    no_exceptions(page)
