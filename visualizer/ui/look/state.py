"""What Look inside alone keeps in a tab."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visualizer.inspection.steps import Spot


@dataclass
class LookState:
    """What Look inside shows.

    Attributes:
        filter_number: The chosen filter, from 1; the last one is shown in a layer that has fewer.
        pixel_path: The explained numbers, each made of the next; the last one is shown.
        pixel_page: The page of the channels or products that the last one is made of, from 0.
        pixel_asked: The explained path, and what the browser asked for there, until that is followed; or None.
        asked_network: The network that was asked for by name, and whether with random weights, or None.
    """

    filter_number: int = 1
    pixel_path: "tuple[Spot, ...]" = ()
    pixel_page: int = 0
    pixel_asked: "tuple[tuple[Spot, ...], Any] | None" = None
    asked_network: tuple[str, bool] | None = None

    def explain_pixel(self, path: "tuple[Spot, ...]", page: int = 0) -> None:
        """Explain the last number of this path."""
        self.pixel_path, self.pixel_page = path, page
