"""A grid of cells, each of which may answer with one object: the arithmetic of an anchor-free detector.

As in YOLO, a cell is responsible for an object whose centre lies in it (Redmon et al., 2016,
https://arxiv.org/abs/1506.02640). As in FCOS, its box is four distances, from the cell's centre to the box's left, top,
right and bottom edge (Tian et al., 2019, https://arxiv.org/abs/1904.01355).

The maps of a network are (N, 5 + classes, H, W): the first says whether there is an object, the next four are the
logarithms of the distances in cells, the others are one for each class.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

BOX_MAPS = 4
FIRST_CLASS = 1 + BOX_MAPS
_LONGEST = 4.0  # e to the power of it is the longest distance in cells: no box becomes infinite


def responsible(targets: "torch.Tensor", height: int, width: int) -> "torch.Tensor":
    """The object that each cell is responsible for: (N, H, W) int64, its row in `targets`, -1 for none.

    If several centres lie in one cell, it is responsible for the smallest object, as in FCOS.

    Args:
        targets: (N, most, 5), rows of `Dataset.boxes`.
        height, width: Of the grid, cells.
    """
    import torch

    classes, x, y = targets[..., 0], targets[..., 1] * width, targets[..., 2] * height
    rows, columns = torch.arange(height, device=targets.device), torch.arange(width, device=targets.device)
    in_row = y.floor().clamp(0, height - 1)[..., None] == rows
    in_column = x.floor().clamp(0, width - 1)[..., None] == columns
    inside = in_row[..., :, None] & in_column[..., None, :] & (classes >= 0)[..., None, None]
    areas = torch.where(inside, targets[..., 3:].prod(-1)[..., None, None], torch.inf)
    smallest, which = areas.min(1)
    return torch.where(smallest.isfinite(), which, -1)


def boxes_of_cells(
    distances: "torch.Tensor", rows: "torch.Tensor", columns: "torch.Tensor", size: tuple[int, int]
) -> "torch.Tensor":
    """The boxes of n cells, (n, 4) as shares of the picture's sides, in a grid of that height and width.

    Args:
        distances: (n, 4), the four maps at each cell.
        rows, columns: (n,) where the cells are.
    """
    import torch

    height, width = size
    left, top, right, bottom = distances.clamp(max=_LONGEST).exp().unbind(1)
    x, y = columns + 0.5 + (right - left) / 2, rows + 0.5 + (bottom - top) / 2
    return torch.stack([x / width, y / height, (left + right) / width, (top + bottom) / height], 1)


def candidates(maps: "torch.Tensor", most: int, least: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The objects that the cells answer with, before non-maximum suppression, the highest scores first.

    The score of a cell is the product of the sigmoid of its first map and of its largest softmax over the classes.

    Args:
        maps: (N, 5 + classes, H, W).
        most: Objects of a picture.
        least: Score; others get the score 0.

    Returns:
        Boxes (N, n, 4) float32, classes (N, n) int64 and scores (N, n) float32, with n up to
        `most`: as many as the picture with the most has.
    """
    import torch

    height, width = maps.shape[2:]
    share, which = torch.softmax(maps[:, FIRST_CLASS:], 1).max(1)
    scores, cells = (torch.sigmoid(maps[:, 0]) * share).flatten(1).topk(min(most, height * width), 1)
    scores = torch.where(scores >= least, scores, 0.0)
    some = int((scores > 0).sum(1).max()) if len(scores) else 0
    scores, cells = scores[:, :some], cells[:, :some]
    classes = which.flatten(1).gather(1, cells)
    chosen = maps[:, 1:FIRST_CLASS].flatten(2).gather(2, cells[:, None].expand(-1, BOX_MAPS, -1)).movedim(1, 2)
    flat = cells.flatten()
    boxes = boxes_of_cells(chosen.flatten(0, 1), flat // width, flat % width, (height, width))
    return (
        boxes.unflatten(0, cells.shape).numpy(force=True),
        classes.numpy(force=True),
        scores.numpy(force=True),
    )
