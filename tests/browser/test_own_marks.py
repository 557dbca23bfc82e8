"""Own pictures with marks in a real browser: a COCO ZIP becomes a data set to detect objects in."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.app import no_exceptions, open_page, train, wait_until_idle
from tests.data.marked import FILES, NAMES, SCENES
from tests.data.own import png, zipped
from visualizer.data.own_pictures import PictureFile, read_zip


def give_zip(page: Page, files: dict[str, bytes]) -> None:
    open_page(page, "/train")
    page.get_by_text("Your own pictures").click()
    page.get_by_text("A ZIP with a folder").wait_for()
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(
        {"name": "set.zip", "mimeType": "application/zip", "buffer": zipped(files)}
    )


def test_a_coco_zip_becomes_a_data_set_to_detect_objects_in(page: Page):
    give_zip(page, FILES["coco"] | {"images/broken.png": b"no picture"})
    use = page.get_by_role("button", name="Use these 14 pictures")
    expect(use).to_be_visible(timeout=30_000)
    expect(page.get_by_text("14 of 14 pictures")).to_be_visible()
    expect(page.get_by_text("Left out: 1")).to_be_visible()
    wait_until_idle(page)
    use.click()
    expect(page.get_by_text("Each comes with a box around every object.")).to_be_visible()
    wait_until_idle(page)

    # Both tasks of boxes are offered, and stay with this data set; then it is trained on.
    task = page.get_by_role("combobox", name="Task")
    for name in ("One object", "Object detection"):
        task.fill(name)
        task.press("Enter")
        wait_until_idle(page)
        expect(task).to_have_value(name)
        expect(page.get_by_text("14 pictures of your own")).to_be_visible()
    page.locator(".st-key-fit-network-train button").click()
    wait_until_idle(page)
    train(page, 1)
    expect(page.get_by_text("Its boxes", exact=True)).to_be_visible()
    no_exceptions(page)


def give_classes(page: Page) -> None:
    """Pictures of two classes, of which boxes or masks are to be marked."""
    files = {f"{NAMES[each.label]}/{number}.png": png(each.picture) for number, each in enumerate(SCENES)}
    give_zip(page, files)
    expect(page.get_by_role("button", name="Use these 14 pictures")).to_be_visible(timeout=30_000)
    wait_until_idle(page)


def canvas(page: Page) -> Locator:
    return page.locator(".st-key-own-mark canvas, .mark canvas").first


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place of the picture to another one; both are shares of its sides."""
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    assert box is not None
    places = [(box["x"] + right * box["width"], box["y"] + down * box["height"]) for right, down in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=6)
    page.mouse.up()


def saved(page: Page, button: str) -> list[PictureFile]:
    """The pictures in the ZIP that this button saves, as the app reads it."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return [file for file in read_zip(Path(download.value.path()).read_bytes()) if file.picture is not None]


def test_boxes_are_dragged_and_saved(page: Page):
    give_classes(page)
    page.locator(".st-key-own-kind").get_by_text("Boxes").click()
    expect(canvas(page)).to_be_visible()
    wait_until_idle(page)
    drag(page, (0.25, 0.25), (0.75, 0.5))
    expect(page.get_by_text("1 of 14 pictures")).to_be_visible()
    page.locator(".st-key-own-marking-class").get_by_text("pen").click()
    wait_until_idle(page)
    drag(page, (0.5, 0.5), (1.2, 1.2))
    expect(page.get_by_role("button", name="pen 40, 30, 40 × 30")).to_be_visible()
    wait_until_idle(page)

    # With the keyboard, on the next picture.
    page.get_by_role("button", name="Next", exact=True).click()
    wait_until_idle(page)
    page.get_by_role("button", name="With numbers instead").click()
    for name, value in (("x", 8), ("y", 6), ("width", 40), ("height", 30)):
        field = page.locator(f".st-key-own-field-{name} input")
        field.fill(str(value))
        field.press("Enter")
        wait_until_idle(page)
    page.get_by_role("button", name="Add this box").click()
    expect(page.get_by_text("2 of 14 pictures")).to_be_visible()
    wait_until_idle(page)

    for button in ("ZIP (YOLO)", "ZIP (COCO)"):
        first, second = saved(page, button)
        cup, pen = first.marks.boxes
        assert (cup.class_name, pen.class_name) == ("cup", "pen")
        assert (cup.left, cup.top, cup.width, cup.height) == pytest.approx((0.25, 0.25, 0.5, 0.25), abs=0.01)
        assert (pen.left, pen.top, pen.width, pen.height) == pytest.approx((0.5, 0.5, 0.5, 0.5), abs=0.01)
        (box,) = second.marks.boxes
        assert (box.left, box.top, box.width, box.height) == pytest.approx((0.1, 0.1, 0.5, 0.5), abs=1e-4)
    no_exceptions(page)


def test_a_mask_is_painted_and_taken_back(page: Page):
    give_classes(page)
    page.locator(".st-key-own-kind").get_by_text("Masks").click()
    expect(canvas(page)).to_be_visible()
    wait_until_idle(page)
    drag(page, (0.2, 0.5), (0.8, 0.5))
    expect(page.get_by_text("1 of 14 pictures")).to_be_visible()
    wait_until_idle(page)
    (file,) = saved(page, "ZIP (masks as PNG)")
    mask = file.marks.mask
    assert mask is not None
    assert mask.class_names == ("cup",)
    rows, columns = np.nonzero(mask.values)
    assert (rows.min(), rows.max()) == pytest.approx((27, 32), abs=1)
    assert (columns.min(), columns.max()) == pytest.approx((13, 66), abs=2)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("0 of 14 pictures")).to_be_visible()
    no_exceptions(page)
