"""How the boxes of a picture move with it."""

import torch

from visualizer.data.moves import Moves


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
    height, width = size
    center, half = 2 * boxes[..., :2] - 1, boxes[..., 2:]  # from -1 to 1 along each side, as in `moved`
    signs = boxes.new_tensor([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    points = (center[:, :, None] + half[:, :, None] * signs).flatten(1, 2)  # (N, n · 4, 2), x and y
    rest = 1 - moves.kept
    offset = torch.stack([moves.crop_right * rest - 2 * moves.right, moves.crop_down * rest - 2 * moves.down], -1)
    # `moved` says where each place of the result comes from. This is the way back: first the shift and the crop, then
    # the mirrors, then the turn.
    points = (points - offset[:, None]) / moves.kept[:, None, None]
    points = points * torch.stack([moves.flipped, moves.flipped_vertically], -1)[:, None]
    x, y = points[..., 0] * width, points[..., 1] * height
    cosine, sine = torch.cos(moves.angle)[:, None], torch.sin(moves.angle)[:, None]
    turned = torch.stack([(cosine * x + sine * y) / width, (cosine * y - sine * x) / height], -1)
    turned = turned.unflatten(1, (boxes.shape[1], 4)).clamp(-1, 1)
    low, high = turned.amin(2), turned.amax(2)
    return torch.cat([(low + high + 2) / 4, (high - low) / 2], -1)
