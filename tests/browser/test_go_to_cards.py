"""From the drawing to scale and from a problem to the card of a layer, with the mouse, a finger and the keyboard."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle
from visualizer.architecture.architecture import Architecture, Block, architecture_to_json
from visualizer.architecture.layers.conv2d import Conv2D


def upload(page: Page, architecture: Architecture) -> None:
    page.get_by_role("button", name="Upload").click()
    file = {"name": "net.json", "mimeType": "application/json", "buffer": architecture_to_json(architecture).encode()}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    wait_until_idle(page)
    page.keyboard.press("Escape")


def volume(page: Page, number: int) -> tuple[float, float]:
    """Where the volume of that number is on the screen, the picture being 0."""
    drawing = page.locator(".st-key-volumes .plot")
    drawing.scroll_into_view_if_needed()
    fill = page.locator(".st-key-volumes .scatterlayer .js-fill").nth(number)
    fill.evaluate("path => path.closest('.plot').scrollTo(path.getBBox().x - 100, 0)")
    box = fill.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def arrived(card: Locator) -> None:
    """It is on the screen, has the focus, and is marked for a moment."""
    expect(card.locator("button").first).to_be_focused()
    assert card.evaluate("card => card.getAnimations().length") == 1
    expect(card).to_be_in_viewport()
    card.evaluate("card => Promise.all(card.getAnimations().map((animation) => animation.finished))")
    assert card.evaluate("card => card.getAnimations().length") == 0


def test_a_click_on_a_volume_goes_to_its_card(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})  # so that the card is out of sight
    open_page(page, "/build")
    for number, card in ((2, "card-1"), (0, "card-input")):
        page.mouse.click(*volume(page, number))
        arrived(page.locator(f".st-key-{card}"))
    # Larger than its place, the drawing is dragged; a click is still a click.
    for _ in range(4):
        page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".st-key-volumes [data-movable]")).to_have_count(1)
    fill = page.locator(".st-key-volumes .scatterlayer .js-fill").first
    fill.evaluate("path => path.scrollIntoView({ block: 'center', inline: 'center' })")
    box = fill.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 60, middle[1], steps=4)
    page.mouse.up()
    assert fill.bounding_box()["x"] == pytest.approx(box["x"] - 60, abs=2)  # type: ignore[index]
    assert page.locator(".st-key-cards :focus").count() == 0
    page.mouse.click(middle[0] - 60, middle[1])
    arrived(page.locator(".st-key-card-input"))
    no_exceptions(page)


def test_a_block_and_a_layer_in_a_closed_group_are_found(page: Page) -> None:
    open_page(page, "/build")
    layers = (Conv2D(4, padding="same"),) * 36
    upload(page, Architecture("Long", (1, 8, 8), layers, (), (Block("Pair", 1, 2),)))
    page.mouse.click(*volume(page, 2))
    arrived(page.locator('.st-key-cards [class*="st-key-card-block-"]', has_text="Pair"))
    # Layer 20 is in a group that is closed: it opens.
    assert page.get_by_role("button", name="Menu of layer 20", exact=True).count() == 0
    page.mouse.click(*volume(page, 19))
    row = page.locator('.st-key-cards [class*="st-key-card-"]').filter(
        has=page.get_by_role("button", name="Menu of layer 20", exact=True)
    )
    expect(row).to_have_count(1)
    expect(row.locator("button").first).to_be_focused()
    expect(row).to_be_in_viewport()
    no_exceptions(page)


def test_a_problem_leads_to_its_card_with_the_keyboard_also_into_a_folded_block(page: Page) -> None:
    open_page(page, "/build")
    layers = (Conv2D(4), Conv2D(4, kernel_size=(9, 9)), Conv2D(4))
    upload(page, Architecture("Too small", (1, 8, 8), layers))
    address = page.url
    link = page.get_by_role("link", name="Layer 2, Conv2D 4, 9 × 9")
    link.focus()
    page.keyboard.press("Enter")
    card = page.locator('.st-key-cards [class*="st-key-card-"]').filter(
        has=page.get_by_role("button", name="Menu of layer 2", exact=True)
    )
    arrived(card)
    page.get_by_role("button", name="Menu of layer 2", exact=True).click()
    page.get_by_role("menuitem", name="Fold into a block …").click()
    page.get_by_role("button", name="Fold", exact=True).click()
    expect(card).to_have_count(0)
    wait_until_idle(page)
    link.focus()
    page.keyboard.press("Enter")
    expect(card.locator("button").first).to_be_focused()
    expect(card).to_be_in_viewport()
    assert page.url == address
    no_exceptions(page)
