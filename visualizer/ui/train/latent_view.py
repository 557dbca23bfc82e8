"""What lies between the pictures: a map of codes to drag over, and the way from one picture's code to another's."""

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from visualizer.data.dataset import Dataset
from visualizer.figures.gallery import gallery
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.pick import select
from visualizer.ui.parts.latent_map import latent_map
from visualizer.ui.state.viewport import column_width, is_narrow

if TYPE_CHECKING:
    from visualizer.architecture.network import Network

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
        latent_map(key, network, dataset, codes)
    _way(network, dataset, codes)


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
