"""How the boxes of a picture move with it."""

import torch

from visualizer.data.moves import Moves, moved_points


def moved_boxes(boxes: torch.Tensor, moves: Moves, size: tuple[int, int]) -> torch.Tensor:
    """Where boxes lie after `data.moves.moved` moved their pictures: (N, n, 4) in and out, as shares of the sides.

    A turned box is not upright any more, and the shape in it is not known. The result is the upright box around the
    turned ellipse that filled the box before: on average, it is the nearest to the box around the turned shape, while
    the box around the four corners is nearly always too large. Source: Kalra and others, Towards Rotation Invariance in
    Object Detection, 2021, https://arxiv.org/abs/2109.13488

    It is clipped at the picture's edges after that; a box that has left the picture has no area.

    Args:
        boxes: The centre's x and y, width and height.
        moves: Of the N pictures.
        size: Height and width of the pictures, pixels.
    """
    corners = boxes.new_tensor([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
    points = boxes[..., None, :2] + boxes[..., None, 2:] * corners  # (N, n, 4, 2)
    turned = moved_points(points.flatten(1, 2), moves, size).unflatten(1, (boxes.shape[1], 4))
    low, high = turned.amin(2), turned.amax(2)
    # From its centre, the ellipse reaches as far along each axis as the root of the sum of the squares of its two half
    # axes there: those to the middles of the right and of the lower side.
    half_axes = torch.stack([turned[:, :, 1] - turned[:, :, 0], turned[:, :, 3] - turned[:, :, 0]], 2) / 2
    reach = half_axes.square().sum(2).sqrt()
    center = turned.mean(2)
    is_turned = (moves.angle != 0)[:, None, None]
    low = torch.where(is_turned, center - reach, low).clamp(0, 1)
    high = torch.where(is_turned, center + reach, high).clamp(0, 1)
    return torch.cat([(low + high) / 2, high - low], -1)


def boxes_around(seen: torch.Tensor, elsewhere: torch.Tensor) -> torch.Tensor:
    """The upright boxes around what is seen, (N, 4) as above; without area where nothing is.

    Args:
        seen: (N, H, W) bool.
        elsewhere: (N, 2), the centres of the boxes where nothing is seen.
    """
    ends = []
    for axis in (1, 2):  # a row's pixels first, for y
        some = seen.any(3 - axis).float()
        count = some.shape[1]
        ends.append((some.argmax(1) / count, 1 - some.flip(1).argmax(1) / count))
    (top, bottom), (left, right) = ends
    boxes = torch.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], 1)
    nothing = torch.cat([elsewhere, torch.zeros_like(elsewhere)], 1)
    return torch.where(seen.flatten(1).any(1)[:, None], boxes, nothing)
