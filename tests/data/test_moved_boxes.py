"""Boxes that move with their pictures."""

import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.data.boxes import overlaps
from visualizer.data.moved_boxes import boxes_around, moved_boxes
from visualizer.data.moves import Moves, moved
from visualizer.data.shapes import make_shapes

HEIGHT, WIDTH = 144, 192
PIXEL = 1 / HEIGHT
NEAR = 3 * PIXEL


def moves_of(**values: float) -> Moves:
    still = {"flipped": 1, "flipped_vertically": 1, "down": 0, "right": 0, "angle": 0, "kept": 1}
    still |= {"crop_down": 0, "crop_right": 0}
    return Moves(**{name: torch.tensor([float(value)]) for name, value in (still | values).items()})


def drawn(left: int, top: int, right: int, bottom: int, *, is_round: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """A white rectangle or ellipse on black, (1, 1, H, W), and its box, (1, 1, 4)."""
    picture = torch.zeros(1, 1, HEIGHT, WIDTH)
    rows, columns = torch.arange(HEIGHT)[:, None] + 0.5, torch.arange(WIDTH) + 0.5
    along, across = (2 * rows - top - bottom) / (bottom - top), (2 * columns - left - right) / (right - left)
    far = along.square() + across.square() if is_round else torch.maximum(along.abs(), across.abs())
    picture[0, 0] = (far < 1).float()
    box = [(left + right) / 2 / WIDTH, (top + bottom) / 2 / HEIGHT, (right - left) / WIDTH, (bottom - top) / HEIGHT]
    return picture, torch.tensor([[box]])


def seen(picture: torch.Tensor) -> np.ndarray | None:
    """Left, top, right and bottom of what is white, as shares of the sides."""
    rows, columns = np.nonzero(picture[0, 0].numpy() >= 0.5)
    if not len(rows):
        return None
    edges = columns.min() / WIDTH, rows.min() / HEIGHT, (columns.max() + 1) / WIDTH, (rows.max() + 1) / HEIGHT
    return np.array(edges)


def edges_of(boxes: torch.Tensor) -> np.ndarray:
    center, half = boxes[0, 0, :2].numpy(), boxes[0, 0, 2:].numpy() / 2
    return np.concatenate([center - half, center + half])


signs = st.sampled_from([-1, 1])
ANGLES = st.floats(-math.pi, math.pi)


def any_moves(angles: st.SearchStrategy[float]) -> st.SearchStrategy[Moves]:
    """Over the whole range that the form of Train allows."""
    return st.builds(
        moves_of,
        flipped=signs,
        flipped_vertically=signs,
        down=st.floats(-0.5, 0.5),
        right=st.floats(-0.5, 0.5),
        angle=angles,
        kept=st.floats(0.5, 1),
        crop_down=st.floats(-1, 1),
        crop_right=st.floats(-1, 1),
    )


# Anywhere in the picture, also at its edges: left, top, width and height.
PLACES = st.tuples(st.integers(0, WIDTH - 45), st.integers(0, HEIGHT - 36), st.integers(24, 45), st.integers(24, 36))


@given(any_moves(st.just(0.0)), PLACES)
def test_a_box_lies_where_the_moved_picture_has_it(moves: Moves, place: tuple[int, int, int, int]):
    left, top, wide, high = place
    picture, box = drawn(left, top, left + wide, top + high, is_round=False)
    expected = seen(moved(picture, moves, mirrored_beyond=False))
    found = edges_of(moved_boxes(box, moves, (HEIGHT, WIDTH)))
    assert np.all((found >= 0) & (found <= 1))
    if expected is None:
        assert min(found[2:] - found[:2]) < NEAR
    else:
        np.testing.assert_allclose(found, expected, atol=NEAR)


@given(any_moves(ANGLES), PLACES)
def test_a_turned_box_is_around_the_turned_ellipse_in_it(moves: Moves, place: tuple[int, int, int, int]):
    left, top, wide, high = place
    picture, box = drawn(left, top, left + wide, top + high, is_round=True)
    expected = seen(moved(picture, moves, mirrored_beyond=False))
    found = edges_of(moved_boxes(box, moves, (HEIGHT, WIDTH)))
    assert np.all((found >= 0) & (found <= 1))
    if expected is None:
        return  # only the corner of the box is in the picture, or nothing of it
    if min(found) < PIXEL or max(found) > 1 - PIXEL:
        # The place that reaches farthest may lie beyond the edge: then the box is larger than what is seen.
        assert np.all(found[:2] <= expected[:2] + NEAR)
        assert np.all(found[2:] >= expected[2:] - NEAR)
    else:
        np.testing.assert_allclose(found, expected, atol=NEAR)


def test_boxes_of_turned_shapes_are_nearer_than_those_around_four_corners():
    """The shapes of the data set, turned as far as the form allows: their boxes overlap by 0.64 with those."""
    dataset = make_shapes(per_class=20)
    count, angles = len(dataset.boxes), torch.rand(200, generator=torch.Generator().manual_seed(0))
    still, none = torch.ones(count), torch.zeros(count)
    moves = Moves(still, still, none, none, math.pi * (2 * angles - 1), still, none, none)
    boxes = torch.from_numpy(dataset.boxes[..., 1:])
    own = torch.from_numpy(dataset.masks > 0).float()[:, None]
    tight = boxes_around(moved(own, moves, mirrored_beyond=False)[:, 0] >= 0.5, torch.zeros(count, 2))
    found = moved_boxes(boxes, moves, (64, 64))
    shared = [overlaps(one, other)[0, 0] for one, other in zip(found.numpy(), tight[:, None].numpy(), strict=True)]
    assert np.mean(shared) > 0.85


def test_the_box_around_what_is_seen():
    picture = torch.zeros(2, 4, 8, dtype=torch.bool)
    picture[0, 1, 2] = picture[0, 3, 6] = True
    found = boxes_around(picture, torch.tensor([[0.5, 0.5], [1.0, 0.25]]))
    torch.testing.assert_close(found, torch.tensor([[0.5625, 0.625, 0.625, 0.75], [1.0, 0.25, 0.0, 0.0]]))


def test_still_pictures_keep_their_boxes():
    _, box = drawn(10, 5, 30, 20, is_round=False)
    torch.testing.assert_close(moved_boxes(box, moves_of(), (HEIGHT, WIDTH)), box)


def test_mirror_shift_crop_and_turn_by_hand():
    box = torch.tensor([[[0.3, 0.4, 0.2, 0.1]]])

    def after(**values: float) -> list[float]:
        return moved_boxes(box, moves_of(**values), (64, 64))[0, 0].tolist()

    np.testing.assert_allclose(after(flipped=-1), [0.7, 0.4, 0.2, 0.1], atol=1e-6)
    np.testing.assert_allclose(after(flipped_vertically=-1), [0.3, 0.6, 0.2, 0.1], atol=1e-6)
    np.testing.assert_allclose(after(right=0.1, down=-0.2), [0.4, 0.2, 0.2, 0.1], atol=1e-6)
    # The upper left quarter, twice as large.
    np.testing.assert_allclose(after(kept=0.5, crop_right=-1, crop_down=-1), [0.6, 0.8, 0.4, 0.2], atol=1e-6)
    # A quarter turn against the clock: what was right of the middle is above it.
    np.testing.assert_allclose(after(angle=math.pi / 2), [0.4, 0.7, 0.1, 0.2], atol=1e-6)
    # Past the left edge: what is left of it, and then nothing.
    np.testing.assert_allclose(after(right=-0.3), [0.05, 0.4, 0.1, 0.1], atol=1e-6)
    assert after(right=-0.5)[2] == 0
