"""What is to be learnt moves with the pictures, over the whole range of augmentation that the form of Train allows."""

import math
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.architecture.settings import Real
from visualizer.data.annotations import Annotations, Quantity
from visualizer.data.boxes import corners
from visualizer.data.dataset import NO_OBJECT
from visualizer.data.moves import Moves
from visualizer.tasks.classification import Classification
from visualizer.tasks.detection import Detection
from visualizer.tasks.one_object import OneObject
from visualizer.tasks.regression import Regression
from visualizer.tasks.segmentation import Segmentation
from visualizer.tasks.task import Task
from visualizer.training.loop.augmentation import Augmentation, preview
from visualizer.training.settings import SETTING_SPECS, TrainingSettings

SIZE = 96  # pixels of a side
NEAR = 2.5 / SIZE
COUNT = 6  # times that a picture is changed
ONE = Annotations(("thing",), most_objects=1, has_masks=True)
THREE = Annotations(("red", "green", "blue"), one_class=False, most_objects=3)


def up_to_the_most(name: str) -> st.SearchStrategy[float]:
    field = SETTING_SPECS[name]
    assert isinstance(field, Real)
    return st.just(field.maximum) | st.floats(field.minimum, field.maximum)


CHANGES = st.fixed_dictionaries(
    {
        "flip": st.booleans(),
        "flip_vertical": st.booleans(),
        **{name: up_to_the_most(name) for name in ("shift", "rotation", "crop")},
        "seed": st.integers(0, 10_000),
    }
)


def settings_of(task: Task, changes: dict[str, float]) -> TrainingSettings:
    return TrainingSettings(task=task, loss=next(iter(type(task).losses)), **changes)  # type: ignore[arg-type]


def edges_of(seen: np.ndarray) -> np.ndarray | None:
    """Left, top, right and bottom of what is seen in (H, W) bool, as shares of the sides."""
    rows, columns = np.nonzero(seen)
    if not len(rows):
        return None
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / SIZE


# Some discs, with their middles anywhere in the picture and radii in pixels: an edge may cut them, but no tip is too
# thin to be seen after a turn.
shares = st.floats(0, 1)
SHAPES = st.lists(st.tuples(shares, shares, st.floats(6, 20)), min_size=1, max_size=3)


def painted(shape: list[tuple[float, float, float]]) -> np.ndarray:
    """(H, W) bool."""
    places = np.arange(SIZE) + 0.5
    discs = [(places - SIZE * x) ** 2 + (places[:, None] - SIZE * y) ** 2 < radius**2 for x, y, radius in shape]
    return np.logical_or.reduce(discs)


@given(CHANGES, SHAPES)
def test_the_box_of_one_object_is_around_all_that_is_seen_of_it(changes, shape):
    mask = painted(shape)
    left, top, right, bottom = edges_of(mask)
    target = np.array([0, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top], np.float32)
    settings = settings_of(OneObject(), changes)
    picture = mask[None].astype(np.float32)
    pictures, targets = preview(picture, target, settings, ONE, COUNT, mask.astype(np.uint8))
    for changed, (label, *box) in zip(pictures[:, 0], targets, strict=True):
        assert label == 0
        found, expected = corners(np.array(box)), edges_of(changed >= 0.5)
        assert np.all((found >= -1e-6) & (found <= 1 + 1e-6))
        if expected is None:
            assert min(found[2:] - found[:2]) < NEAR
        else:
            np.testing.assert_allclose(found, expected, atol=NEAR)


def test_without_a_mask_the_box_is_moved_alone():
    target = np.array([0, 0.4, 0.5, 0.2, 0.1], np.float32)
    settings = settings_of(OneObject(), {"rotation": 180.0, "shift": 0.1})
    picture, empty = np.zeros((1, SIZE, SIZE), np.float32), np.zeros((SIZE, SIZE), np.uint8)
    _, alone = preview(picture, target, settings, ONE, COUNT)
    _, nothing_painted = preview(picture, target, settings, ONE, COUNT, empty)
    np.testing.assert_array_equal(alone, nothing_painted)
    assert (alone[:, 3:] > 0.05).all()


class Ellipse(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def pixels(self) -> np.ndarray:
        places = (np.arange(SIZE) + 0.5) / SIZE
        across, along = 2 * (places - self.x) / self.width, 2 * (places[:, None] - self.y) / self.height
        return across**2 + along**2 < 1


extents = st.floats(0.15, 0.4)


@st.composite
def ellipses(draw: st.DrawFn) -> Ellipse:
    """Anywhere in the picture, up to its edges."""
    width, height = draw(extents), draw(extents)
    return Ellipse(width / 2 + draw(shares) * (1 - width), height / 2 + draw(shares) * (1 - height), width, height)


@given(CHANGES, st.lists(ellipses(), min_size=1, max_size=3))
def test_every_object_that_is_detected_lies_in_its_box_and_nothing_lies_beside(changes, objects):
    """Each in a colour of its own, so that they may overlap."""
    picture = np.zeros((3, SIZE, SIZE), np.float32)
    target = np.tile(np.array([NO_OBJECT, 0, 0, 0, 0], np.float32), (3, 1))
    for label, each in enumerate(objects):
        picture[label] = each.pixels()
        target[label] = label, *each
    settings = settings_of(Detection(), changes)
    pictures, targets = preview(picture, target, settings, THREE, COUNT)
    for changed, rows in zip(pictures, targets, strict=True):
        for label in range(3):
            expected = edges_of(changed[label] >= 0.5)
            if rows[label, 0] == NO_OBJECT:
                # Its centre has left the picture: what is left of it reaches an edge.
                assert expected is None or min(expected) < NEAR or max(expected) > 1 - NEAR
                continue
            found = corners(rows[label, 1:])
            assert expected is not None
            assert np.all((found >= -1e-6) & (found <= 1 + 1e-6))
            cut = min(found) < NEAR or max(found) > 1 - NEAR
            if cut:
                assert np.all(found[:2] <= expected[:2] + NEAR)
                assert np.all(found[2:] >= expected[2:] - NEAR)
            else:
                np.testing.assert_allclose(found, expected, atol=NEAR)


@given(CHANGES, SHAPES)
def test_masks_are_moved_as_their_pictures_also_beyond_the_edges(changes, shape):
    mask = painted(shape)
    settings = settings_of(Segmentation(), changes)
    pictures, masks = preview(mask[None].astype(np.float32), mask.astype(np.uint8), settings, ONE, COUNT)
    # The nearest of four pixels counts for a quarter or more.
    assert (masks[pictures[:, 0] > 0.76] == 1).all()
    assert (masks[pictures[:, 0] < 0.24] == 0).all()
    assert masks.max() <= 1


PLACE = Annotations(
    ("it",),
    quantities=(
        Quantity("from the left", "", 0, 1, moves_as="x"),
        Quantity("from the top", "", 0, 1, moves_as="y"),
        Quantity("direction", "degrees", 0, 360, cyclic=True, moves_as="angle"),
        Quantity("length", "", 0, 1, moves_as="length"),
    ),
)


def with_spot(x: float, y: float) -> np.ndarray:
    """(H, W), bright around a place."""
    places = (np.arange(SIZE) + 0.5) / SIZE
    far = (places - x) ** 2 + (places[:, None] - y) ** 2
    return np.exp(-far * SIZE**2 / 2 / 3**2).astype(np.float32)


@given(CHANGES, shares, shares, st.floats(0, 2 * math.pi), st.floats(0.05, 0.5))
def test_measured_places_directions_and_lengths_move_with_the_picture(changes, x, y, turn, length):
    """A red spot is the place, a green one the end of the arrow from there; each where it is still to be seen."""
    end = x + length * math.sin(turn), y - length * math.cos(turn)
    picture = np.stack([with_spot(x, y), with_spot(*end)])
    target = np.array([x, y, math.sin(turn), math.cos(turn), length], np.float32)
    pictures, targets = preview(picture, target, settings_of(Regression(), changes), PLACE, COUNT)
    for changed, (left, top, sine, cosine, new_length) in zip(pictures, targets, strict=True):
        assert math.hypot(sine, cosine) == pytest.approx(1, abs=1e-4)
        places = [(left, top), (left + new_length * sine, top - new_length * cosine)]
        for spot, place, before in zip(changed, places, [(x, y), end], strict=True):
            margin = 1 / SIZE
            if all(margin < share < 1 - margin for share in (*place, *before)):
                column, row = (int(share * SIZE) for share in place)
                assert spot[row, column] > 0.8


def test_pictures_are_mirrored_beyond_their_edges_unless_mirrored_objects_would_have_no_box():
    bright = torch.ones(8, 1, 16, 16)
    changes = {"shift": 0.5, "seed": 1}
    for task in (Classification(), Regression(), Segmentation()):
        assert float(Augmentation(settings_of(task, changes))(bright)[0].min()) == pytest.approx(1, abs=1e-5)
    for task in (OneObject(), Detection()):
        changed, moves = Augmentation(settings_of(task, changes))(bright)
        assert isinstance(moves, Moves)
        for picture, down, right in zip(changed[:, 0], moves.down.tolist(), moves.right.tolist(), strict=True):
            assert float(picture.mean()) == pytest.approx((1 - abs(down)) * (1 - abs(right)), abs=0.07)
            assert set(picture.round(decimals=4).unique().tolist()) <= {0.0, 1.0}


@pytest.mark.parametrize("task", [OneObject(), Detection()], ids=lambda task: type(task).__name__)
def test_mirrored_pictures_keep_every_bit_since_nothing_comes_from_beyond(task: Task):
    pictures = torch.rand(20, 3, 33, 64, generator=torch.Generator().manual_seed(2))
    changes = {"flip": True, "flip_vertical": True, "crop": 0.3, "seed": 5}
    changed, _ = Augmentation(settings_of(task, changes))(pictures)
    expected, _ = Augmentation(settings_of(Classification(), changes))(pictures)
    assert torch.equal(changed, expected)
