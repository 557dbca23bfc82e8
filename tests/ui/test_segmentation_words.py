"""What the page on segmentation says of masks is what its numbers say."""

import numpy as np

from visualizer.concepts.down_and_up import CONVOLUTIONS, MOST, SIDE, down_and_up
from visualizer.concepts.skip_connections import SkipRun
from visualizer.ui.concepts.segmentation_down import seen_field
from visualizer.ui.concepts.segmentation_measures import described, measured_rows
from visualizer.ui.concepts.segmentation_skips import result_table, zone_errors

TRUTH = np.zeros((6, 6), np.uint8)
TRUTH[1:5, 1:5] = 1  # 12 pixels at the inner rim and 4 inside; 16 outside at the rim, and the 4 corners
ANSWER = np.zeros((6, 6), np.uint8)
ANSWER[1:5, 1:4] = 1
ANSWER[2, 2] = ANSWER[0, 0] = 2


def test_each_class_is_written_with_its_counts():
    assert described(ANSWER, TRUTH) == "Pixel error: 6 of 36 pixels have another class than the truth, 16.7%."
    rows = {row.head: row.cells[0] for row in measured_rows(ANSWER, TRUTH, ("background", "circle", "square", "star"))}
    assert rows["background"] == "19 / (19 + 4 + 1) = 0.792"
    assert rows["circle"] == "11 / (11 + 0 + 5) = 0.688"
    assert rows["square"] == "0 / (0 + 2 + 0) = 0.000"
    assert "star" not in rows
    assert rows["Mean IoU"] == "(0.792 + 0.688 + 0.000) / 3 = 0.493"


def test_wrong_pixels_are_counted_by_where_they_are():
    run = SkipRun(np.array([8]), np.array([0.5]), np.array([6 / 36]), ANSWER[None], 8)
    # Four at the right rim of the shape, one inside, and one in a corner of the picture.
    assert zone_errors(run, TRUTH[None]) == {"edges": (4, 28), "inside": (1, 4), "background": (1, 4)}
    table = result_table({True: run, False: run}, TRUTH[None])
    assert "| at the edges of the shapes | 14.3% | 14.3% |" in table
    assert "| pixels in error | 16.7% | 16.7% |" in table


def test_the_last_network_sees_more_than_the_picture():
    fields = [seen_field(down_and_up(count)) for count in range(MOST + 1)]
    sides = [bottom - top + 1 for top, _, bottom, _ in fields]
    assert sides[0] == 2 * CONVOLUTIONS + 1
    assert sides[-1] > SIDE
    assert all(right - left == bottom - top for top, left, bottom, right in fields)
