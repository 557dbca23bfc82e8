import numpy as np
from sklearn.datasets import load_digits

from visualizer.data.digits import make_digits

DIGITS = make_digits()


def test_pictures_are_scikit_learns_scaled_from_16_to_255() -> None:
    assert DIGITS.pictures.shape == (1797, 8, 8, 1)
    assert DIGITS.pictures.dtype == np.uint8
    assert (DIGITS.pictures.min(), DIGITS.pictures.max()) == (0, 255)
    original = load_digits()
    assert np.abs(DIGITS.pictures[..., 0] / 255 - original.images / 16).max() <= 0.5 / 255
    assert DIGITS.labels.tolist() == original.target.tolist()


def test_class_names_are_the_digits() -> None:
    assert DIGITS.class_names == tuple("0123456789")
    assert DIGITS.labels.dtype == np.int64


def test_the_split_is_always_the_same() -> None:
    assert (len(DIGITS.train), len(DIGITS.validation), len(DIGITS.test)) == (1258, 270, 269)
    # The bundled network was trained on this split: were it another, its test pictures would not be unseen.
    assert DIGITS.train[:5].tolist() == [1225, 757, 1398, 190, 371]
    assert DIGITS.test[:5].tolist() == [749, 768, 1242, 1187, 1566]


def test_the_description_tells_numbers_that_are_true() -> None:
    assert f"{len(DIGITS.pictures):,} real digits" in DIGITS.description
