import numpy as np

from visualizer.concepts.skip_connections import SkipRun
from visualizer.figures.skip_connections import error_lines, masks_side_by_side


def run(wrong, answer):
    at = 8 * np.arange(1, len(wrong) + 1)
    return SkipRun(at, 1 - np.array(wrong), np.array(wrong), np.full((3, 8, 8), answer, np.uint8), 40)


RUNS = {True: run([0.2, 0.1], 0), False: run([0.25], 1)}


def test_errors_are_drawn_in_per_cent_over_the_batches():
    chart = error_lines(RUNS)
    with_skips, without = chart.figure.data
    assert list(with_skips.x) == [8, 16]
    assert list(with_skips.y) == [20, 10]
    assert list(without.y) == [25]
    assert with_skips.line.dash != without.line.dash
    assert chart.alt == (
        "Pixels in error on held-out pictures: with skip connections 10.0% after batch 16; without 25.0% after batch 8."
    )


def test_each_network_has_a_row_of_masks_with_their_errors():
    truths = np.zeros((3, 8, 8), np.uint8)
    truths[:, :2] = 1
    chart = masks_side_by_side(np.zeros((3, 8, 8, 3), np.uint8), truths, RUNS, 600, columns=2)
    titles = chart.figure.data[1].text
    assert list(titles) == ["with: 25.0%", "with: 25.0%", "without: 75.0%", "without: 75.0%"]
    assert "4 pictures" in chart.alt
