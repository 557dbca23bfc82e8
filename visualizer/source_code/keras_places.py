"""Which layers a model has, and where, as Keras counts and names them: for `layers[-2]` and `get_layer("conv")`."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from visualizer.source_code.keras_graph import Model, Tensor
from visualizer.source_code.keras_layers import LayerCall
from visualizer.source_code.python.budget import Budget


@dataclass(frozen=True)
class Place:
    """One layer in a model.

    Attributes:
        item: What was called or added; None for an input.
        reads: What goes in.
        output: What comes out.
    """

    item: Any
    reads: tuple[Tensor, ...]
    output: Tensor

    @property
    def name(self) -> str | None:
        """The name that the source gives it; None where Keras counts one."""
        return self.item.label if isinstance(self.item, LayerCall) else getattr(self.item, "name", None)


def places_in(model: Model, budget: Budget) -> list[Place] | None:
    """The layers of a model in the order in which they were made, inputs first; None where they are not known."""
    found: dict[Tensor, Place] = {}
    waiting = list(model.all_outputs)
    while waiting:
        tensor = waiting.pop()
        budget.make(1)
        if tensor in found:
            continue
        if tensor in model.inputs:
            found[tensor] = Place(None, (), tensor)
        elif tensor.made_as is None or (tensor.part is not None and tensor.part.is_layer):
            return None
        else:
            item, reads = tensor.made_as
            found[tensor] = Place(item, reads, tensor)
            waiting.extend(reads)
    return sorted(found.values(), key=lambda place: place.output.number)


def counted_places(model: Model, changed: Mapping[Tensor, int], budget: Budget) -> list[Place] | None:
    """The layers of a model by their numbers; None where these are not known.

    They are where no tensor is read twice and none was `changed` by a layer that is not here.
    """
    places = places_in(model, budget)
    if places is None or any(changed.get(place.output) or len(place.reads) > 1 for place in places):
        return None
    if any(place.reads != (before.output,) for before, place in itertools.pairwise(places)):
        return None
    return places[1:] if model.sequential else places
