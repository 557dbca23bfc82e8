"""The part of the picture that a unit of any network sees, also where its layers branch and meet again.

The recurrence is that of https://distill.pub/2019/computing-receptive-fields/; where paths meet, the field is the
smallest box around the fields of all of them.
"""

from dataclasses import dataclass

import numpy as np

from visualizer.architecture.flow import PICTURE, FlowNetwork

Pair = tuple[int, int]


@dataclass(frozen=True)
class Sight:
    """What the units of a layer see; every pair is (height, width), in pixels of the picture.

    Attributes:
        start: The first pixel of the first unit's field; below 0 where the field begins in the padding.
        size: From the first to the last pixel, as if the picture had no edge.
        jump: Between the fields of two neighbouring units.
    """

    start: Pair
    size: Pair
    jump: Pair

    def corner(self, place: Pair) -> Pair:
        """The first row and column of the field of the unit at (row, column)."""
        rows, columns = (start + jump * at for start, jump, at in zip(self.start, self.jump, place, strict=True))
        return rows, columns


def sight_of(network: FlowNetwork, index: int) -> Sight:
    """What the units of layer `index` (from 0) see. Those of a vector see the whole picture."""
    _, height, width = network.input_shape
    whole = Sight((0, 0), (height, width), (0, 0))
    sights = {PICTURE: Sight((0, 0), (1, 1), (1, 1))}
    for node in network.nodes[: index + 1]:
        if node.window is None:
            sights[node.index] = whole
            continue
        arrived = _around([sights[source] for source in node.sources])
        step = node.window
        starts, sizes, jumps = zip(
            *(
                (
                    arrived.start[axis] - step.padding[axis] * arrived.jump[axis],
                    arrived.size[axis] + (step.window[axis] - 1) * step.dilation[axis] * arrived.jump[axis],
                    arrived.jump[axis] * step.strides[axis],
                )
                for axis in (0, 1)
            ),
            strict=True,
        )
        sights[node.index] = Sight(starts, sizes, jumps)
    return sights[index]


def _around(sights: list[Sight]) -> Sight:
    # Where one of them sees the whole picture, as what a gate gives does, so does what they become.
    seeing_all = [sight for sight in sights if sight.jump == (0, 0)]
    if seeing_all:
        return seeing_all[0]
    starts, ends = (
        [pick(values) for values in zip(*every, strict=True)]
        for pick, every in (
            (min, [sight.start for sight in sights]),
            (max, [tuple(np.add(sight.start, sight.size)) for sight in sights]),
        )
    )
    size = (int(ends[0] - starts[0]), int(ends[1] - starts[1]))
    return Sight((int(starts[0]), int(starts[1])), size, sights[0].jump)


@dataclass(frozen=True)
class Crop:
    """A part of a picture.

    Attributes:
        top, left: Its first row and column in the picture; below 0 where it begins outside.
        pixels: (C, h, w), 0 outside the picture.
        inside: (h, w) bool, what is part of the picture.
    """

    top: int
    left: int
    pixels: np.ndarray
    inside: np.ndarray


def crop(picture: np.ndarray, sight: Sight, place: Pair) -> Crop:
    """The part of (C, H, W) that the unit at (row, column) sees.

    Along an axis where the field is as large as the picture or larger it is the whole picture; elsewhere it is as large
    as the field, also where that leaves the picture.
    """
    channels, *limits = picture.shape
    size = [min(extent, limit) for extent, limit in zip(sight.size, limits, strict=True)]
    top, left = (
        0 if extent == limit else first for extent, limit, first in zip(size, limits, sight.corner(place), strict=True)
    )
    rows, columns = top + np.arange(size[0]), left + np.arange(size[1])
    row_inside, column_inside = (rows >= 0) & (rows < limits[0]), (columns >= 0) & (columns < limits[1])
    inside = np.outer(row_inside, column_inside)
    pixels = np.zeros((channels, *size), dtype=picture.dtype)
    pixels[:, inside] = picture[:, rows[row_inside][:, None], columns[column_inside]].reshape(channels, -1)
    return Crop(top, left, pixels, inside)


def whole(picture: np.ndarray) -> Crop:
    """All of a picture, (C, H, W)."""
    return Crop(0, 0, picture, np.ones(picture.shape[1:], dtype=bool))
