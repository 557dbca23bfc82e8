"""Cuts out the part of a picture that a unit sees."""

from dataclasses import dataclass

import numpy as np

from visualizer.architecture.span import RowColumn
from visualizer.inspection.receptive_field.fields import LayerFields


@dataclass(frozen=True)
class Crop:
    """A part of a picture.

    Attributes:
        top, left: Its first row and column in the picture; negative if it begins outside the picture.
        pixels: (C, h, w), 0 outside the picture.
        inside: (h, w) bool, False outside the picture.
    """

    top: int
    left: int
    pixels: np.ndarray
    inside: np.ndarray

    @property
    def frame(self) -> tuple[int, int, int, int]:
        """Its place in the picture: (top, left, height, width)."""
        height, width = self.inside.shape
        return self.top, self.left, height, width


def crop_to_field(picture: np.ndarray, fields: LayerFields | None, place: RowColumn) -> Crop:
    """The part of a picture (C, H, W) that the unit at this place sees; the whole picture if the fields are not known.

    All crops of a layer have the size of its largest field. They begin at the first pixel of the unit's field, and may
    reach beyond the picture. Along an axis on which the largest field covers the picture, the crop is all of it.
    """
    channels, *limits = picture.shape
    if fields is None:
        return Crop(0, 0, picture, np.ones(limits, dtype=bool))
    size = [min(max(extent, 1), limit) for extent, limit in zip(fields.size, limits, strict=True)]
    top, left = (
        0 if extent >= limit else span.first
        for extent, limit, span in zip(fields.size, limits, fields.field(place), strict=True)
    )
    rows, columns = top + np.arange(size[0]), left + np.arange(size[1])
    row_inside, column_inside = (rows >= 0) & (rows < limits[0]), (columns >= 0) & (columns < limits[1])
    inside = np.outer(row_inside, column_inside)
    pixels = np.zeros((channels, *size), dtype=picture.dtype)
    pixels[:, inside] = picture[:, rows[row_inside][:, None], columns[column_inside]].reshape(channels, -1)
    return Crop(top, left, pixels, inside)
