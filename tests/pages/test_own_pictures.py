"""A data set of one's own pictures is made on the Train page, and trained on."""

import json
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.data.marked import FILES, coco, table
from tests.data.own import picture, png, two_classes, zipped
from tests.pages.app import alts, charts, open_page, progress_line, without_exception
from visualizer.data.catalog import load_dataset_of_run
from visualizer.data.marks.marks import MarkedBox, Marks, OwnPicture
from visualizer.data.own_dataset import load_own, save_marked, save_own
from visualizer.limits import Limits
from visualizer.tasks.detection import Detection
from visualizer.tasks.segmentation import Segmentation
from visualizer.ui.pictures.state import OwnPictures
from visualizer.ui.state.current_run import current_run
from visualizer.workspace import workspace

SECONDS = 60


@pytest.fixture
def app() -> AppTest:
    app = open_page("train")
    app.session_state["own-part"] = True
    return without_exception(app.run())


def read(app: AppTest) -> AppTest:
    """Wait until the files that were given are read."""
    deadline = time.monotonic() + SECONDS
    while any(button.key == "own-forget" for button in app.button) and time.monotonic() < deadline:
        time.sleep(0.1)
        without_exception(app.run())
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button if (button.key or "").startswith("own-remove-")]


def press(app: AppTest, key: str) -> AppTest:
    return without_exception(next(button for button in app.button if button.key == key).click().run())


def ended(app: AppTest) -> None:
    """Wait until the run has ended."""
    deadline = time.monotonic() + SECONDS
    while "Finished" not in progress_line(app):
        assert time.monotonic() < deadline, progress_line(app)
        time.sleep(0.1)
        without_exception(app.run())


def given(app: AppTest, data: bytes) -> AppTest:
    app.get("file_uploader")[0].set_value(("a.zip", data, "application/zip"))
    return read(without_exception(app.run()))


def test_a_zip_becomes_a_data_set_that_is_trained_on(app):
    given(app, zipped(two_classes() | {"set/dark/broken.png": b"no"}))
    assert labels(app) == ["**dark** 10 (50%)", "**bright** 10 (50%)"]
    assert any(expander.label == "Left out: 1" for expander in app.expander)
    assert any("10 pictures of 32 × 32 pixels" in text for text in alts(app))
    press(app, "own-use")
    assert app.selectbox(key="train-dataset").value.startswith("own-")
    assert any("20 pictures of your own" in text.value for text in app.markdown)


def test_after_a_run_own_pictures_are_used_with_a_word_and_the_network_is_fitted_there(app):
    """Nothing that is grey is without its reason, and what fixes it stands beside it."""
    app.session_state["visualizer"].set_training(epochs=1)
    press(app, "start")
    ended(app)
    given(app, zipped(two_classes()))
    press(app, "own-use")
    assert "The next run will train on these 20 pictures." in [box.value for box in app.success]
    assert any("does not yet output 2 numbers, one per class" in text.value for text in app.markdown)
    assert "own-use" not in {button.key for button in app.button}
    assert app.button(key="start").label == "Train again"
    assert app.button(key="start").disabled
    assert "The network in Build does not fit yet." in [caption.value for caption in app.caption]
    assert any("one number for each of the 2 classes" in text.value for text in app.markdown)
    assert app.button(key="hindrance-fix-0").label == "Use 2 units"
    assert app.button(key="fit-network-own").label == "Fit the network: input 32 × 32 in colour, 2 outputs"
    press(app, "fit-network-own")
    assert app.session_state["visualizer"].architecture.input_shape == (3, 32, 32)
    assert any(box.value.endswith("Start it at the top of this page.") for box in app.success)
    assert not app.button(key="start").disabled
    press(app, "start")
    ended(app)
    record = current_run(app.session_state["visualizer"])
    assert record.spec.settings.dataset == app.selectbox(key="train-dataset").value


def test_the_fix_beside_the_grey_button_is_enough_to_train(app):
    given(app, zipped(two_classes()))
    press(app, "own-use")
    for key in ("start", "step", "epoch"):
        assert app.button(key=key).disabled
    press(app, "hindrance-fix-0")
    for key in ("start", "step", "epoch"):
        assert not app.button(key=key).disabled
    # It looks at the pictures 8 × 8 in grey, which is said.
    assert any("Each is reduced, which loses detail. Each becomes grey." in text.value for text in app.markdown)


def test_pictures_that_changed_after_they_were_used_can_be_used_again(app):
    given(app, zipped(two_classes()))
    press(app, "own-use")
    assert "own-use" not in {button.key for button in app.button}
    group = next(group for group in app.get("button_group") if group.key == "own-size")
    without_exception(group.set_value(64).run())
    press(app, "own-use")
    assert any("64 × 64 pixels in colour" in text.value for text in app.markdown)


def test_a_run_whose_pictures_are_gone_leaves_the_next_one_to_be_set(app):
    given(app, zipped(two_classes()))
    press(app, "own-use")
    press(app, "fit-network-own")
    app.session_state["visualizer"].set_training(epochs=1)
    press(app, "start")
    ended(app)
    name = app.session_state["visualizer"].settings.dataset
    (workspace() / "datasets" / f"{name}.safetensors").unlink()
    load_dataset_of_run.cache_clear()
    app.session_state["visualizer"].choose_dataset("digits")
    for part in ("Live", "Health", "Time machine", "Evaluation"):
        app.session_state["train-parts"] = part
        without_exception(app.run())
        assert any("This data set is not, or no longer, in this workspace." in box.value for box in app.info), part
        assert any("on pictures that are no longer here" in caption.value for caption in app.caption)
        assert app.selectbox(key="train-dataset").value == "digits"
        if part == "Live":  # what the run kept itself is still shown
            keys = {one["key"] for one in charts(app)}
            assert {"loss-curves", "measure-curves", "live-kernels", "live-maps"} <= keys
            assert "live-answer" not in keys


def test_pictures_are_added_class_by_class_and_a_class_is_removed(app):
    without_exception(app.text_input(key="own-class").set_value("cup").run())
    files = [(f"{seed}.png", png(picture(90, seed)), "image/png") for seed in range(3)]
    app.get("file_uploader")[1].set_value(files)
    read(without_exception(app.run()))
    assert labels(app) == ["**cup** 3 (100%)"]
    press(app, "own-use")
    assert "fewer than 2 classes" in app.error[0].value
    press(app, "own-remove-cup")
    assert labels(app) == []


def test_a_file_that_is_no_zip_gets_a_sentence_and_can_be_forgotten(app):
    app.get("file_uploader")[0].set_value(("a.zip", b"no zip", "application/zip"))
    without_exception(app.run())
    deadline = time.monotonic() + SECONDS
    while not app.error and time.monotonic() < deadline:
        time.sleep(0.1)
        without_exception(app.run())
    assert "The ZIP file cannot be used" in app.error[0].value
    press(app, "own-forget")
    assert not app.error


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Limits(dataset_pictures=25), "A data set can have at most 25"),
        (Limits(dataset_mib=1), "A data set can have at most 1 MiB"),
    ],
)
def test_a_second_zip_counts_with_the_first_one(app, monkeypatch, bounds, words):
    monkeypatch.setattr("visualizer.ui.pictures.own_pictures.limits", lambda: bounds)
    files = {f"{name}/{number}.png": png(picture(90, number, 128, 128)) for name in "ab" for number in range(10)}
    given(app, zipped(files))
    assert len(labels(app)) == 2
    app.get("file_uploader")[0].set_value(("a.zip", zipped(files), "application/zip"))
    for _ in range(2):
        without_exception(app.run())
        for job in list(app.session_state["visualizer"].jobs.values()):
            job.join()
    assert words in app.error[0].value
    assert app.session_state["visualizer"].page_state(OwnPictures).count == 20


def test_pictures_that_are_no_longer_kept_leave_every_page_usable():
    app = open_page("train")
    name = save_own({"dark": [picture(40, seed) for seed in range(6)], "bright": [picture(200, 1)] * 6}, 32, "crop")
    app.session_state["visualizer"].use_own(name)
    without_exception(app.run())
    assert app.selectbox(key="train-dataset").value == name
    (workspace() / "datasets" / f"{name}.safetensors").unlink()
    load_dataset_of_run.cache_clear()
    for page in ("build", "train"):
        app.session_state["visualizer"].set_training(dataset=name)
        without_exception(app.switch_page(f"../../../pages/{page}.py").run())
        assert app.error[0].value == (
            "This data set is not, or no longer, in this workspace. Your own pictures can be used only in the "
            "workspace where you added them, and only for a while. Add the pictures again, or choose another data set. "
            "Until then, the data set is “Handwritten digits”."
        )
    assert app.selectbox(key="train-dataset").value == "digits"
    without_exception(app.run())
    assert not app.error


@pytest.mark.parametrize(
    ("name", "words", "tasks"),
    [
        ("coco", "14 of 14 pictures** have boxes: cup, pen.", {"OneObject", "Detection"}),
        ("colours", "14 of 14 pictures** have a mask: cup, pen.", {"Segmentation"}),
        ("table", "14 of 14 pictures** have numbers: length \\(cm\\), width \\(mm\\).", {"Regression"}),
    ],
)
def test_marked_pictures_become_a_data_set_of_their_task(app, name, words, tasks):
    given(app, zipped(FILES[name] | {"images/more.png": png(picture(1, 1))}))
    assert any(words in text.value for text in app.markdown), [text.value for text in app.markdown]
    assert any(expander.label == "Left out: 1" for expander in app.expander)
    press(app, "own-use")
    owner = app.session_state["visualizer"]
    assert type(owner.settings.task).__name__ in tasks
    assert app.selectbox(key="train-dataset").value == owner.settings.dataset
    assert any("14 pictures of your own" in text.value for text in app.markdown)
    press(app, "own-remove-all")
    assert owner.page_state(OwnPictures).count == 0


def test_a_number_that_is_the_same_in_all_pictures_is_told(app):
    lines = table().splitlines()
    same = "\n".join([f"{lines[0]},height (m)", *(f"{line},1.5" for line in lines[1:])])
    given(app, zipped(FILES["table"] | {"sizes.csv": same.encode()}))
    assert any(text.value.endswith("Left out: height \\(m\\).") for text in app.caption)
    press(app, "own-use")
    own = app.session_state["visualizer"].page_state(OwnPictures)
    assert [each.name for each in load_own(own.used_as).quantities] == ["length", "width"]


def test_all_that_was_left_out_is_counted_though_little_is_shown(app):
    given(app, zipped(FILES["coco"] | {"more.json": json.dumps(coco() | {"annotations": [None] * 1_500}).encode()}))
    assert any(expander.label == "Left out: 1,500" for expander in app.expander)
    assert any(text.value == "- … and 1,450 more" for text in app.markdown)


@pytest.mark.parametrize(("name", "kind"), [("table", None), ("coco", Detection), ("palette", Segmentation)])
def test_marked_pictures_are_trained_on(app, name, kind):
    given(app, zipped(FILES[name]))
    press(app, "own-use")
    if kind is not None:
        owner = app.session_state["visualizer"]
        owner.choose_task(kind())
        owner.open_architecture(kind.preset().architecture)
        without_exception(app.run())
        press(app, "hindrance-fix-0")
    else:
        press(app, "fit-network-own")
    app.session_state["visualizer"].set_training(epochs=1)
    press(app, "start")
    ended(app)
    for part in ("Live", "Time machine", "Evaluation"):
        app.session_state["train-parts"] = part
        without_exception(app.run())


def test_boxes_and_masks_are_marked_with_the_keyboard(app):
    given(app, zipped(two_classes()))
    own = app.session_state["visualizer"].page_state(OwnPictures)
    for kind, button in (("boxes", "own-field-add"), ("mask", "own-field-add")):
        without_exception(
            next(group for group in app.get("button_group") if group.key == "own-kind").set_value(kind).run()
        )
        assert (own.size, own.fit) == (64, "letterbox")
        without_exception(app.text_input(key="own-new-class").set_value(" mug *x* ").run())
        assert own.marking_with == "mug *x*"
        for name, value in (("x", 6), ("y", 4), ("width", 30), ("height", 20)):
            without_exception(app.number_input(key=f"own-field-{name}").set_value(value).run())
        press(app, button)
        assert [each.has(kind) for each in own.pictures] == [True] + [False] * 19
        press(app, "own-marking-unmarked")
        assert own.marking == 1
        press(app, button)
        own.marking = 0
        without_exception(app.run())
    (box,) = own.pictures[0].marks.boxes
    assert (box.class_name, box.left, box.top, box.width, box.height) == ("mug *x*", 0.1, 0.1, 0.5, 0.5)
    mask = own.pictures[0].marks.mask
    assert mask is not None
    assert np.argwhere(mask.values).min(axis=0).tolist() == [4, 6]
    assert (mask.values > 0).sum() == 30 * 20
    press(app, "own-mask-clear")
    assert not own.pictures[0].has("mask")
    without_exception(
        next(group for group in app.get("button_group") if group.key == "own-kind").set_value("boxes").run()
    )
    assert app.button(key="own-box-0").label == "**mug \\*x\\*** 6, 4, 30 × 20"
    press(app, "own-box-0")
    assert not own.pictures[0].has("boxes")
    press(app, "own-marking-remove")
    assert own.count == 19


def test_a_box_without_an_area_is_said_and_not_added(app):
    given(app, zipped(FILES["coco"]))
    press(app, "own-field-add")
    assert "The box has no area in the picture." in app.error[0].value


def test_a_rare_class_leaves_every_page_usable():
    app = open_page("train")
    pixels = picture(40, 1)
    names = ["cup"] * 11 + ["pen"]
    marks = [Marks((MarkedBox(name, 0.1, 0.1, 0.5, 0.5),)) for name in names]
    name = save_marked([OwnPicture("a", "", pixels, each) for each in marks], "boxes", 32, "crop")
    owner = app.session_state["visualizer"]
    owner.use_own(name)
    without_exception(app.run())
    dataset = load_dataset_of_run(name)
    for index in (int(np.flatnonzero(dataset.labels)[0]), 0):
        owner.choose_probe(index)
        without_exception(app.run())
    without_exception(app.switch_page("../../../pages/look_inside.py").run())
