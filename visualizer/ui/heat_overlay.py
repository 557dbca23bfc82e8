"""A picture with an attribution over it, or several side by side; how opaque it is, is chosen in the browser."""

import base64
from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import number
from visualizer.figures.convolution_colours import painted, positive_scale, signed_scale
from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.ui.component import component


def heat_overlay(
    picture: np.ndarray, heats: Sequence[tuple[str, np.ndarray]], *, signed: bool, unit: str, key: str, width: int
) -> None:
    """Draw the picture once for each heat, each heat in colours of its own scale.

    Args:
        picture: (C, H, W) in [0, 1].
        heats: Title and (H, W) values.
        signed: Blue below 0, white at 0, red above; else viridis from 0.
        unit: What the values are.
        key: Unique on the page.
        width: Pixels that each picture gets at most.
    """
    panels = []
    for title, heat in heats:
        scale = (signed_scale if signed else positive_scale)(heat, unit)
        levels = np.round(np.clip((heat - scale.low) / (scale.high - scale.low), 0, 1) * 255).astype(np.uint8)
        row, column = np.unravel_index(int(heat.argmax()), heat.shape)
        panels.append(
            {
                "title": title,
                "heat": png_source(painted(heat, scale)),
                "values": base64.b64encode(levels.tobytes()).decode(),
                "low": scale.low,
                "high": scale.high,
                "alt": f"{title}: {unit} from {number(float(heat.min()))} to {number(float(heat.max()))}; the largest "
                f"is in row {row + 1}, column {column + 1} of {heat.shape[0]} × {heat.shape[1]}.",
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
        "ends": [f"{unit}: against the class", "for it (each picture: its own scale, white is 0)"]
        if signed
        else [f"{unit}: 0", "most (each picture: its own scale)"],
    }
    component("heat_overlay")(key=key, data=data)
