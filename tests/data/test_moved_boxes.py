"""Boxes that move with their pictures."""

import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.data.moved_boxes import moved_boxes
from visualizer.data.moves import Moves, moved

HEIGHT, WIDTH = 144, 192
PIXEL = 1 / HEIGHT
NEAR = 3 * PIXEL


def moves_of(**values: float) -> Moves:
    still = {"flipped": 1, "flipped_vertically": 1, "down": 0, "right": 0, "angle": 0, "kept": 1}
    still |= {"crop_down": 0, "crop_right": 0}
    return Moves(**{name: torch.tensor([float(value)]) for name, value in (still | values).items()})


def drawn(left: int, top: int, right: int, bottom: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A white rectangle on black, (1, 1, H, W), and its box, (1, 1, 4)."""
    picture = torch.zeros(1, 1, HEIGHT, WIDTH)
    picture[:, :, top:bottom, left:right] = 1
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
MOVES = st.builds(
    moves_of,
    flipped=signs,
    flipped_vertically=signs,
    down=st.floats(-0.1, 0.1),
    right=st.floats(-0.1, 0.1),
    angle=st.just(0.0) | st.floats(-0.3, 0.3),
    kept=st.floats(0.5, 1),
    crop_down=st.floats(-1, 1),
    crop_right=st.floats(-1, 1),
)


@given(MOVES, st.integers(51, 84), st.integers(39, 60), st.integers(36, 54), st.integers(30, 45))
def test_a_box_lies_where_the_moved_picture_has_it(moves: Moves, left: int, top: int, wide: int, high: int):
    # In the middle half of the picture: what is mirrored beyond an edge has no part of it.
    picture, box = drawn(left, top, left + wide, top + high)
    expected = seen(moved(picture, moves))
    found = edges_of(moved_boxes(box, moves, (HEIGHT, WIDTH)))
    assert np.all((found >= -1e-6) & (found <= 1 + 1e-6))
    cut = min(found) < PIXEL or max(found) > 1 - PIXEL
    if moves.angle.item() and cut:
        # The corner that reaches farthest may lie beyond the edge: then the box is larger than what is seen.
        assert expected is None or np.all(found[:2] <= expected[:2] + NEAR)
        assert expected is None or np.all(found[2:] >= expected[2:] - NEAR)
    elif expected is None:
        assert min(found[2:] - found[:2]) < NEAR
    else:
        # The tip of a turned corner fills too little of its pixels to be seen.
        np.testing.assert_allclose(found, expected, atol=NEAR)


def test_still_pictures_keep_their_boxes():
    _, box = drawn(10, 5, 30, 20)
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
