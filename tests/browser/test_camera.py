"""A picture from the camera, in a Chromium that has one: its own moving test card."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.app import (
    CHROMIUM_FLAGS,
    collect_errors,
    find_chromium,
    new_context,
    no_exceptions,
    open_page,
    wait_until_idle,
)

FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def test_a_picture_is_taken_and_every_layer_looks_at_it(browser: Browser, app_url: str) -> None:
    with_camera = browser.browser_type.launch(executable_path=find_chromium(), args=[*CHROMIUM_FLAGS, *FAKE_CAMERA])
    context = new_context(with_camera, 1280, 800, base_url=app_url)
    context.grant_permissions(["camera"])
    page = context.new_page()
    errors = collect_errors(page)
    open_page(page, "/look_inside")
    page.get_by_role("radio", name="Camera").click()
    # A photo is taken of what the camera shows, and it shows nothing at first.
    page.wait_for_function("() => document.querySelector('video')?.readyState === 4")
    page.wait_for_timeout(500)
    page.get_by_role("button", name=re.compile("Take photo", re.IGNORECASE)).click(timeout=30_000)
    expect(page.locator(".stage .what")).to_have_text(re.compile("^The answer is"), timeout=30_000)
    wait_until_idle(page)
    expect(page.locator(".st-key-layer-0-maps .heatmaplayer image").first).to_be_visible()
    no_exceptions(page)
    assert not errors
    with_camera.close()
