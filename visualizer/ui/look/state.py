"""What Look inside alone keeps in a tab."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visualizer.inspection.steps import Spot
    from visualizer.ui.state.look_place import LookPlace


@dataclass
class LookState:
    """What Look inside shows.

    Attributes:
        filter_number: The chosen filter, from 1; the last one is shown in a layer that has fewer.
        pixel_path: The explained numbers, each made of the next; the last one is shown.
        pixel_page: The page of the channels or products that the last one is made of, from 0.
        pixel_asked: The explained path, and what the browser asked for there, until that is followed; or None.
        asked_layer: The layer, by index, that was asked for on the stage, until it is opened; or None.
        asked_network: The network that was asked for by name, and whether with random weights, or None.
        kept: The place that this tab came back to; None before its first look.
        layers_only: Why only the layers of the last opened file are there, which went to Build; else empty.
        came_back: The steps of coming back that it has taken; `come_back` names them.
    """

    filter_number: int = 1
    pixel_path: "tuple[Spot, ...]" = ()
    pixel_page: int = 0
    pixel_asked: "tuple[tuple[Spot, ...], Any] | None" = None
    asked_layer: int | None = None
    asked_network: tuple[str, bool] | None = None
    kept: "LookPlace | None" = None
    layers_only: str = ""
    came_back: set[str] = field(default_factory=set)

    def explain_pixel(self, path: "tuple[Spot, ...]", page: int = 0) -> None:
        """Explain the last number of this path."""
        self.pixel_path, self.pixel_page = path, page
