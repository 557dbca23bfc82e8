"""Digits in scenes: what the boxes say is what is seen."""

import numpy as np
import pytest

from visualizer.data.boxes import corners, overlaps
from visualizer.data.dataset import NO_OBJECT, Dataset
from visualizer.data.digit_scenes import MOST, SIZE, make_digit_scenes
from visualizer.data.digits import make_digits


@pytest.fixture(scope="module")
def scenes() -> Dataset:
    return make_digit_scenes(3, (120, 40, 40))


def test_the_same_seed_draws_the_same_bytes(scenes: Dataset) -> None:
    again, other = make_digit_scenes(3, (120, 40, 40)), make_digit_scenes(4, (120, 40, 40))
    assert again.pictures.tobytes() == scenes.pictures.tobytes()
    assert again.boxes is not None
    assert scenes.boxes is not None
    assert again.boxes.tobytes() == scenes.boxes.tobytes()
    assert other.pictures.tobytes() != scenes.pictures.tobytes()


def test_there_are_one_to_five_digits_of_all_classes_that_hardly_overlap(scenes: Dataset) -> None:
    assert scenes.boxes is not None
    counts = (scenes.boxes[..., 0] != NO_OBJECT).sum(axis=1)
    assert counts.min() == 1
    assert counts.max() == MOST
    assert set(scenes.boxes[..., 0].astype(int).ravel()) == {NO_OBJECT, *range(10)}
    for rows in scenes.boxes:
        boxes = rows[rows[:, 0] != NO_OBJECT, 1:]
        assert (corners(boxes) >= 0).all()
        assert (corners(boxes) <= 1).all()
        between = overlaps(boxes, boxes)[~np.eye(len(boxes), dtype=bool)]
        assert (between <= 0.2).all()


def test_a_box_is_around_the_digit_of_its_class(scenes: Dataset) -> None:
    """The pixels in the box look like a digit of that class: nearest by correlation, of the means of all classes."""
    digits = make_digits()
    assert scenes.boxes is not None
    from PIL import Image

    means = np.stack([digits.pictures[digits.labels == label].mean(axis=0)[..., 0] for label in range(10)])
    cut = [mean[:, mean.max(axis=0) > 60] for mean in means]
    hits = total = 0
    for picture, rows in zip(scenes.pictures, scenes.boxes, strict=True):
        for label, *box in rows[rows[:, 0] != NO_OBJECT]:
            left, top, right, bottom = np.rint(corners(np.array(box)) * SIZE).astype(int)
            inside = Image.fromarray(picture[top:bottom, left:right, 0])
            likeness = []
            for mean in cut:
                seen = np.asarray(inside.resize(mean.shape[::-1], Image.Resampling.BILINEAR), dtype=np.float64)
                likeness.append(np.corrcoef(seen.ravel(), mean.ravel())[0, 1])
            hits += int(np.argmax(likeness)) == int(label)
            total += 1
    assert total > 400
    assert hits / total > 0.7  # by chance 0.1


def test_no_digit_of_the_test_is_seen_in_training(scenes: Dataset) -> None:
    assert sorted(np.concatenate([scenes.train, scenes.validation, scenes.test])) == list(range(200))
    assert [len(split) for split in (scenes.train, scenes.validation, scenes.test)] == [120, 40, 40]
