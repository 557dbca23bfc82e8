"""Overlaps of boxes, non-maximum suppression and which object an answer finds, against loops over single boxes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.data.boxes import corners, found, overlaps, survivors

EMPTY = -1


def iou(first: np.ndarray, second: np.ndarray) -> float:
    """By counting the cells of a fine grid that the boxes cover: they lie on its lines."""

    def cells(box: np.ndarray) -> set[tuple[int, int]]:
        left, top, right, bottom = np.round(40 * corners(box)).astype(int).tolist()
        return {(row, column) for row in range(top, bottom) for column in range(left, right)}

    one, other = cells(first), cells(second)
    return len(one & other) / len(one | other) if one | other else 0.0


@st.composite
def many(draw: st.DrawFn, most: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Boxes whose edges are at whole 40ths, and their classes."""
    even = st.integers(0, 5).map(lambda half: 2 * half)
    count = draw(st.integers(0, most))
    rows = [[draw(st.integers(0, 40)), draw(st.integers(0, 40)), draw(even), draw(even)] for _ in range(count)]
    boxes = np.array(rows, np.float64).reshape(count, 4) / 40
    return boxes, np.array([draw(st.integers(0, 1)) for _ in range(count)], np.int64)


def test_overlaps_by_hand():
    boxes = np.array([[0.5, 0.5, 0.4, 0.4], [0.7, 0.5, 0.4, 0.4], [0.1, 0.1, 0.1, 0.1], [0.5, 0.5, 0, 0]])
    expected = [[1, 1 / 3, 0, 0], [1 / 3, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(overlaps(boxes, boxes), expected, atol=1e-12)


@given(many(), many())
def test_overlaps_are_shared_cells_of_all_cells(first: tuple[np.ndarray, ...], second: tuple[np.ndarray, ...]):
    expected = np.array([[iou(one, other) for other in second[0]] for one in first[0]])
    np.testing.assert_allclose(
        overlaps(first[0], second[0]), expected.reshape(len(first[0]), len(second[0])), atol=1e-9
    )


@given(many(), st.sampled_from([0.1, 0.3, 0.5, 0.9]))
def test_suppression_keeps_a_box_that_no_kept_one_is_near_to(given_boxes: tuple[np.ndarray, ...], overlap: float):
    boxes, classes = given_boxes
    kept: list[int] = []
    for place in range(len(boxes)):
        rivals = [other for other in kept if classes[other] == classes[place]]
        if all(overlaps(boxes[[place]], boxes[[other]])[0, 0] <= overlap for other in rivals):
            kept.append(place)
    assert np.flatnonzero(survivors(boxes, classes, overlap)).tolist() == kept
    # Leaving the last ones out first changes nothing for the others.
    half = len(boxes) // 2
    np.testing.assert_array_equal(
        survivors(boxes[:half], classes[:half], overlap), survivors(boxes, classes, overlap)[:half]
    )


@given(many(), many(5), st.integers(0, 4))
def test_answers_find_what_is_left(said: tuple[np.ndarray, ...], true: tuple[np.ndarray, ...], empty: int):
    boxes, classes = said
    wanted = np.pad(true[0], ((0, empty), (0, 0)))
    wanted_classes = np.pad(true[1], (0, empty), constant_values=EMPTY)
    answered = np.arange(len(boxes)) % 3 != 2
    left, expected = list(range(len(true[0]))), []
    for place in range(len(boxes)):
        best, largest = -1, 0.5
        for other in left:
            overlap = overlaps(boxes[[place]], wanted[[other]])[0, 0]
            if answered[place] and classes[place] == wanted_classes[other] and overlap >= largest:
                # Of two with the same overlap, the first.
                best, largest = (other, overlap) if best < 0 or overlap > largest else (best, largest)
        if best >= 0:
            left.remove(best)
        expected.append(best)
    assert found(boxes, classes, answered, wanted, wanted_classes).tolist() == expected


def test_pictures_are_computed_together():
    random = np.random.default_rng(0)
    boxes = random.uniform(0.1, 0.9, (6, 20, 4))
    true = random.uniform(0.1, 0.9, (6, 4, 4))
    classes, true_classes = random.integers(0, 2, (6, 20)), random.integers(-1, 2, (6, 4))
    kept = survivors(boxes, classes, 0.4)
    together = found(boxes, classes, kept, true, true_classes)
    assert kept.any()
    assert not kept.all()
    for picture in range(6):
        one = survivors(boxes[picture], classes[picture], 0.4)
        np.testing.assert_array_equal(one, kept[picture])
        alone = found(boxes[picture], classes[picture], one, true[picture], true_classes[picture])
        np.testing.assert_array_equal(alone, together[picture])


@pytest.mark.parametrize("count", [0, 3])
def test_nothing_is_found_where_nothing_is(count: int):
    boxes = np.full((count, 4), 0.5)
    nothing = found(boxes, np.zeros(count, int), np.ones(count, bool), np.zeros((0, 4)), np.zeros(0, int))
    assert nothing.tolist() == [-1] * count
