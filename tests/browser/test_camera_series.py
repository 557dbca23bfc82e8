"""Thirty pictures of an object with one click, in a Chromium that has a camera: its own moving test card."""

from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.app import (
    CHROMIUM_FLAGS,
    collect_errors,
    find_chromium,
    new_context,
    no_exceptions,
    open_page,
    wait_until_idle,
)
from tests.browser.test_camera import FAKE_CAMERA


def test_two_objects_are_shown_to_the_camera(browser: Browser, app_url: str) -> None:
    with_camera = browser.browser_type.launch(executable_path=find_chromium(), args=[*CHROMIUM_FLAGS, *FAKE_CAMERA])
    context = new_context(with_camera, 1280, 800, base_url=app_url)
    context.grant_permissions(["camera"])
    page = context.new_page()
    lose_the_first_series(page)
    errors = collect_errors(page)
    open_page(page, "/train")
    page.get_by_text("Your own pictures").click()
    name = page.get_by_role("textbox", name="Or name a class")
    # It comes when it has been computed, and moves all below it: a click in that moment would hit nothing.
    expect(page.get_by_text("Training will take")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Open the camera")).to_be_disabled()
    for place, word in enumerate(("cup", "pen")):
        name.fill(word)
        name.press("Enter")
        wait_until_idle(page)
        if place == 0:
            page.get_by_role("button", name="Open the camera").press("Enter")
        collected = page.get_by_role("button", name=f"{word} 30 (")
        take = page.get_by_role("button", name="Take 30 pictures")
        take.press("Enter")
        expect(take).to_be_disabled()
        expect(collected).to_be_visible(timeout=60_000)
        wait_until_idle(page)
    expect(page.get_by_role("button", name="Use these 60 pictures")).to_be_visible()
    no_exceptions(page)
    assert not errors
    with_camera.close()


def lose_the_first_series(page: Page) -> None:
    """Of what the page sends, drop the first message with pictures, as a busy server may."""
    lost = []

    def pass_on(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def on_message(message: str | bytes) -> None:
            if not lost and len(message) > 50_000:
                lost.append(message)
            else:
                server.send(message)

        route.on_message(on_message)

    page.route_web_socket("**/_stcore/stream", pass_on)
