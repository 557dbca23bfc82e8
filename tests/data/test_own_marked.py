"""Own pictures with marks become a data set: marks move with their pictures, and all of it is found again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from tests.data.marked import COUNT, FILES, NAMES, SCENES, scene
from tests.data.own import zipped
from visualizer.data import own_pictures
from visualizer.data.annotations import Annotations
from visualizer.data.boxes import corners
from visualizer.data.catalog import dataset_entry, load_dataset, load_dataset_of_run
from visualizer.data.dataset import NO_OBJECT, Dataset
from visualizer.data.marked_arrays import fitted
from visualizer.data.marks.marks import Kind, MarkedBox, MarkedMask, Marks, Measured, OwnPicture
from visualizer.data.own_dataset import save_marked
from visualizer.data.own_pictures import Fit, read_zip
from visualizer.errors import UserError
from visualizer.tasks.task import task_types
from visualizer.workspace import VARIABLE, workspace


@pytest.fixture(autouse=True)
def empty_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    load_dataset_of_run.cache_clear()


def own(files: dict[str, bytes]) -> list[OwnPicture]:
    read = list(read_zip(zipped(files)))
    return [OwnPicture(each.name, "", each.picture, each.marks) for each in read if each.picture is not None]


def saved(kind: Kind, pictures: list[OwnPicture], size: int = 48, fit: Fit = "letterbox") -> Dataset:
    name = save_marked(pictures, kind, size, fit)
    dataset = load_dataset(name, {name})
    entry = dataset_entry(name, {name})
    assert entry.annotations == dataset.annotations
    assert (entry.shape, entry.title) == ((3, size, size), dataset.title)
    assert sorted(np.concatenate([dataset.train, dataset.validation, dataset.test])) == list(range(len(pictures)))
    return dataset


def tasks(dataset: Dataset) -> set[str]:
    """Those that need more than pictures."""
    bare, own = Annotations((), one_class=False), dataset.annotations
    return {name for name, kind in task_types().items() if kind.fits(own) and not kind.fits(bare)}


def bright(picture: np.ndarray) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is bright, as shares."""
    rows, columns = np.nonzero(picture.mean(axis=2) > 125)
    size = len(picture)
    return columns.min() / size, rows.min() / size, (columns.max() + 1) / size, (rows.max() + 1) / size


@pytest.mark.parametrize("format_name", ["coco", "voc", "yolo"])
@pytest.mark.parametrize("fit", own_pictures.FITS)
def test_boxes_become_a_data_set_to_detect_objects_in(format_name, fit):
    dataset = saved("boxes", own(FILES[format_name]), fit=fit)
    assert dataset.class_names == NAMES
    assert dataset.boxes is not None
    assert dataset.boxes.shape == (COUNT, 1, 5)
    assert dataset.labels.tolist() == [each.label for each in SCENES] == dataset.boxes[:, 0, 0].tolist()
    for picture, box in zip(dataset.pictures, dataset.boxes[:, 0], strict=True):
        assert corners(box[1:]) == pytest.approx(bright(picture), abs=1.01 / 48)
    assert tasks(dataset) == {"OneObject", "Detection"}
    assert dataset.title == "Mine: cup, pen"
    assert "a box around every object" in dataset.description


@pytest.mark.parametrize("format_name", ["palette", "colours"])
@pytest.mark.parametrize("fit", own_pictures.FITS)
def test_masks_become_a_data_set_to_segment(format_name, fit):
    dataset = saved("mask", own(FILES[format_name]), fit=fit)
    assert dataset.class_names == NAMES
    assert dataset.masks is not None
    for picture, mask, label in zip(dataset.pictures, dataset.masks, dataset.labels, strict=True):
        assert set(np.unique(mask)) == {0, label + 1}
        rows, columns = np.nonzero(mask)
        where = columns.min() / 48, rows.min() / 48, (columns.max() + 1) / 48, (rows.max() + 1) / 48
        assert where == pytest.approx(bright(picture), abs=1.01 / 48)
    assert tasks(dataset) == {"Segmentation"}


def test_a_table_becomes_a_data_set_to_measure():
    dataset = saved("numbers", own(FILES["table"]))
    lengths = np.array([each.box[2] / 10 for each in SCENES], np.float32)
    assert dataset.numbers is not None
    assert np.array_equal(dataset.numbers[:, 0], lengths)
    length, width = dataset.quantities
    assert (length.name, length.unit, length.low, length.high) == ("length", "cm", lengths.min(), lengths.max())
    assert (width.label, width.moves_as) == ("width in mm", "nothing")
    assert tasks(dataset) == {"Regression"}
    assert dataset.title == "Mine: length, width"


@given(
    st.integers(0, 1_000),
    st.integers(60, 128),
    st.integers(50, 128),
    st.sampled_from((32, 64, 96)),
    st.sampled_from(list(own_pictures.FITS)),
)
def test_a_box_and_a_mask_stay_on_their_object(seed, width, height, size, fit):
    each = scene(seed, width, height)
    left, top, wide, high = each.shares
    marks = Marks((MarkedBox("cup", left, top, wide, high),), MarkedMask(("cup",), np.minimum(each.mask, 1)))
    square = fitted(OwnPicture("a", "", each.picture, marks), size, fit)
    assert square.marks.mask is not None
    assert square.marks.mask.values.shape == (size, size)
    seen = square.picture.mean(axis=2) > 125
    # The two may disagree in pixels that the object covers about half.
    assert np.logical_xor(seen, square.marks.mask.values > 0).sum() <= 2 * (
        seen.any(axis=0).sum() + seen.any(axis=1).sum()
    )
    if not square.marks.boxes:
        assert fit == "crop"
        return
    (box,) = square.marks.boxes
    assert (box.left, box.top, box.left + box.width, box.top + box.height) == pytest.approx(
        bright(square.picture), abs=1.01 / size
    )


def test_a_box_of_which_the_crop_leaves_little_is_left_out_and_so_is_its_picture():
    picture = np.zeros((40, 120, 3), np.uint8)
    boxes = [MarkedBox("cup", left, 0.2, 0.3, 0.5) for left in (0.0, 0.2, 0.5)]
    made = fitted(OwnPicture("a", "", picture, Marks(tuple(boxes))), 40, "crop")
    # The middle third of the picture is left: nothing of the first box, more than half of the others.
    assert [(round(box.left, 3), round(box.width, 3)) for box in made.marks.boxes] == [(0.0, 0.5), (0.5, 0.5)]
    outside = [OwnPicture("a", "", picture, Marks((boxes[0],)))] * 12
    assert len(saved("boxes", outside).pictures) == 12
    with pytest.raises(UserError, match="0 pictures of 12 can be used; at least 12 are needed"):
        save_marked(outside, "boxes", 32, "crop")


def test_pictures_without_marks_are_left_out_and_several_boxes_are_padded():
    pictures = own(FILES["coco"])
    two = OwnPicture("b", "", pictures[0].picture, Marks(pictures[0].marks.boxes + pictures[1].marks.boxes))
    name = save_marked([*pictures, two, OwnPicture("c", "cup", pictures[0].picture)], "boxes", 32, "letterbox")
    boxes = load_dataset(name, {name}).boxes
    assert boxes is not None
    assert boxes.shape == (COUNT + 1, 2, 5)
    assert (boxes[:-1, 1, 0] == NO_OBJECT).all()
    assert (boxes[-1, :, 0] != NO_OBJECT).all()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda place: (Measured("length", "cm", 3.0),), "No quantity is known of every picture and differs"),
        (lambda place: (Measured(f"a{place}", "cm", place),), "No quantity is known of every picture and differs"),
    ],
)
def test_numbers_from_which_nothing_can_be_learnt_are_refused(change, why):
    picture = np.zeros((4, 4, 3), np.uint8)
    pictures = [OwnPicture("a", "", picture, Marks(numbers=change(place))) for place in range(12)]
    with pytest.raises(UserError, match=why):
        save_marked(pictures, "numbers", 32, "crop")


def test_too_many_classes_are_refused():
    picture = np.zeros((4, 4, 3), np.uint8)
    pictures = [OwnPicture("a", "", picture, Marks((MarkedBox(str(place), 0, 0, 1, 1),))) for place in range(21)]
    with pytest.raises(UserError, match="21 classes"):
        save_marked(pictures, "boxes", 32, "crop")


def test_a_class_that_is_rare_leaves_pictures_for_each_split():
    picture = np.zeros((4, 4, 3), np.uint8)
    pictures = [OwnPicture("a", "", picture, Marks((MarkedBox(str(place), 0, 0, 1, 1),))) for place in range(12)]
    dataset = saved("boxes", pictures)
    assert [len(split) for split in (dataset.train, dataset.validation, dataset.test)] == [8, 2, 2]


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("boxes", lambda array: array[:-1]),
        ("boxes", lambda array: array[..., :4]),
        ("boxes", lambda array: array + 50),
    ],
)
def test_marks_that_do_not_fit_to_the_pictures_are_damage(part, damage):
    name = save_marked(own(FILES["coco"]), "boxes", 32, "crop")
    path = workspace() / "datasets" / f"{name}.safetensors"
    arrays = load_file(path)
    arrays[part] = damage(arrays[part]).copy()
    save_file(arrays, path, {"classes": '["cup", "pen"]'})
    with pytest.raises(UserError, match="The file of this data set is damaged"):
        load_dataset(name, {name})


def test_the_same_pictures_with_other_marks_are_another_data_set():
    pictures = own(FILES["coco"])
    moved = [OwnPicture(each.name, "", each.picture, Marks((MarkedBox("cup", 0, 0, 1, 1),))) for each in pictures]
    names = [save_marked(each, "boxes", 32, "crop") for each in (pictures, pictures, moved)]
    assert names[0] == names[1] != names[2]
