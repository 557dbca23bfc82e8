"""Which number a click on a chart means, also in the charts of what meets in a layer."""

import numpy as np
import pytest

from visualizer.architecture.span import PICTURE
from visualizer.inspection.steps import Spot
from visualizer.ui.kit.chart_events import Clicked
from visualizer.ui.look.number_chart import Given, NumberChart


def click(*data: int, index: tuple[int, ...] = (0,), x: float = 0.0) -> Clicked:
    return Clicked(x, 0.0, 0, index, data)


MAPS = (4, 8, 8)
BESIDE = NumberChart("a", channel=2, given=(Given(1, MAPS), Given(PICTURE, (1, 8, 8)), Given(0, (4, 1, 1)), None))


@pytest.mark.parametrize(
    ("chart", "clicked", "path"),
    [
        (NumberChart("a"), click(3, 1, 8), (Spot(7, (2, 0, 7)),)),
        (NumberChart("a", channel=5), click(index=(4, 6)), (Spot(7, (5, 4, 6)),)),
        (NumberChart("a", vector=True), click(9), (Spot(7, (8,)),)),
        (NumberChart("a", vector=True), click(x=3.0), (Spot(7, (2,)),)),
        (BESIDE, click(1, 4, 5), (Spot(7, (2, 3, 4)), Spot(1, (2, 3, 4)))),
        # A picture of one channel, and one number for a whole map.
        (BESIDE, click(2, 4, 5), (Spot(7, (2, 3, 4)), Spot(PICTURE, (0, 3, 4)))),
        (BESIDE, click(3, 4, 5), (Spot(7, (2, 3, 4)), Spot(0, (2, 0, 0)))),
        (BESIDE, click(4, 4, 5), (Spot(7, (2, 3, 4)),)),
        # Map 7 of those joined is map 3 of the second layer.
        (
            NumberChart("a", given=(Given(3, MAPS, first=4),), is_input=True),
            click(7, 1, 1),
            (Spot(7, (6, 0, 0), is_input=True), Spot(3, (2, 0, 0))),
        ),
        (
            NumberChart("a", vector=True, given=(Given(3, (5,), first=10),), numbered_from=10),
            click(2),
            (Spot(7, (11,)), Spot(3, (1,))),
        ),
    ],
)
def test_a_click_is_the_way_to_its_number(chart, clicked, path):
    assert chart.path(7, clicked) == path


@pytest.mark.parametrize(
    "clicked", [click(), click(0, 1, 1), click(9, 1, 1), click(1, 2), Clicked(0, 0, 0, (), ("a",))]
)
def test_a_point_that_the_chart_does_not_have_is_refused(clicked):
    with pytest.raises((TypeError, ValueError, IndexError)):
        BESIDE.path(7, clicked)


def test_a_place_is_whole_numbers_for_json():
    (_, spot) = BESIDE.path(7, click(*np.array([1, 4, 5], dtype=np.uint8)))
    assert all(type(part) is int for part in spot.place)
