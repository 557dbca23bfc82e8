"""Charts whose points are numbers of a network: which number a click means."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.ui.kit.chart_events import Clicked

if TYPE_CHECKING:
    from visualizer.inspection.steps import Place, Spot


@dataclass(frozen=True)
class Given:
    """What one layer gives to a layer in which several meet.

    Attributes:
        layer: Its index, or PICTURE.
        shape: Of what it gives.
        first: Where its first channel comes in the joined channels, from 0; 0 unless they are put one behind another.
    """

    layer: int
    shape: tuple[int, ...]
    first: int = 0

    def place(self, joined: "Place") -> "Place":
        """The place in what it gives of the number that comes to that place; one number may stand for a whole map."""
        channel, *rest = joined
        return tuple(np.minimum((channel - self.first, *rest), np.array(self.shape) - 1).tolist())


@dataclass(frozen=True)
class NumberChart:
    """A chart of numbers of one layer, or of what meets in it. A callback keeps it: it holds no results.

    Attributes:
        key: Of the chart.
        vector: Whether each point is a unit of a vector; else it is a place on a map.
        channel: The only map that it shows, from 0; None where each point names its map.
        given: What its tiles show, in order: a `Given`, or None for what is made of them. Of a chart with one entry,
            all points belong to it. Empty for a chart of the layer's output.
        numbered_from: The joined channel, from 0, that the chart calls 1.
        is_input: Whether the numbers of the layer are those of its input.
    """

    key: str
    vector: bool = False
    channel: int | None = None
    given: tuple[Given | None, ...] = ()
    numbered_from: int = 0
    is_input: bool = False

    def path(self, layer: int, point: Clicked) -> "tuple[Spot, ...]":
        """The clicked number, or the way to it: from the number of `layer` that is made of it.

        Raises TypeError, ValueError or IndexError for a point that the chart does not have: anybody can send anything.
        """
        from visualizer.inspection.steps import Spot

        tile = 0
        if self.vector:
            place: tuple[int, ...] = (self.numbered_from + int(point.data[0] if point.data else point.x) - 1,)
        elif self.channel is not None and not self.given:
            place = (self.channel, point.index[0], point.index[1])
        else:
            number, row, column = (int(part) - 1 for part in point.data[:3])
            if self.channel is not None:
                tile, number = number, self.channel
            place = (self.numbered_from + number, row, column)
        if tile < 0:
            raise IndexError(tile)
        spot = Spot(layer, place, self.is_input)
        given = self.given[tile] if self.given else None
        return (spot,) if given is None else (spot, Spot(given.layer, given.place(place)))
