"""A map of the codes of an autoencoder with two numbers in its code, to drag over.

The component latent_map draws it; dragging sends nothing to the server.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from visualizer.data.dataset import Dataset
from visualizer.figures.palette import CLASS_COLOURS
from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.figures.ticks import ticks
from visualizer.ui.kit.component import component
from visualizer.ui.kit.results import keep_results
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.architecture.flow import FlowNetwork

MAP_SIDE = 41  # codes along each side of the map
_MOST_STEPS = 6  # between the numbers along an axis


def latent_map(key: Any, network: "FlowNetwork", dataset: Dataset, codes: np.ndarray) -> None:
    """Draw the map.

    Args:
        key: Of the network; equal keys mean equal weights.
        network: With a narrowest layer of two numbers.
        dataset: What it was trained on.
        codes: (N, 2) of the test pictures.
    """
    st.caption(
        "Each test picture stands where its code lies, as the first letter of its class. The network was told no "
        "classes: what lies together looks alike to it. Every place of the map is a code that the decoder can "
        f"draw; the ring goes from one of {MAP_SIDE} × {MAP_SIDE} to the next."
    )
    nowhere = int((~np.isfinite(codes).all(axis=1)).sum())
    if nowhere:
        st.caption(
            f"{counted(nowhere, 'picture')} of {len(codes):,} have a code with a number that is none, or infinite, and "
            "lie nowhere: the network’s weights have grown too large."
        )
    component("latent_map")(key="latent-map", data=_map_data(key, network, dataset, codes))


@keep_results(max_entries=8)
def _map_data(key: Any, _network: "FlowNetwork", _dataset: Dataset, _codes: np.ndarray) -> dict[str, Any]:
    from visualizer.inspection.latent import latent_map as drawn_map

    drawn = drawn_map(_network, _codes, MAP_SIDE)
    rows, columns, height, width, _ = drawn.pictures.shape
    sheet = drawn.pictures.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, -1)
    labels = _dataset.labels[_dataset.test].tolist()
    return {
        "side": MAP_SIDE,
        "height": height,
        "width": width,
        "low": drawn.low,
        "high": drawn.high,
        "sheet": png_source(rgb_pixels(sheet)),
        "points": [
            [round(float(first), 3), round(float(second), 3), label]
            for (first, second), label in zip(_codes, labels, strict=True)
            if np.isfinite(first) and np.isfinite(second)
        ],
        "names": _dataset.class_names,
        "letters": [name[:1] for name in _dataset.class_names],
        "colors": [CLASS_COLOURS[label % len(CLASS_COLOURS)] for label in range(len(_dataset.class_names))],
        "ticks": [ticks(low, high, _MOST_STEPS) for low, high in zip(drawn.low, drawn.high, strict=True)],
    }
