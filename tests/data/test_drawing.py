"""A drawing, checked and made like the pictures of a data set."""

import base64

import numpy as np
import pytest

from visualizer.data.catalog import drawing_preparation, load_dataset
from visualizer.data.drawing import (
    DIGITS_PREPARATION,
    MNIST_PREPARATION,
    SIDE,
    UNCHANGED,
    prepare_like_digits,
    prepare_like_mnist,
    read_drawing,
    unchanged,
)
from visualizer.errors import UserError


def empty() -> np.ndarray:
    return np.zeros((SIDE, SIDE), dtype=np.uint8)


def ring(center: tuple[int, int] = (32, 32), radius: float = 16, width: float = 4) -> np.ndarray:
    """A 0, as high as it is wide, its edge grey."""
    rows, columns = np.indices((SIDE, SIDE))
    away = np.abs(np.hypot(rows - center[0], columns - center[1]) - radius)
    return np.rint(np.clip(width / 2 + 0.5 - away, 0, 1) * 255).astype(np.uint8)


def sent(drawing: np.ndarray) -> str:
    return base64.b64encode(drawing.tobytes()).decode()


def test_a_drawing_is_read_as_it_was_sent():
    drawing = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    np.testing.assert_array_equal(read_drawing(sent(drawing)), drawing)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        [0] * SIDE * SIDE,
        {"drawing": ""},
        "",
        "AAAA",
        sent(empty())[:-4],
        sent(empty()) + "AAAA",
        "!" + sent(empty())[1:],
        "é" + sent(empty())[1:],
        "=" * len(sent(empty())),
        "A" * 10_000_000,
        sent(empty()).encode(),
    ],
)
def test_anything_else_is_refused_with_a_short_sentence(value):
    with pytest.raises(UserError, match="did not arrive complete") as error:
        read_drawing(value)
    assert len(str(error.value)) < 250


@pytest.mark.parametrize("picture", [unchanged, prepare_like_digits])
def test_an_empty_paper_is_refused(picture):
    with pytest.raises(UserError, match=r"^Nothing is drawn yet\. Draw something"):
        picture(empty())


def test_each_data_set_says_how_a_drawing_becomes_like_it():
    assert drawing_preparation("digits") is DIGITS_PREPARATION
    assert drawing_preparation("mnist") is MNIST_PREPARATION
    assert drawing_preparation("shapes") is UNCHANGED
    assert drawing_preparation("imagenet") is UNCHANGED


def test_as_it_is_keeps_every_pixel():
    np.testing.assert_array_equal(unchanged(ring())[..., 0], ring())


def test_a_digit_fits_among_the_data():
    picture = prepare_like_digits(ring())
    pictures = load_dataset("digits").pictures
    assert (picture.shape, picture.dtype) == (pictures.shape[1:], pictures.dtype)
    assert set(np.unique(picture)) <= set(np.unique(pictures))
    # The full height; the middle 20 of 32 columns, half of the second and the seventh pixel.
    assert picture[0].any()
    assert picture[-1].any()
    assert not picture[:, [0, -1]].any()
    assert picture[:, [1, -2]].any(axis=(0, 2)).all()
    np.testing.assert_array_equal(picture, picture[:, ::-1])
    # Paper in the middle of a 0, and of all the ink as much as the data have.
    assert not picture[3:5, 3:5].any()
    assert abs(picture.mean() / 255 - pictures.mean() / 255) < 0.02


@pytest.mark.parametrize("center", [(20, 20), (32, 44), (45, 19)])
def test_it_does_not_matter_where_it_is_drawn(center):
    np.testing.assert_array_equal(prepare_like_digits(ring(center)), prepare_like_digits(ring()))


@pytest.mark.parametrize(("radius", "width"), [(12, 4), (24, 4), (16, 2), (16, 7)])
def test_size_and_pen_hardly_matter(radius, width):
    difference = prepare_like_digits(ring(radius=radius, width=width)) - prepare_like_digits(ring()).astype(float)
    assert np.abs(difference).mean() / 255 < 0.08
    # For comparison, a 0 that is filled.
    filled = np.maximum(ring(), ring(radius=8, width=16))
    assert np.abs(prepare_like_digits(filled) - prepare_like_digits(ring()).astype(float)).mean() / 255 > 0.16


def test_a_dot_stays_a_small_dot_in_the_middle():
    dot = empty()
    dot[3, 60] = 255
    picture = prepare_like_digits(dot)[..., 0]
    assert picture[3:5, 3:5].min() > 128
    assert not picture[[0, 1, -2, -1]].any()
    assert not picture[:, [0, 1, -2, -1]].any()


def test_faint_ink_is_ink():
    assert prepare_like_digits(ring() // 20).any()


def test_a_bar_is_not_blown_up_to_a_block():
    bar = empty()
    bar[10:14, 10:50] = 255
    picture = prepare_like_digits(bar)[..., 0]
    assert not picture[[0, -1]].any()
    assert picture[3:5, 2:6].min() == 255


def test_most_7s_have_a_bar_as_the_words_say():
    dataset = load_dataset("digits")
    sevens = dataset.pictures[dataset.labels == 7][..., 0].astype(float) / 255
    # Left of the stem, in the middle rows, a 7 without a bar has hardly any ink.
    assert (sevens[:, 3:6, 1:4].sum(axis=(1, 2)) > 2).mean() > 0.8


@pytest.mark.parametrize("seed", range(5))
def test_any_ink_becomes_a_picture(seed):
    random = np.random.default_rng(seed)
    noise = random.integers(0, 256, (SIDE, SIDE), dtype=np.uint8) * (random.random((SIDE, SIDE)) < 0.02)
    for drawing in (noise.astype(np.uint8), np.full((SIDE, SIDE), 255, dtype=np.uint8)):
        picture = prepare_like_digits(drawing)
        assert (picture.shape, picture.dtype) == ((8, 8, 1), np.uint8)
        assert picture.any()


def test_drawn_as_the_digits_of_mnist_are():
    drawing = np.zeros((SIDE, SIDE), dtype=np.uint8)
    drawing[4:54, 40:44] = 200  # a 1 of 50 × 4 pixels, far to the right
    picture = prepare_like_mnist(drawing)
    assert (picture.shape, picture.dtype) == ((28, 28, 1), np.uint8)
    rows, columns = np.nonzero(picture[..., 0])
    assert rows.max() - rows.min() + 1 == 20
    assert columns.max() - columns.min() + 1 == 2
    assert picture.max() == 255
    # Its centre of mass lies in the middle, as well as whole pixels allow.
    weights = picture[..., 0] / picture.sum()
    assert abs((weights.sum(axis=1) * np.arange(28)).sum() - 13.5) <= 0.5
    assert abs((weights.sum(axis=0) * np.arange(28)).sum() - 13.5) <= 0.5
    assert (prepare_like_mnist(np.roll(drawing, -20, axis=1)) == picture).all()


def test_a_heavy_end_stays_in_the_picture_of_mnist():
    drawing = np.zeros((SIDE, SIDE), dtype=np.uint8)
    drawing[0:8] = 255
    drawing[8:, 31:33] = 20
    picture = prepare_like_mnist(drawing)[..., 0]
    assert np.ptp(np.flatnonzero(picture.any(axis=1))) + 1 <= 20
    small = np.zeros((SIDE, SIDE), dtype=np.uint8)
    small[30:33, 30:33] = 255
    assert np.count_nonzero(prepare_like_mnist(small)) == 9  # a part of a digit stays small
    with pytest.raises(UserError, match="Nothing is drawn yet"):
        prepare_like_mnist(np.zeros((SIDE, SIDE), dtype=np.uint8))
