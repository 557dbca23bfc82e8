"""Curves as SVG: every number at its place."""

import numpy as np
import pytest

from visualizer.report.line_chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, ChartLine, line_chart


def chart(*lines: ChartLine, **more):
    return line_chart(lines, **{"x_label": "epoch", "unit": "", "top": None, "alt": "words"} | more)


def line(x, y, mark="") -> ChartLine:
    return ChartLine("training", "training", np.array(x, float), np.array(y, float), mark)


def drawn(svg) -> list[str]:
    return [path.get("d") for path in svg.iter("path") if path.get("class") == "line training"][1:]


def test_a_line_goes_from_corner_to_corner():
    (path,) = drawn(chart(line([0, 4], [0, 2])))
    assert path == f"M{LEFT:.1f} {HEIGHT - BOTTOM:.1f}L{WIDTH - RIGHT:.1f} {TOP:.1f}"


def test_what_is_not_finite_breaks_the_line():
    (path,) = drawn(chart(line([0, 1, 2, 3, 4], [1, 1, np.nan, 1, np.inf])))
    assert [part.count("L") for part in path.split("M")[1:]] == [1, 0]
    assert "nan" not in path
    assert "inf" not in path


def test_marks_tell_their_numbers():
    svg = chart(line([0, 1], [np.nan, 0.125], "circle"), unit=" %")
    assert [title.text for title in svg.iter("title")] == ["training, epoch 1: 0.125 %"]
    many = chart(line(range(31), range(31), "circle"))
    assert not list(many.iter("title"))


def test_the_text_alternative_and_the_axes():
    svg = chart(line([0, 10], [0, 80]), unit=" %", top=100.0)
    assert (svg.get("role"), svg.get("aria-label")) == ("img", "words")
    assert [text.text for text in svg.iter("text")] == [
        *("0%", "20%", "40%", "60%", "80%", "100%"),
        *("0", "2", "4", "6", "8", "10"),
        "epoch",
        "training",
    ]


@pytest.mark.parametrize("values", [[], [np.nan], [0.0]])
def test_curves_without_a_height_are_drawn_too(values):
    assert "nan" not in "".join(drawn(chart(line(range(len(values)), values))))
