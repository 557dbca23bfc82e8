"""What the page on detection writes at each step is what its numbers say."""

import numpy as np
import pytest

from visualizer.concepts.detection_counts import Counts
from visualizer.concepts.suppression import suppression_steps
from visualizer.data.boxes import survivors
from visualizer.ui.concepts.box_pair import in_pixels
from visualizer.ui.concepts.detection_answers import _threshold_step, written_steps
from visualizer.ui.concepts.detection_view import shifted_overlap

# Corners 0, 0, 4, 4; 1, 0, 5, 4; 3, 0, 7, 4 of a picture of 8 × 8 pixels; the first again, of another class.
BOXES = np.array([[2, 2, 4, 4], [3, 2, 4, 4], [5, 2, 4, 4], [2, 2, 4, 4]]) / 8
CLASSES = np.array([0, 0, 0, 1])
LABELS = ["star 0.90", "star 0.80", "star 0.70", "heart 0.60"]


def test_each_step_says_which_box_removes_which_by_which_overlap():
    steps = written_steps(suppression_steps(BOXES, CLASSES, 0.5), LABELS, 0.5, 2)
    assert [step.name for step in steps] == ["start", "step 1", "step 2", "step 3", "end"]
    assert steps[0].words == "The detector answers with 4 boxes."
    assert "box 1, star 0.90, is kept. It removes box 2 (IoU 0.60): above 0.5" in steps[1].words
    assert steps[1].rows[1].cells == ("star 0.80", "removed by 1: IoU 0.60 > 0.5")
    assert steps[1].rows[2].cells == ("star 0.70", "IoU with 1: 0.14")
    assert "No other box of its class is left" in steps[2].words
    assert steps[-1].words == "3 boxes of 4 left. The picture has 2 objects."


@pytest.mark.parametrize("limit", [0.1, 0.5, 0.6, 0.9])
def test_the_boxes_that_are_kept_at_the_end_survive(limit):
    last = written_steps(suppression_steps(BOXES, CLASSES, limit), LABELS, limit, 2)[-1]
    kept = [state == "kept" for state in last.states[::-1]]  # drawn from the last to the first
    assert kept == survivors(BOXES, CLASSES, limit).tolist()
    assert kept == [row.state == "kept" for row in last.rows]


def test_half_a_box_aside_leaves_a_third():
    assert shifted_overlap(0.5) == pytest.approx(1 / 3)
    assert shifted_overlap(1.0) == 0


def test_precision_and_recall_are_written_with_their_counts():
    rows = {row.head: row.cells[0] for row in _threshold_step(Counts(0.4, 30, 10, 90), []).rows}
    assert rows["Precision"] == "TP / (TP + FP) = 30 / (30 + 10) = 75.0%"
    assert rows["Recall"] == "TP / (TP + FN) = 30 / (30 + 90) = 25.0%"
    assert rows["F1"] == "2 · TP / (2 · TP + FP + FN) = 60 / 160 = 0.375"
    nothing = {row.head: row.cells[0] for row in _threshold_step(Counts(0.9, 0, 0, 9), []).rows}
    assert (nothing["Precision"], nothing["F1"]) == ("no answer, so none", "0")


def test_a_box_in_whole_pixels_has_the_nearest_edges():
    # Edges at 1.6, 6.4 pixels across and 2.0, 4.0 down, of a picture 4 high and 8 wide.
    assert in_pixels(np.array([0.5, 0.75, 0.6, 0.5]), (4, 8)) == (2, 2, 4, 2)
