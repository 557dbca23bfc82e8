"""A picture under a grid of cells, and what the cell under the pointer has to answer.

Every sentence is written in advance, so pointing sends nothing to the server. The component cell_grid draws it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from visualizer.concepts.grid_cells import GridCell
from visualizer.data.boxes import corners
from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.ui.kit.component import component
from visualizer.words import listed

_EMPTY = "no object has its centre here. The right answer of this cell is “no object”."
_EDGES = ("left", "top", "right", "bottom")


def cell_grid(
    picture: np.ndarray,
    targets: np.ndarray,
    cells: Sequence[GridCell],
    side: int,
    names: Sequence[str],
    caption: tuple[str, str],
    key: str,
) -> None:
    """Draw the picture with a grid of `side` × `side` cells.

    Args:
        picture: (H, W, 3) uint8.
        targets: (n, 5), the rows of `Dataset.boxes` of its objects.
        cells: The result of `responsible_cells`.
        side: Cells in a row and in a column.
        names: One for each class.
        caption: A title and a note.
        key: Unique on the page.
    """
    size = picture.shape[:2]
    lost = {other for cell in cells for other in cell.others}
    data: dict[str, Any] = {
        "start": f"{key}-{side}-{targets.tobytes().hex()}",
        "picture": png_source(rgb_pixels(picture)),
        "size": size,
        "side": side,
        "objects": [
            {
                "corners": _rounded(corners(target[1:]) * (size[1], size[0], size[1], size[0])),
                "center": _rounded(target[1:3] * (size[1], size[0])),
                "lost": place in lost,
            }
            for place, target in enumerate(targets)
        ],
        "cells": [
            {
                "row": cell.row,
                "column": cell.column,
                "owner": cell.owner,
                "words": _words(cell, targets, names, size),
                "sums": _sums(cell, targets, side, size),
            }
            for cell in cells
        ],
        "caption": caption,
        "empty": _EMPTY,
    }
    component("cell_grid")(key=key, data=data)


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 2) for value in values]


def _words(cell: GridCell, targets: np.ndarray, names: Sequence[str], size: tuple[int, int]) -> str:
    def named(place: int) -> str:
        name, (width, height) = names[int(targets[place, 0])], targets[place, 3:] * (size[1], size[0])
        return f"{name} of {width:.0f} × {height:.0f} pixels"

    if not cell.others:
        return f"responsible for the {named(cell.owner)}, whose centre lies in it."
    others = listed(f"the {named(other)}" for other in cell.others)
    return (
        f"the centres of the {named(cell.owner)} and of {others} lie in it. It is responsible for the smallest; no "
        "cell answers for the rest."
    )


def _sums(cell: GridCell, targets: np.ndarray, side: int, size: tuple[int, int]) -> list[str]:
    """How the place and the numbers of the answer are computed, line by line."""
    height, width = size
    x, y = targets[cell.owner, 1:3] * (width, height)
    lines = [
        f"Column: {x:.1f} / {width / side:g} = {x / width * side:.2f}, so column {cell.column} + 1 = {cell.column + 1}",
        f"Row: {y:.1f} / {height / side:g} = {y / height * side:.2f}, so row {cell.row} + 1 = {cell.row + 1}",
    ]
    for name, distance in zip(_EDGES, cell.distances, strict=True):
        learnt = f"the network learns ln {distance:.2f} = {np.log(distance):.2f}" if distance > 0 else "no logarithm"
        lines.append(f"From its middle to the {name} edge: {distance:.2f} cells; {learnt}".replace("-", "−"))
    return lines
