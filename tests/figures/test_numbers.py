"""Measured quantities: on their scales, over the truth, and drawn on the picture."""

import math

import numpy as np
import pytest
from PIL import ImageColor

from tests.figures.reading import texts
from visualizer.architecture.answer import Numbers
from visualizer.data.annotations import Annotations, Quantity
from visualizer.figures.answers.numbers import NumberFigures, said_against_true
from visualizer.figures.palette import BLUE, MARK, VERMILLION
from visualizer.tasks.task import Evaluation

SIZE = Quantity("size", "pixels", 10, 30, moves_as="length")
DIRECTION = Quantity("direction", "degrees", 0, 360, cyclic=True, moves_as="angle")
LEFT = Quantity("place from the left", "pixels", 0, 64, moves_as="x")
TOP = Quantity("place from the top", "pixels", 0, 64, moves_as="y")
WARMTH = Quantity("warmth", "°C", 0, 40)
QUANTITIES = (SIZE, DIRECTION, LEFT, TOP)
FIGURES = NumberFigures()


def annotations(*quantities: Quantity) -> Annotations:
    return Annotations(("it",), quantities=quantities)


def numbers(*values: float) -> Numbers:
    return Numbers(np.array(values, np.float32))


# ---- Said against true


def test_each_quantity_has_a_panel_with_its_mean_error():
    said, true = np.array([[12.0, 350], [20, 100]]), np.array([[10.0, 20], [24, 90]])
    chart = said_against_true(said, true, (SIZE, DIRECTION), 800)
    assert texts(chart.figure) == ["<b>Size</b><br>mean error 3 pixels", "<b>Direction</b><br>mean error 20 degrees"]
    points = [trace for trace in chart.figure.data if trace.mode == "markers"]
    assert [list(trace.x) for trace in points] == [[10, 24], [20, 90]]
    assert [list(trace.y) for trace in points] == [[12, 20], [350, 100]]
    assert [trace.xaxis for trace in points] == ["x", "x2"]
    assert chart.alt.endswith("Size: mean error 3 pixels. Direction: mean error 20 degrees.")


def test_an_answer_beyond_the_edge_is_a_triangle_on_it():
    said, true = np.array([[20.0], [1e9], [-5.0]]), np.array([[20.0], [25], [11]])
    chart = said_against_true(said, true, (SIZE,), 400)
    points = chart.figure.data[-1]
    assert list(points.y) == [20, 31, 9]
    assert list(points.marker.symbol) == ["circle", "triangle-up", "triangle-down"]
    assert list(points.customdata) == [20, 1e9, -5]
    assert "2 answers beyond the edge of the chart" in chart.alt


@pytest.mark.parametrize(("width", "rows"), [(1000, 1), (500, 2), (340, 2), (150, 4)])
def test_four_panels_stand_in_even_rows_and_never_overlap(width, rows):
    values = np.full((3, 4), 20.0)
    figure = said_against_true(values, values, QUANTITIES, width).figure
    places = [(figure.layout[f"xaxis{name}"].domain, figure.layout[f"yaxis{name}"].domain) for name in ("", 2, 3, 4)]
    assert len({down for _, down in places}) == rows
    assert len({across for across, _ in places}) == 4 // rows
    assert len(set(places)) == 4
    for first, second in ((0, 1), (1, 2), (2, 3)):
        beside = places[first][0][1] < places[second][0][0]
        below = places[first][1][0] > places[second][1][1]
        assert beside or below
    assert all(0 <= low < high <= 1 for place in places for low, high in place)


def test_the_live_page_and_the_evaluation_show_the_same_chart():
    known = annotations(*QUANTITIES)
    said, true = np.full((2, 4), 20.0, np.float32), np.full((2, 4), 22.0, np.float32)
    (live,) = FIGURES.of_many(
        np.zeros((2, 64, 64, 3), np.uint8), list(map(Numbers, said)), list(map(Numbers, true)), known, 900
    )
    (evaluated,) = FIGURES.evaluated(Evaluation((), np.zeros(2), {"said": said, "true": true}), known, 900)
    assert live.chart.to_json() == evaluated.chart.to_json()
    assert "Of the direction, 0 degrees and 360 degrees are the same" in live.caption
    (straight,) = FIGURES.evaluated(
        Evaluation((), np.zeros(2), {"said": said[:, :1], "true": true[:, :1]}), annotations(SIZE), 900
    )
    assert "are the same" not in straight.caption


# ---- Drawn on the picture

GREEN = (0, 160, 60)


def drawn(answer: Numbers, truth: Numbers | None = None, known: Annotations | None = None) -> np.ndarray:
    picture = np.full((64, 64, 3), GREEN, np.uint8)
    return FIGURES.drawn(picture, answer, truth, known or annotations(*QUANTITIES))


def pixel(picture: np.ndarray, x: float, y: float) -> tuple[int, ...]:
    """The colour of a place that is given in pixels of the picture before it was enlarged."""
    factor = len(picture) / 64
    return tuple(picture[int(y * factor), int(x * factor)].tolist())


def colours_around(picture: np.ndarray, x: float, y: float, radius: float) -> list[tuple[int, ...]]:
    """The colours on a ring, from the top clockwise."""
    turns = [2 * math.pi * step / 360 for step in range(360)]
    return [pixel(picture, x + radius * math.sin(turn), y - radius * math.cos(turn)) for turn in turns]


def test_the_answer_is_a_whole_ring_with_an_arrow_from_its_centre():
    picture = drawn(numbers(24, 90, 30, 40))
    assert picture.shape == (256, 256, 3)
    blue = ImageColor.getrgb(BLUE)
    assert colours_around(picture, 30, 40, 12) == [blue] * 360
    assert all(pixel(picture, x, 40) == blue for x in (30, 33, 36, 39, 41))  # to the right, which is 90 degrees
    assert pixel(picture, 30, 30) == pixel(picture, 20, 40) == pixel(picture, 30, 50) == GREEN
    assert ImageColor.getrgb(MARK) in colours_around(picture, 30, 40, 13)  # its rim


def test_the_truth_is_dashed_and_below_the_answer():
    picture = drawn(numbers(24, 0, 16, 16), numbers(24, 180, 46, 46))
    ring = colours_around(picture, 46, 46, 12)
    vermillion = ImageColor.getrgb(VERMILLION)
    assert 90 < ring.count(vermillion) < 270
    assert ring.count(GREEN) > 40
    assert pixel(picture, 46, 57) == vermillion  # the tip, below the centre
    assert (drawn(numbers(24, 0, 16, 16), numbers(24, 0, 16, 16)) == drawn(numbers(24, 0, 16, 16))).mean() > 0.95


def test_a_direction_alone_is_an_arrow_in_the_middle():
    picture = drawn(numbers(270), known=annotations(DIRECTION))
    assert pixel(picture, 20, 32) == ImageColor.getrgb(BLUE)
    assert pixel(picture, 44, 32) == GREEN


def test_a_place_in_other_units_is_scaled_to_the_picture():
    meters = (
        Quantity("across", "m", 100, 200, moves_as="x"),
        Quantity("down", "m", 0, 100, moves_as="y"),
        Quantity("length", "m", 0, 50, moves_as="length"),
    )
    picture = drawn(numbers(150, 25, 50), known=annotations(*meters))
    assert pixel(picture, 32, 16) == ImageColor.getrgb(BLUE)
    assert pixel(picture, 32 + 16, 16) == ImageColor.getrgb(BLUE)  # 50 of 100 m across are 32 of 64 pixels


@pytest.mark.parametrize("known", [annotations(WARMTH), annotations(WARMTH, SIZE), annotations(LEFT, WARMTH)])
def test_nothing_is_drawn_where_neither_place_nor_direction_is_known(known):
    picture, answer = np.zeros((64, 64, 3), np.uint8), numbers(*[20] * len(known.quantities))
    assert FIGURES.drawn(picture, answer, answer, known) is picture
    assert FIGURES.drawn_words(answer, known) == ""
    assert FIGURES.drawn_chart(picture, answer, answer, known, width=140) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e30, -1e30])
def test_answers_of_a_network_that_went_wrong_are_drawn_too(value):
    for place in range(4):
        values = [20.0, 45.0, 30.0, 30.0]
        values[place] = value
        assert drawn(numbers(*values), numbers(20, 45, 30, 30)).shape == (256, 256, 3)


def test_a_grey_picture_of_any_size_is_enlarged_by_a_whole_number():
    picture = np.zeros((20, 30, 1), np.uint8)
    assert FIGURES.drawn(picture, numbers(20, 0, 32, 32), None, annotations(*QUANTITIES)).shape == (180, 270, 3)


def test_the_chart_of_a_drawn_picture_says_the_answer_and_how_to_read_it():
    known, answer = annotations(*QUANTITIES), numbers(20, 45, 30, 31)
    chart = FIGURES.drawn_chart(np.zeros((64, 64, 3), np.uint8), answer, answer, known, width=140)
    assert chart is not None
    assert chart.alt == (
        "The picture with the answer drawn on it: size 20 pixels, direction 45 degrees, place from the left 30 pixels, "
        "place from the top 31 pixels."
    )
    assert FIGURES.drawn_words(answer, known) == "Solid: its answer. Dashed: the truth."
    assert FIGURES.drawn_words(None, known) == "The lines are its answer."


# ---- One answer on its scales


def test_an_answer_and_the_truth_lie_at_their_shares_of_the_range():
    chart = FIGURES.chart(numbers(20, 90), annotations(SIZE, DIRECTION), numbers(30, 180))
    *_, said, true = chart.figure.data
    assert list(said.x) == [50, 25]
    assert list(true.x) == [100, 50]
    assert said.marker.symbol != true.marker.symbol
    assert chart.alt == "The answer: size 20 pixels (true: 30 pixels), direction 90 degrees (true: 180 degrees)."
