"""The page on detection: boxes dragged with a real mouse, moved with keys and typed, and its sliders."""

import re

import numpy as np
from playwright.sync_api import Locator, Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle
from visualizer.data.boxes import overlaps

SIDE = 64  # pixels of the picture
FIELDS = ("left", "top", "width", "height")


def box_of(page: Page, name: str) -> list[int]:
    """What the number fields say of a box."""
    return [int(page.get_by_role("spinbutton", name=f"{name}: {field}").input_value()) for field in FIELDS]


def computed(page: Page) -> float:
    """The overlap of both boxes as the app computes it elsewhere."""
    boxes = np.array([box_of(page, name) for name in ("Truth", "Answer")], float)
    boxes[:, :2] += boxes[:, 2:] / 2
    return float(overlaps(boxes[:1] / SIDE, boxes[1:] / SIDE)[0, 0])


def shown(page: Page) -> float:
    """The overlap that is written below the arithmetic."""
    return float(page.locator(".box-pair .iou").inner_text().split("=")[-1])


def drag(page: Page, element: Locator, right: float, down: float) -> None:
    """Drag an element of the picture by so many of its pixels."""
    picture, box = page.locator(".box-pair .marked").bounding_box(), element.bounding_box()
    assert picture is not None
    assert box is not None
    scale = picture["width"] / SIDE
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right * scale / 2, y + down * scale / 2, steps=3)
    page.mouse.move(x + right * scale, y + down * scale, steps=3)
    page.mouse.up()


def test_boxes_are_dragged_and_their_overlap_follows(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 1100})  # with the whole picture
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, "/detection")
    assert abs(shown(page) - computed(page)) < 0.0006
    left, top, width, height = box_of(page, "Answer")
    assert sent
    sent.clear()
    drag(page, page.locator(".box-pair .inside").nth(1), 6, 9)
    assert box_of(page, "Answer") == [left + 6, top + 9, width, height]
    assert abs(shown(page) - computed(page)) < 0.0006
    drag(page, page.locator(".box-pair .grip").nth(7), 4, -3)
    assert box_of(page, "Answer") == [left + 6, top + 9, width + 4, height - 3]
    # Never beyond the picture.
    drag(page, page.locator(".box-pair .inside").nth(1), 90, 90)
    left, top, width, height = box_of(page, "Answer")
    assert (left + width, top + height) == (SIDE, SIDE)
    assert abs(shown(page) - computed(page)) < 0.0006
    assert not sent, "dragging sends nothing to the server"


def test_boxes_are_moved_by_keys_and_typed(page: Page) -> None:
    open_page(page, "/detection")
    left, top, width, height = box_of(page, "Answer")
    page.locator(".box-pair .inside").nth(1).focus()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert box_of(page, "Answer") == [left + 1, top + 1, width - 1, height + 1]
    for field, value in zip(FIELDS, box_of(page, "Truth"), strict=True):
        page.get_by_role("spinbutton", name=f"Answer: {field}").fill(str(value))
    assert shown(page) == computed(page) == 1
    expect(page.locator(".verdict")).to_contain_text("counts as right")
    # Beside each other: nothing in common.
    for name, at in (("Truth", 0), ("Answer", 30)):
        for field, value in zip(FIELDS, (at, 0, 20, 20), strict=True):
            page.get_by_role("spinbutton", name=f"{name}: {field}").fill(str(value))
    assert shown(page) == computed(page) == 0
    expect(page.locator(".box-pair .x")).to_contain_text("not above 0, so 0")
    expect(page.locator(".verdict")).to_contain_text("counts as wrong")


def test_an_empty_field_keeps_the_box_and_another_picture_brings_another(page: Page) -> None:
    open_page(page, "/detection")
    before = box_of(page, "Truth")
    field = page.get_by_role("spinbutton", name="Truth: left")
    field.fill("")
    field.blur()
    assert box_of(page, "Truth") == before
    number = page.get_by_role("spinbutton", name="Picture 1 to 450")
    number.fill("19")
    number.press("Enter")
    wait_until_idle(page)
    assert box_of(page, "Truth") != before


def test_cells_answer_under_the_pointer_and_to_keys(page: Page) -> None:
    open_page(page, "/detection")
    page.get_by_role("tab", name="Grid cells").click()
    wait_until_idle(page)
    page.get_by_role("radio", name="4 × 4").click()
    wait_until_idle(page)
    grid = page.get_by_role("application")
    words = page.locator(".cell-grid .words")
    page.get_by_text("Of all 1,378 objects").scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.95 * box["height"])
    expect(words).to_have_text(re.compile("^Row 4, column 4: no object has its centre here"))
    grid.focus()
    found = []
    for _ in range(4):
        for _ in range(4):
            found.append(words.inner_text())
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
    assert sum("esponsible" in text for text in found) == 4
    assert sum("no cell answers for the rest" in text for text in found) == 1


def test_suppression_goes_step_by_step_and_plays(page: Page) -> None:
    open_page(page, "/detection")
    page.get_by_role("tab", name="Non-maximum suppression").click()
    wait_until_idle(page)
    words = page.locator(".box-steps .words")
    expect(words).to_have_text("The detector answers with 18 boxes.")
    expect(page.locator(".box-steps .tag")).to_have_count(18)
    page.get_by_role("button", name="One step on").click()
    expect(page.locator(".box-steps tr")).to_have_count(18)
    expect(words).to_contain_text("The highest score of those that are left: box 1")
    slider = page.get_by_role("slider", name="Steps of non-maximum suppression")
    slider.focus()
    page.keyboard.press("End")
    expect(words).to_contain_text("boxes of 18 left")
    kept = page.locator(".box-steps .tag").count()
    assert kept < 18
    expect(page.locator(".box-steps tr.kept")).to_have_count(kept)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(words).to_contain_text("box 1,", timeout=5000)
    page.get_by_role("button", name="Pause").click()
    no_exceptions(page)


def test_the_threshold_moves_the_dot_and_the_counts(page: Page) -> None:
    open_page(page, "/detection")
    page.get_by_role("tab", name="Threshold").click()
    wait_until_idle(page)
    slider = page.get_by_role("slider", name="Threshold of the score")
    dot, answers = page.locator(".curve circle"), page.locator(".box-steps .tag")

    def place() -> tuple[float, float]:
        return float(dot.get_attribute("cx") or 0), float(dot.get_attribute("cy") or 0)

    slider.focus()
    page.keyboard.press("Home")
    low, many = place(), answers.count()
    expect(page.locator(".box-steps .words")).to_contain_text("score of 0.05 or more")
    page.keyboard.press("End")
    high, few = place(), answers.count()
    expect(page.locator(".box-steps .words")).to_contain_text("score of 0.95 or more")
    # With a higher threshold, less recall and more precision, which is further up.
    assert high[0] < low[0]
    assert high[1] < low[1]
    assert few < many
    no_exceptions(page)
