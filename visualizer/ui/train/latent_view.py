"""What lies between the pictures: a map of codes to drag over, and the way from one picture's code to another's.

The component latent_map draws the map; dragging sends nothing to the server.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from visualizer.data.dataset import Dataset
from visualizer.figures.gallery import gallery
from visualizer.figures.palette import CLASS_COLOURS
from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.component import component
from visualizer.ui.kit.pick import select
from visualizer.ui.kit.results import keep_results
from visualizer.ui.state.viewport import column_width, is_narrow

if TYPE_CHECKING:
    from visualizer.architecture.network import Network

MAP_SIDE = 41  # codes along each side of the map
_STEPS = 9
_WIDTH = 150  # pixels


def latent_part(key: Any, network: "Network", dataset: Dataset, codes: np.ndarray) -> None:
    """Draw the map, where codes have two numbers, and the way between two test pictures.

    Args:
        key: Of the network; equal keys mean equal weights.
        network: With a narrowest layer.
        dataset: What it was trained on.
        codes: (N, n) of the test pictures, n at least 1.
    """
    if codes.shape[1] == 2:
        st.subheader("Between the pictures")
        st.caption(
            "Each test picture stands where its code lies, as the first letter of its class. The network was told no "
            "classes: what lies together looks alike to it. Every place of the map is a code that the decoder can "
            f"draw; the ring goes from one of {MAP_SIDE} × {MAP_SIDE} to the next."
        )
        component("latent_map")(key="latent-map", data=_map_data(key, network, dataset, codes))
    _way(network, dataset, codes)


@keep_results(max_entries=8)
def _map_data(key: Any, _network: "Network", _dataset: Dataset, _codes: np.ndarray) -> dict[str, Any]:
    from visualizer.inspection.latent import latent_map

    drawn = latent_map(_network, _codes, MAP_SIDE)
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
        ],
        "names": _dataset.class_names,
        "letters": [name[:1] for name in _dataset.class_names],
        "colors": [CLASS_COLOURS[label % len(CLASS_COLOURS)] for label in range(len(_dataset.class_names))],
        "ticks": [_ticks(low, high) for low, high in zip(drawn.low, drawn.high, strict=True)],
    }


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two others, about five."""
    step = 10.0 ** np.floor(np.log10((high - low) / 5))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 6)
    return [float(step * place) for place in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def _way(network: "Network", dataset: Dataset, codes: np.ndarray) -> None:
    """Draw the pictures of codes on the straight line between those of two test pictures."""
    from visualizer.inspection.latent import interpolated

    st.subheader("From one picture to another")
    labels = dataset.labels[dataset.test]
    offered = {int(label): dataset.class_names[label] for label in np.unique(labels)}
    last = max(offered)
    with st.container(horizontal=True, gap="small"):
        ends = [
            select("From a picture of", offered, "way-from", width=_WIDTH),
            select("To a picture of", offered, "way-to", default=last, width=_WIDTH),
        ]
    first, second = (codes[np.flatnonzero(labels == label)[0]] for label in ends)
    pictures = interpolated(network, first, second, _STEPS)
    shares = [f"{share:.0%}" for share in np.linspace(0, 1, _STEPS)]
    columns = _STEPS if not is_narrow() else 5
    show(gallery(pictures, shares, columns, width=column_width(), labelled="Shares of the way"), "way")
    st.caption("The codes between the two on a straight line, and what the decoder draws of each.")
