"""The picture with the receptive field of one unit, beside the map on which the unit is chosen.

Every field is computed in advance, so pointing sends nothing to the server. The component receptive_field draws it.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from visualizer.architecture.span import RowColumn
from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.inspection.receptive_field.field_sum import FieldRow
from visualizer.ui.kit.component import component, sent_by

MOST_PADDING = 0.14  # of the picture's height and width, drawn on each side
_KEY = "receptive-field-map"


def field_map(
    picture: np.ndarray,
    map: np.ndarray,
    rows: tuple[FieldRow, ...],
    index: int,
    captions: Sequence[tuple[str, str]],
    note: str,
) -> RowColumn:
    """Draw both sides; return the (row, column) of the unit that was chosen, at first the one in the middle.

    Args:
        picture: The network's input, (C, H, W) in [0, 1].
        map: (H', W') in [0, 1], drawn in grey: one pixel for each unit of row `index`.
        rows: The result of `field_rows`.
        index: The row of `rows` whose units are shown, from 1.
        captions: A title and a note for the picture and for the map.
        note: A sentence that says what the map shows.
    """
    place = _place()
    fields = drawn_fields(rows[index])
    data: dict[str, Any] = {
        "picture": png_source(rgb_pixels(picture)),
        "map": png_source(rgb_pixels(map[np.newaxis])),
        "size": picture.shape[1:],
        "places": rows[index].places,
        "margin": [_overhang(side, size) for side, size in zip(fields["ends"], picture.shape[1:], strict=True)],
        **fields,
        "captions": [list(caption) for caption in captions],
        "note": note,
        "place": place,
    }
    component("receptive_field")(key=_KEY, data=data, on_place_change=lambda: None)
    row, column = (min(int(part * size), size - 1) for part, size in zip(place, rows[index].places, strict=True))
    return row, column


def _place() -> tuple[float, float]:
    """The chosen place as a share of the map's height and width, so that it means the same in every layer."""
    place = sent_by(_KEY, "place")
    # Anybody can send anything.
    if (
        not isinstance(place, list | tuple)
        or len(place) != 2
        or not all(isinstance(part, int | float) for part in place)
    ):
        return 0.5, 0.5
    row, column = (min(max(float(part), 0.0), 1.0) if isfinite(part) else 0.5 for part in place)
    return row, column


def _overhang(ends: list[list[int]], size: int) -> int:
    """How many pixels of padding are drawn on each side: as far as a field reaches, up to a share of the picture."""
    reach = max((max(-first, last - size + 1) for first, last in ends if first <= last), default=0)
    reach = max(reach, 0)
    return min(reach, max(round(size * MOST_PADDING), 1))


def drawn_fields(row: FieldRow) -> dict[str, Any]:
    """What is sent of the fields of all places.

    Returns:
        "ends" has for each axis, and each place along it, the first and the last pixel of the box around the field; the
        last lies before the first where the units read nothing at all. "parts" has for each part of the fields, axis
        and place the pixels as runs; what a unit sees is in the runs of both axes in any part. "exact" is false where
        that is more than it sees.
    """
    fields, seen = row.fields, row.seen_parts
    return {
        "ends": [[[span.first, span.last] for span in spans] for spans in (fields.rows, fields.columns)],
        "parts": [[[_runs(pixels) for pixels in side] for side in part] for part in seen.parts],
        "exact": seen.exact,
    }


def _runs(seen: np.ndarray) -> list[list[int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], seen, [0]])))
    return [[int(first), int(end) - 1] for first, end in zip(edges[::2], edges[1::2], strict=True)]
