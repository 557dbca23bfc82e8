"""The page on segmentation: pixels pointed at and chosen, its sliders, and both networks trained."""

import re

import numpy as np
import torch
from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle
from visualizer.ui.concepts.scenes import scenes, small_pictures
from visualizer.ui.state.models import bundled_network

PICTURE, SIDE = 27, 32  # by its index; pixels


def scores_of_network() -> np.ndarray:
    picture = torch.from_numpy(small_pictures(scenes().test[PICTURE : PICTURE + 1], SIDE))
    with torch.inference_mode():
        return bundled_network("segmenter")(picture)[0].numpy()


def numbers(texts: list[str]) -> list[float]:
    return [float(re.sub(r"[=× %]", "", text).replace("−", "-")) for text in texts]


def open_part(page: Page, name: str) -> None:
    open_page(page, "/segmentation")
    page.get_by_role("tab", name=name).click()
    wait_until_idle(page)


def test_the_scores_of_the_pixel_under_the_pointer_are_those_of_the_network(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 1100})
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, "/segmentation")
    scores, names = scores_of_network(), ["background", *scenes().class_names]
    mask = page.locator(".pixel-scores .marked").nth(1)
    box = mask.bounding_box()
    assert box is not None
    assert sent
    sent.clear()
    for row, column in ((20, 14), (11, 6), (1, 30)):
        page.mouse.move(box["x"] + (column + 0.5) / SIDE * box["width"], box["y"] + (row + 0.5) / SIDE * box["height"])
        expect(page.locator(".pixel-scores .words")).to_contain_text(f"Row {row + 1}, column {column + 1}:")
        expect(page.locator(".pixel-scores .words")).to_contain_text(f"“{names[scores[:, row, column].argmax()]}”")
        shown = numbers(page.locator(".classes td:nth-child(2)").all_inner_texts())
        np.testing.assert_allclose(shown, scores[:, row, column], rtol=1e-3, atol=1e-3)
        powers = np.exp(scores[:, row, column])
        shares = numbers(page.locator(".classes td:nth-child(3)").all_inner_texts())
        np.testing.assert_allclose(shares, 100 * powers / powers.sum(), atol=0.06)
        # The products and the bias add up to the score.
        *products, score = numbers(page.locator(".sum td:last-child").all_inner_texts())
        assert abs(sum(products) - score) < 0.01
    assert not sent, "pointing sends nothing to the server"


def test_a_pixel_is_chosen_by_keys_and_a_class_by_its_button(page: Page) -> None:
    open_page(page, "/segmentation")
    words = page.locator(".pixel-scores .words")
    before = words.inner_text()
    page.get_by_role("application").first.focus()
    page.keyboard.press("ArrowDown")
    expect(words).not_to_have_text(before)
    star = page.locator(".classes button", has_text="star")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(words).to_contain_text("is the score of “star”")
    shown = page.locator(".classes tr", has_text="star").locator("td").first.inner_text()
    expect(page.locator(".sum .total td").last).to_have_text(f"= {shown}")
    # Pressed again, the largest is explained again.
    star.click()
    expect(page.locator(".classes tr.best button")).to_have_attribute("aria-pressed", "true")


def test_downsamplings_enlarge_what_a_pixel_sees(page: Page) -> None:
    open_part(page, "Down and up")
    chosen, words = page.locator(".box-steps .line.chosen"), page.locator(".box-steps .words")
    slider = page.get_by_role("slider", name="Downsamplings")
    slider.focus()
    page.keyboard.press("Home")
    widths = []
    for _ in range(3):
        widths.append(float(chosen.get_attribute("width") or 0))
        page.keyboard.press("ArrowRight")
    assert widths == sorted(set(widths))
    expect(words).to_contain_text("The maps are halved 3 times, to 8 × 8")
    expect(page.locator(".box-steps figcaption").nth(1)).to_contain_text("one class for each 8 × 8 pixels")


def test_an_answer_is_chosen_and_moved(page: Page) -> None:
    open_part(page, "How good is a mask?")
    expect(page.get_by_role("slider", name="Pixels to the right")).not_to_be_visible()
    page.get_by_role("radio", name="The truth, moved").click()
    wait_until_idle(page)
    words = page.locator(".box-steps .words")
    expect(words).to_contain_text("0 of 1,024 pixels")
    page.get_by_role("slider", name="Pixels to the right").focus()
    page.keyboard.press("ArrowRight")
    expect(words).not_to_contain_text("Pixel error: 0 of")
    expect(page.locator(".box-steps tr.kept")).not_to_contain_text("1.000")


def test_both_networks_train_side_by_side(page: Page) -> None:
    open_part(page, "Skip connections")
    page.get_by_role("radio", name="at the edges of the shapes").click()
    expect(page.get_by_text("The training decides.")).to_be_visible()
    expect(page.get_by_role("figure", name="Pixels in error on held-out pictures")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile(r"Of its [\d,]+ wrong pixels"))).to_be_visible(timeout=180_000)
    wait_until_idle(page)
    expect(page.get_by_text("Right.")).to_be_visible()
    expect(page.get_by_role("figure", name="10 pictures")).to_be_visible()
    no_exceptions(page)
