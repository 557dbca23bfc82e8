"""Where somebody is in Look inside: kept with the workspace, so that a reload comes back to the same number."""

from dataclasses import asdict, dataclass, replace
from typing import Any

MAX_PATH = 200
_MAX_TEXT = 200
_MAX_NUMBER = 2**31

# A number of a network as in `inspection.steps.Spot`: the layer, the place in it, and whether it is of its input.
KeptSpot = tuple[int, tuple[int, ...], bool]


@dataclass(frozen=True)
class LookPlace:
    """A place in Look inside. Nothing says that it still exists: whoever comes back checks.

    Attributes:
        network: The chosen network, as `network_choices` names it; empty before the first look.
        asked: The network that was asked for by name, and whether with random weights; or None.
        picture: Its data set and its index there, or the name of a photo; None for the user's own, which are not kept.
        tab: The title of the open tab.
        layer: The index of the open layer.
        path: The explained numbers, each made of the next; at most `MAX_PATH`.
        page: The page of what the last one is made of, from 0.
    """

    network: str = ""
    asked: tuple[str, bool] | None = None
    picture: tuple[str, int] | str | None = None
    tab: str = ""
    layer: int = 0
    path: tuple[KeptSpot, ...] = ()
    page: int = 0

    def moved(self, **changes: Any) -> "LookPlace":
        """The same place with these changes; of a long path only the beginning stays."""
        place = replace(self, **changes)
        return replace(place, path=place.path[:MAX_PATH], page=0) if len(place.path) > MAX_PATH else place


def place_to_json(place: LookPlace) -> dict[str, Any]:
    """The place as JSON values."""
    return asdict(place)


def place_from_json(data: Any) -> LookPlace:
    """The place that `place_to_json` wrote; an empty one if anything in it is not of its kind."""
    try:
        asked, picture = data["asked"], data["picture"]
        return LookPlace(
            _text(data["network"]),
            None if asked is None else (_text(asked[0]), bool(asked[1])),
            _text(picture) if isinstance(picture, str) else picture and (_text(picture[0]), _number(picture[1])),
            _text(data["tab"]),
            _number(data["layer"]),
            tuple(
                (_number(node, least=-1), tuple(map(_number, place)), bool(is_input))
                for node, place, is_input in data["path"][:MAX_PATH]
            ),
            _number(data["page"]),
        )
    except (KeyError, IndexError, TypeError, ValueError):
        return LookPlace()


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise ValueError
    return value


def _number(value: Any, least: int = 0) -> int:
    if not isinstance(value, int) or not least <= value < _MAX_NUMBER:
        raise ValueError
    return value
