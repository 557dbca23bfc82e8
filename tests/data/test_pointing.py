"""Shapes that point: what is said of each picture is what is seen in it."""

import math

import numpy as np
import pytest

from visualizer.data.pointing import CLASS_NAMES, QUANTITIES, make_pointing
from visualizer.data.prepare import LUMA_WEIGHTS
from visualizer.data.shapes import OUTLINES, Placed, coverage


def test_the_same_seed_draws_the_same_pictures_and_numbers() -> None:
    first, again, other = (make_pointing(seed, per_class=4) for seed in (7, 7, 8))
    assert first.pictures.tobytes() == again.pictures.tobytes()
    assert first.numbers is not None
    assert again.numbers is not None
    assert first.numbers.tobytes() == again.numbers.tobytes()
    assert first.pictures.tobytes() != other.pictures.tobytes()


def test_numbers_lie_in_their_ranges_and_fill_them() -> None:
    numbers = make_pointing(seed=2, per_class=100).numbers
    assert numbers is not None
    for quantity, values in zip(QUANTITIES, numbers.T, strict=True):
        assert quantity.low <= values.min() < values.max() <= quantity.high
        if quantity.moves_as in ("length", "angle"):
            assert np.ptp(values) > 0.9 * (quantity.high - quantity.low)


# Where the tip of the outline is, in degrees clockwise from the top.
OUTLINE_OF = {"arrow": (OUTLINES["arrow"], 0), "heart": (OUTLINES["heart"], 180)}


@pytest.mark.parametrize("name", OUTLINE_OF)
def test_the_shape_is_where_its_numbers_say_and_points_there(name: str) -> None:
    dataset = make_pointing(seed=5, per_class=15)
    assert dataset.numbers is not None
    outlines, tip = OUTLINE_OF[name]

    def likeness(picture: np.ndarray, x: float, y: float, size: float, degrees: float) -> float:
        """How well the shape, drawn there, tells bright from dark pixels, 0 to 1."""
        drawn = np.asarray(coverage(outlines, Placed(x, y, size / 2, math.radians(degrees - tip))), np.float64)
        return abs(float(np.corrcoef(drawn.ravel(), (picture @ LUMA_WEIGHTS).ravel())[0, 1]))

    for index in np.flatnonzero(dataset.labels == CLASS_NAMES.index(name)):
        picture, (size, degrees, x, y) = dataset.pictures[index], dataset.numbers[index].tolist()
        right = likeness(picture, x, y, size, degrees)
        others = [(x + 4, y, size, degrees), (x, y - 4, size, degrees), (x, y, 1.3 * size, degrees)]
        others += [(x, y, size, degrees + turn) for turn in (30, 90, 180, 270, 330)]
        assert all(right > likeness(picture, *other) for other in others)
