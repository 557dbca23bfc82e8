"""The real digits of the page Generation, and the networks that were trained on them."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import streamlit as st

from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.ui.kit.links import ASSETS
from visualizer.ui.kit.pick import pick

if TYPE_CHECKING:
    from visualizer.architecture.network import Network

SHAPE = (1, 8, 8)
_DEFAULT = 3


@st.cache_data(max_entries=2, show_spinner=False)
def digits_of(split: Literal["train", "test"]) -> np.ndarray:
    """The pictures of a split of the digits, (N, 1, 8, 8) float32 from 0 to 1."""
    dataset = load_dataset("digits")
    return prepare(dataset.pictures[getattr(dataset, split)], SHAPE)


def labels_of(split: Literal["train", "test"]) -> np.ndarray:
    """The classes of these pictures, (N,)."""
    dataset = load_dataset("digits")
    labels: np.ndarray = dataset.labels[getattr(dataset, split)]
    return labels


def choose_digit(key: str) -> tuple[int, str]:
    """Draw the choice of a digit; the index of a test picture of it, and its name."""
    label = pick("A real digit", {number: str(number) for number in range(10)}, key, default=_DEFAULT, widget=st.pills)
    return int(np.flatnonzero(labels_of("test") == label)[0]), f"A {label}"


def digit(index: int) -> np.ndarray:
    """A test picture, (8, 8) from 0 to 1."""
    picture: np.ndarray = digits_of("test")[index, 0]
    return picture


@st.cache_resource(max_entries=2, show_spinner="Opening the ready-made network …")
def small_network(name: str) -> "Network":
    """The "denoiser" or the "autoencoder", trained by `assets/make_generation_networks.py`."""
    from visualizer.architecture.model_file import load_model
    from visualizer.inspection.load import load_network

    return load_network(*load_model(ASSETS / f"{name}.safetensors"))
