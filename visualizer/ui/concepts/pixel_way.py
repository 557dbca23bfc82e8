"""Pictures that change with a slider, and the arithmetic of the pixel that one points at.

Everything is computed in advance: the slider, playing and pointing send nothing to the server. The component pixel_way
draws it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from visualizer.ui.kit.component import component

_DECIMALS = 5  # of what is sent; four are shown


@dataclass(frozen=True)
class Panel:
    """One of the pictures.

    Attributes:
        name: Of its pixel in the sums.
        title: Stands above it.
        values: (places, H, W), or (1, H, W) where it is the same at every place.
        sign: Stands before it, such as "+".
        value_range: The numbers drawn black and white; those beyond are drawn like these.
    """

    name: str
    title: str
    values: np.ndarray
    sign: str = ""
    value_range: tuple[float, float] = (-1.0, 1.0)


def pixel_way(
    panels: Sequence[Panel],
    places: Sequence[str],
    words: Sequence[str],
    sums: Sequence[Sequence[str]],
    numbers: Mapping[str, Sequence[float] | np.ndarray],
    *,
    slider: str,
    first: int,
    pixel: tuple[int, int],
    scale: str,
    start: str,
    key: str,
    more: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Draw the pictures with their slider, and the sums of one pixel.

    Args:
        panels: All of the same height and width.
        places: What each place of the slider is called.
        words: A sentence for each place.
        sums: Lines about the pixel for each place, with {name} for its number in a panel or in an entry of `more`, or
            for an entry of `numbers`.
        numbers: Further numbers of the sums, one for each place.
        slider: The slider's name.
        first: The place that is shown first.
        pixel: The row and the column that are chosen first.
        scale: Says which numbers are black and white.
        start: Where it changes, the slider and the pixel go back to the first.
        key: Unique on the page.
        more: (H, W) numbers of the pixels that are not drawn.
    """
    data: dict[str, Any] = {
        "start": start,
        "size": panels[0].values.shape[1:],
        "panels": [
            {
                "name": panel.name,
                "title": panel.title,
                "sign": panel.sign,
                "range": panel.value_range,
                "frames": _frames(panel.values),
            }
            for panel in panels
        ],
        "more": {name: _frames(values[None])[0] for name, values in (more or {}).items()},
        "places": list(places),
        "words": list(words),
        "sums": [list(lines) for lines in sums],
        "numbers": {name: np.round(values, _DECIMALS).tolist() for name, values in numbers.items()},
        "slider": slider,
        "first": first,
        "pixel": pixel,
        "scale": scale,
    }
    component("pixel_way")(key=key, data=data)


def _frames(values: np.ndarray) -> list[list[float]]:
    frames: list[list[float]] = np.round(values.reshape(len(values), -1), _DECIMALS).tolist()
    return frames
