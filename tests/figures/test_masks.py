"""Masks on pictures, and what they have of each class."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from tests.figures.test_film import FILM, differs
from visualizer.architecture.answer import Mask
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.answers.mask import class_colour, iou_bars
from visualizer.figures.film import draw_frame
from visualizer.figures.palette import CLASS_COLOURS
from visualizer.tasks.task import Evaluation

FIGURES = figures_of(Mask)
NAMES = Annotations(("circle", "a<b"), one_class=False, has_masks=True)
PICTURE = np.full((8, 8, 3), (200, 100, 0), np.uint8)


def mask_of(*classes: int, rows: int = 8) -> Mask:
    """A mask whose columns have these classes."""
    return Mask(np.tile(np.array(classes, np.uint8), (rows, 1)))


SAID = mask_of(0, 0, 1, 1, 1, 1, 2, 2)
TRUE = mask_of(0, 0, 0, 0, 1, 1, 2, 2)


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def test_bars_are_shares_of_the_pixels():
    chart = FIGURES.chart(SAID, NAMES, TRUE)
    answer, true = chart.figure.data
    assert list(answer.x) == [25, 50, 25]
    assert list(true.x) == [50, 25, 25]
    assert list(chart.figure.layout.yaxis.ticktext) == ["background", "circle", "a&lt;b"]
    assert "50% circle (true: 25%)" in chart.alt


def test_without_a_truth_only_what_is_answered_has_a_bar():
    chart = FIGURES.chart(mask_of(0, 2), NAMES)
    (answer,) = chart.figure.data
    assert list(answer.x) == [50, 50]
    assert "true" not in chart.alt


def test_words_name_the_largest_area_first():
    assert FIGURES.words(mask_of(0, 2, 2, 1), NAMES) == "a<b 50%, circle 25%"
    assert FIGURES.words(mask_of(0, 0), NAMES) == "only background"


def test_a_drawn_mask_is_in_the_colours_of_its_classes_on_a_grey_picture():
    drawn = FIGURES.drawn(PICTURE, SAID, None, NAMES)
    assert (drawn.shape, drawn.dtype) == ((256, 256, 3), np.uint8)
    # Columns of 32 drawn pixels; the middle of an area, its edge, and the background.
    assert np.ptp(drawn[16, 16]) <= 1
    grey = drawn[16, 16].astype(float)
    np.testing.assert_allclose(drawn[16, 128], 0.3 * grey + 0.7 * np.array(rgb(class_colour(1))), atol=1.5)
    assert tuple(drawn[16, 64]) == rgb(class_colour(1))
    assert tuple(drawn[16, 192]) == rgb(class_colour(2))


def test_wrong_pixels_are_striped_and_the_truth_has_an_outline():
    drawn = FIGURES.drawn(PICTURE, SAID, TRUE, NAMES)
    plain = FIGURES.drawn(PICTURE, SAID, None, NAMES)
    wrong = drawn[:, 70:120].reshape(-1, 3)
    stripes = {tuple(map(int, pixel)) for pixel in np.unique(wrong, axis=0)}
    assert {(0, 0, 0), (255, 255, 255)} < stripes
    right = drawn[:, 135:185]
    np.testing.assert_array_equal(right, plain[:, 135:185])
    # The true border of the circle lies between columns 127 and 128: white, with black on both sides.
    assert [tuple(map(int, pixel)) for pixel in drawn[5, 126:130]] == [(0,) * 3, (255,) * 3, (255,) * 3, (0,) * 3]


def test_masks_may_be_smaller_than_the_picture_and_pictures_grey():
    drawn = FIGURES.drawn(PICTURE[:, :, :1], mask_of(0, 1, rows=2), TRUE, NAMES)
    assert drawn.shape == (256, 256, 3)
    assert FIGURES.drawn(np.zeros((300, 400, 3), np.uint8), SAID, None, NAMES).shape == (300, 400, 3)


def test_many_masks_have_a_legend_of_their_classes_and_say_how_much_is_right():
    (titled,) = FIGURES.of_many(np.stack([PICTURE] * 3), [SAID, TRUE, mask_of(*[0] * 8)], [TRUE] * 3, NAMES, 900)
    names = [trace.name for trace in titled.chart.figure.data if getattr(trace, "showlegend", None)]
    assert names == ["circle", "a&lt;b"]
    labels = next(trace.text for trace in titled.chart.figure.data if getattr(trace, "mode", "") == "text")
    assert list(labels) == ["75.0%", "100.0%", "50.0%"]
    assert "Pixels right: 75.0%, 100.0%, 50.0%." in titled.chart.alt


def test_a_film_shows_the_mask_on_the_picture_at_every_moment():
    film = replace(FILM, answers=((mask_of(0, 0),), (SAID,), (TRUE,)), annotations=NAMES, truth=TRUE, picture=PICTURE)
    frames = [draw_frame(film, index) for index in range(3)]
    drawn = FIGURES.drawn(PICTURE, TRUE, TRUE, NAMES)
    assert (frames[2][250, 900] == drawn[128, 224]).all()  # in the last area
    assert differs(frames[1], frames[2], 660, 110, 936, 370)
    assert differs(frames[0], frames[1], 660, 110, 936, 370)


def test_iou_of_each_class_is_a_bar():
    evaluation = Evaluation((), np.zeros(1), {"iou": np.array([0.9, 0.25, np.nan]), "pixels": np.array([6, 2, 0])})
    (titled,) = FIGURES.evaluated(evaluation, NAMES, 800)
    (bars,) = titled.chart.figure.data
    assert np.allclose(bars.x, [90, 25, np.nan], equal_nan=True)
    assert list(bars.text) == ["90.0%", "25.0%", "none"]
    assert list(titled.chart.figure.layout.yaxis.ticktext)[1] == "circle  (25.0%)"
    assert (
        titled.chart.alt
        == iou_bars(np.array([0.9, 0.25, np.nan]), np.array([6, 2, 0]), ("background", "circle", "a<b")).alt
    )
    assert titled.chart.alt == "IoU of each class over all test pictures: background 90.0% and circle 25.0%."


@pytest.mark.parametrize("label", [1, len(CLASS_COLOURS) + 1])
def test_colours_begin_anew_after_the_last(label):
    assert class_colour(label) == CLASS_COLOURS[0]


# How people without one kind of cones see linear RGB. Source: Machado, Oliveira and Fernandes, 2009, table 1,
# https://www.inf.ufrgs.br/~oliveira/pubs_files/CVD_Simulation/CVD_Simulation.html
SEEN = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def lab(colour: str, seen: np.ndarray) -> np.ndarray:
    """In CIELAB, in which just noticeable differences are about 2.3. Source: https://en.wikipedia.org/wiki/CIELAB"""
    share = np.array(rgb(colour)) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(to_xyz @ np.clip(seen @ linear, 0.01, 1) / (0.9505, 1, 1.089))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", SEEN)
def test_classes_differ_in_colour_for_everybody(eyes: str):
    places = [lab(colour, SEEN[eyes]) for colour in CLASS_COLOURS]
    for count, apart in ((7, 15), (len(CLASS_COLOURS), 6)):
        assert min(np.linalg.norm(one - other) for one, other in combinations(places[:count], 2)) > apart
