"""Which cell of a grid is responsible for which object, and which objects no cell answers for."""

from dataclasses import dataclass

import numpy as np

from visualizer.data.boxes import corners
from visualizer.data.dataset import NO_OBJECT
from visualizer.tasks.cells import responsible


@dataclass(frozen=True)
class GridCell:
    """One cell in which the centre of an object lies.

    Attributes:
        row, column: Its place in the grid, from 0.
        owner: The object that it is responsible for, by its row in the targets: the smallest of those inside.
        others: The other objects whose centre lies in it; no cell answers for them.
        distances: (4,) from the cell's middle to the left, top, right and bottom edge of the owner's box, in cells.
            The network learns the logarithm of each; one that is not above 0 it can only approach.
    """

    row: int
    column: int
    owner: int
    others: tuple[int, ...]
    distances: np.ndarray


def responsible_cells(targets: np.ndarray, side: int) -> tuple[GridCell, ...]:
    """The cells of a grid of `side` × `side` that answer with an object, row by row.

    Args:
        targets: (most, 5) float32, the rows of `Dataset.boxes` for one picture.
        side: At least 1.
    """
    import torch

    which = responsible(torch.tensor(targets)[None], side, side)[0].numpy()
    present = np.flatnonzero(targets[:, 0] != NO_OBJECT)
    places = {int(one): _cell_of(targets[one], side) for one in present}
    cells = []
    for row, column in np.argwhere(which >= 0).tolist():
        owner = int(which[row, column])
        others = tuple(one for one, place in places.items() if place == (row, column) and one != owner)
        left, top, right, bottom = corners(targets[owner, 1:].astype(np.float64)) * side
        x, y = column + 0.5, row + 0.5
        cells.append(GridCell(row, column, owner, others, np.array([x - left, y - top, right - x, bottom - y])))
    return tuple(cells)


def _cell_of(target: np.ndarray, side: int) -> tuple[int, int]:
    """The row and the column of the cell that the centre of a row of `Dataset.boxes` lies in."""
    x, y = np.clip(np.floor(target[1:3] * side), 0, side - 1).astype(int).tolist()
    return y, x


def without_cell(targets: np.ndarray, side: int) -> int:
    """How many objects of all pictures no cell of a grid of `side` × `side` answers for; `targets` is (N, most, 5)."""
    import torch

    answered = (responsible(torch.tensor(targets), side, side) >= 0).sum()
    return int((targets[..., 0] != NO_OBJECT).sum()) - int(answered)
