import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.concepts.suppression import suppression_steps
from visualizer.data.boxes import survivors


@given(st.integers(0, 10_000), st.integers(0, 12), st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]))
def test_the_steps_keep_what_non_maximum_suppression_keeps(seed, count, limit):
    random = np.random.default_rng(seed)
    boxes = np.concatenate([random.uniform(0.3, 0.7, (count, 2)), random.uniform(0.1, 0.6, (count, 2))], 1)
    classes = random.integers(0, 2, count)
    steps = suppression_steps(boxes, classes, limit)
    kept = [step.kept for step in steps]
    assert kept == np.flatnonzero(survivors(boxes, classes, limit)).tolist()
    # Every box is kept or removed, once.
    removed = [other for step in steps for other in step.removed]
    assert sorted(kept + removed) == list(range(count))


def test_each_step_says_which_box_overlaps_by_how_much():
    # Corners 0, 0, 4, 4; 1, 0, 5, 4; 3, 0, 7, 4; the first again, of another class, in a picture of 8 × 8 pixels.
    boxes = np.array([[2, 2, 4, 4], [3, 2, 4, 4], [5, 2, 4, 4], [2, 2, 4, 4]]) / 8
    first, second, third = suppression_steps(boxes, np.array([0, 0, 0, 1]), 0.5)
    assert (first.kept, second.kept, third.kept) == (0, 2, 3)
    # 3 · 4 of 16 + 16 − 12 pixels; 1 · 4 of 16 + 16 − 4 pixels.
    assert first.removed == {1: np.float64(12 / 20)}
    assert {other: round(overlap, 9) for other, overlap in first.spared.items()} == {2: round(4 / 28, 9)}
    assert second.removed == second.spared == third.removed == third.spared == {}


def test_the_overlaps_are_those_of_a_loop_over_pixels():
    random = np.random.default_rng(3)
    corners = np.sort(random.integers(0, 33, (6, 2, 2)), axis=2)
    masks = torch.zeros(6, 32, 32, dtype=torch.bool)
    for mask, ((left, right), (top, bottom)) in zip(masks, corners.tolist(), strict=True):
        mask[top:bottom, left:right] = True
    center, size = corners.mean(2) / 32, (corners[..., 1] - corners[..., 0]) / 32
    first = suppression_steps(np.concatenate([center, size], 1), np.zeros(6, int), 1.0)[0]
    assert first.kept == 0
    for other, overlap in first.spared.items():
        both, either = (masks[0] & masks[other]).sum(), (masks[0] | masks[other]).sum()
        assert abs(overlap - float(both / either)) < 1e-6
