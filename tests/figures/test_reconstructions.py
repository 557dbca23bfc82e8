"""Pictures that a network made of pictures: beside each other, with their codes."""

import numpy as np
import pytest

from tests.figures.reading import image_pixels
from visualizer.architecture.answer import Reconstruction
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.figures import figures_of

FIGURES = figures_of(Reconstruction)
ABOUT = Annotations(("a", "b"))
PICTURE = np.linspace(0, 255, 16).round().astype(np.uint8).reshape(4, 4, 1)
TRUE = Reconstruction(PICTURE.astype(np.float32) / 255, PICTURE.astype(np.float32) / 255, np.zeros(0, np.float32))


def answer(*code: float, noise: float = 0.0, off: float = 0.0) -> Reconstruction:
    return Reconstruction(
        np.clip(TRUE.values + off, 0, 1), TRUE.values + np.float32(noise), np.array(code, dtype=np.float32)
    )


def test_the_code_is_shown_as_bars():
    chart = FIGURES.chart(answer(0.5, -1.5), ABOUT, TRUE)
    (bars,) = chart.figure.data
    assert list(bars.y) == [0.5, -1.5]
    assert FIGURES.words(answer(0.5, -1.5), ABOUT) == "made of the code 0.5, −1.5"
    assert FIGURES.words(answer(*[0.0] * 30), ABOUT) == "made of a code of 30 numbers"


def test_without_a_code_the_answer_itself_is_shown():
    chart = FIGURES.chart(answer(off=0.1), ABOUT, TRUE)
    expected = np.rint(np.clip(TRUE.values + 0.1, 0, 1) * 255)
    np.testing.assert_array_equal(image_pixels(chart.figure.data[0])[..., :1], expected)
    assert FIGURES.words(answer(), ABOUT) == "made without a code"


def test_what_was_shown_and_what_was_drawn_stand_beside_each_other():
    drawn = FIGURES.drawn(PICTURE, answer(1.0, off=0.2), TRUE, ABOUT)
    assert drawn.shape == (160, 2 * 160 + 4, 3)
    np.testing.assert_array_equal(drawn[20::40, 20:160:40, 0], PICTURE[..., 0])
    np.testing.assert_array_equal(drawn[20::40, 184::40, 0], np.rint(np.clip(TRUE.values + 0.2, 0, 1) * 255)[..., 0])


def test_with_noise_the_picture_itself_is_the_third():
    drawn = FIGURES.drawn(PICTURE, answer(1.0, noise=0.3), TRUE, ABOUT)
    assert drawn.shape == (160, 3 * 160 + 8, 3)
    np.testing.assert_array_equal(drawn[20::40, 348::40, 0], PICTURE[..., 0])


def test_many_have_their_errors_above_them():
    answers = [answer(1.0, off=0.0), answer(1.0, off=-1.0)]
    (titled,) = FIGURES.of_many(np.stack([PICTURE] * 2), answers, [TRUE] * 2, ABOUT, 600)
    # The second is black everywhere: off by the mean of the picture.
    assert "Mean error: 0.0%, 50.0%" in titled.chart.alt
    assert TRUE.values.mean() == pytest.approx(0.5)
