"""How the boxes of a picture move with it."""

import torch

from visualizer.data.moves import Moves, moved_points


def moved_boxes(boxes: torch.Tensor, moves: Moves, size: tuple[int, int]) -> torch.Tensor:
    """Where boxes lie after `data.moves.moved` moved their pictures: (N, n, 4) in and out, as shares of the sides.

    A turned box is not upright any more: the result is the upright box around its four corners, which is larger than
    the one around a turned shape would be. It is clipped at the picture's edges after that; a box that has left the
    picture has no area. What is mirrored beyond an edge has no box.

    Args:
        boxes: The centre's x and y, width and height.
        moves: Of the N pictures.
        size: Height and width of the pictures, pixels.
    """
    corners = boxes.new_tensor([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
    points = boxes[..., None, :2] + boxes[..., None, 2:] * corners  # (N, n, 4, 2)
    turned = moved_points(points.flatten(1, 2), moves, size).unflatten(1, (boxes.shape[1], 4)).clamp(0, 1)
    low, high = turned.amin(2), turned.amax(2)
    return torch.cat([(low + high) / 2, high - low], -1)
