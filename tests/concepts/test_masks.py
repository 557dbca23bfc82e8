import numpy as np
import pytest
import torch
from scipy.ndimage import binary_dilation

from visualizer.concepts.masks import Overlap, at_edges, coarse, mean_iou, moved_right, overlap_of, pixel_error, reduced
from visualizer.data.annotations import Annotations
from visualizer.tasks.segmentation import Segmentation

RANDOM = np.random.default_rng(0)
ANSWER, TRUTH = RANDOM.integers(0, 3, (2, 4, 8, 8)).astype(np.uint8)


def test_counts_by_hand():
    answer, truth = np.array([[1, 1, 0, 0]]), np.array([[0, 1, 1, 0]])
    assert overlap_of(answer, truth, 1) == Overlap(both=1, answer_only=1, truth_only=1)
    assert overlap_of(answer, truth, 1).iou == 1 / 3
    assert overlap_of(answer, truth, 2).iou is None
    assert mean_iou(answer, truth, 3) == (1 / 3 + 1 / 3) / 2
    assert pixel_error(answer, truth) == 0.5


def test_they_are_the_measures_of_the_task():
    outputs = ANSWER
    values = {
        measure.name: value
        for measure, value in Segmentation().evaluation(outputs, TRUTH, Annotations(("one", "two"))).measures
    }
    assert mean_iou(ANSWER, TRUTH, 3) == pytest.approx(values["mean-iou"])
    assert pixel_error(ANSWER, TRUTH) == pytest.approx(values["wrong"])
    single = Segmentation().measured(
        torch.nn.functional.one_hot(torch.from_numpy(ANSWER).long(), 3).movedim(-1, 1),
        torch.from_numpy(TRUTH),
        Annotations(("one", "two")),
    )
    assert [mean_iou(*pair, 3) for pair in zip(ANSWER, TRUTH, strict=True)] == pytest.approx(single["iou"].tolist())


def test_edges_are_what_grows_into_another_class():
    for mask in TRUTH:
        expected = np.zeros(mask.shape, bool)
        for label in range(3):
            # Outside of the picture nothing counts as another class.
            grown = binary_dilation(mask != label, np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]))
            expected |= grown & (mask == label)
        assert (at_edges(mask) == expected).all()
    assert (at_edges(TRUTH) == [at_edges(mask) for mask in TRUTH]).all()


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_a_reduced_mask_is_what_training_compares_with(factor):
    nearest = torch.nn.functional.interpolate(torch.from_numpy(TRUTH)[:, None], 8 // factor, mode="nearest-exact")
    assert (reduced(TRUTH, factor) == nearest[:, 0].numpy()).all()


def test_a_mask_moves_to_the_right():
    assert moved_right(np.array([[1, 2, 3]]), 1).tolist() == [[0, 1, 2]]
    assert moved_right(np.array([[1, 2, 3]]), 0).tolist() == [[1, 2, 3]]


def test_the_best_coarse_mask_has_the_fewest_wrong_pixels():
    best = coarse(TRUTH, 4, 3)
    assert (coarse(TRUTH, 1, 3) == TRUTH).all()
    for mask, made in zip(TRUTH, best, strict=True):
        for row in (0, 4):
            for column in (0, 4):
                square, said = mask[row : row + 4, column : column + 4], made[row : row + 4, column : column + 4]
                assert len(np.unique(said)) == 1
                assert (said == square).sum() == max((square == label).sum() for label in range(3))
