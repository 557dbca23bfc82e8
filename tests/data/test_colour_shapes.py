"""Colours and shapes: the class is what is seen, and what lies behind test pictures is behind no other."""

import numpy as np
import pytest

from visualizer.data import colour_shapes
from visualizer.data.colour_shapes import CLASS_NAMES, COLOURS, make_colour_shapes
from visualizer.data.dataset import Dataset
from visualizer.data.shapes import OUTLINES, SIZE, Placed, coverage


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return make_colour_shapes(3, 20)


def test_the_same_seed_draws_the_same_bytes(dataset: Dataset) -> None:
    assert make_colour_shapes(3, 20).pictures.tobytes() == dataset.pictures.tobytes()
    assert make_colour_shapes(4, 20).pictures.tobytes() != dataset.pictures.tobytes()


def test_every_class_is_a_colour_and_a_shape_and_there_are_as_many_of_each(dataset: Dataset) -> None:
    assert len(CLASS_NAMES) == 12
    assert np.bincount(dataset.labels).tolist() == [20] * 12
    assert dataset.pictures.shape == (240, SIZE, SIZE, 3)


def test_a_shape_has_the_colour_of_its_class(dataset: Dataset) -> None:
    middle = dataset.pictures[:, SIZE // 2, SIZE // 2].astype(int)
    for number, colour in enumerate(COLOURS.values()):
        mean = middle[dataset.labels // 3 == number].mean(axis=0)
        distances = [np.abs(mean - other).sum() for other in COLOURS.values()]
        assert int(np.argmin(distances)) == number, colour


def test_a_shape_has_the_outline_of_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def remember(outlines: object, placed: Placed) -> object:
        drawn.append(outlines)
        return coverage(outlines, placed)  # type: ignore[arg-type]

    monkeypatch.setattr(colour_shapes, "coverage", remember)
    dataset = make_colour_shapes(0, 2)
    expected = [OUTLINES[CLASS_NAMES[label].split()[1]] for label in dataset.labels]
    assert [id(outlines) for outlines in drawn] == [id(outlines) for outlines in expected]


def test_the_pieces_of_photos_behind_test_pictures_are_nowhere_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    # A photo whose green and blue say how far from the left a pixel is.
    photo = np.zeros((427, 640, 3), dtype=np.uint8)
    photo[..., 1] = np.arange(640) // 3
    monkeypatch.setattr(colour_shapes, "bundled_photo", lambda name: photo)
    dataset = make_colour_shapes(0, 10)
    corners = dataset.pictures[:, [0, 0, -1, -1], [0, -1, 0, -1], 1]  # shapes do not reach them
    in_test = corners[dataset.test].max()
    elsewhere = corners[np.concatenate([dataset.train, dataset.validation])].min()
    assert 0 < in_test < elsewhere
