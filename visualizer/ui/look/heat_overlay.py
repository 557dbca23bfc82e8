"""A picture with an attribution over it, or several side by side; a slider in the browser sets the opacity."""

import base64
from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import number
from visualizer.figures.convolution_colours import painted, positive_scale, share_of_scale, signed_scale
from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.ui.kit.component import component

_NOT_FINITE = 255  # the byte of a pixel with non-finite heat; NOT_FINITE in the script


def heat_overlay(
    picture: np.ndarray, heats: Sequence[tuple[str, np.ndarray]], *, signed: bool, unit: str, key: str, width: int
) -> None:
    """Draw the picture once for each heat, each heat in colours of its own scale.

    Args:
        picture: (C, H, W) in [0, 1].
        heats: Title and (H, W) values; a pixel with a non-finite value, as in a network with exploding numbers, is
            grey, and the text says so.
        signed: Blue below 0, white at 0, red above; else viridis from 0.
        unit: What the values are.
        key: Unique on the page.
        width: The largest width of each picture in pixels.
    """
    panels = []
    for title, heat in heats:
        scale = (signed_scale if signed else positive_scale)(heat, unit)
        known = np.where(np.isfinite(heat), heat, np.nan)
        levels = np.nan_to_num(np.round(share_of_scale(known, scale) * (_NOT_FINITE - 1)), nan=_NOT_FINITE)
        note = _without_a_number(known)
        panels.append(
            {
                "title": title,
                "note": note,
                "heat": png_source(painted(known, scale)),
                "values": base64.b64encode(levels.astype(np.uint8).tobytes()).decode(),
                "low": scale.low,
                "high": scale.high,
                "alt": f"{title}: {_describe(known, unit)}{note and f' {note}'}",
            }
        )
    data = {
        "picture": png_source(rgb_pixels(picture)),
        "panels": panels,
        "rows": picture.shape[1],
        "columns": picture.shape[2],
        "width": width,
        "unit": unit,
        "colours": list(scale.colours),
        "ends": [f"{unit}: against the class", "for it (each picture has its own scale; white is 0)"]
        if signed
        else [f"{unit}: 0", "largest (each picture has its own scale)"],
    }
    component("heat_overlay")(key=key, data=data)


def _describe(heat: np.ndarray, unit: str) -> str:
    if np.isnan(heat).all():
        return f"no pixel has a finite {unit}."
    low, high = float(np.nanmin(heat)), float(np.nanmax(heat))
    row, column = np.unravel_index(int(np.nanargmax(heat)), heat.shape)
    return (
        f"{unit} from {number(low)} to {number(high)}; the largest is in row {row + 1}, column {column + 1} of "
        f"{heat.shape[0]} × {heat.shape[1]}."
    )


def _without_a_number(heat: np.ndarray) -> str:
    """A note about the grey pixels; empty if there are none."""
    count = int(np.isnan(heat).sum())
    if not count:
        return ""
    which = "All pixels are" if count == heat.size else f"{count:,} of {heat.size:,} pixels are"
    return f"{which} grey: the result there is infinite or not a number."
