"""What the stage is given."""

from visualizer.architecture.span import Span
from visualizer.ui.parts.stage import compact


def test_even_windows_are_told_by_five_numbers():
    assert compact([Span(2 * place - 1, 2 * place + 3, 2) for place in range(6)]) == [-1, 2, 4, 2, 6]
    assert compact([Span(0, 7)]) == [0, 0, 7, 1, 1]


def test_uneven_windows_are_told_one_by_one():
    enlarged = [Span(place // 2, place // 2) for place in range(4)]
    assert compact(enlarged) == [[0, 0, 1], [0, 0, 1], [1, 1, 1], [1, 1, 1]]
