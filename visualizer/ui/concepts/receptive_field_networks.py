"""The networks and pictures offered on the page on receptive fields, and what is computed with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import Architecture, architecture_from_json, architecture_to_json, summarize
from visualizer.architecture.presets import PRESETS, SMALL_VGG, TINY
from visualizer.architecture.span import RowColumn
from visualizer.data.catalog import load_dataset
from visualizer.data.photos import PHOTOS, bundled_photo
from visualizer.data.prepare import prepare, prepare_photo
from visualizer.ui.kit.results import keep_results
from visualizer.ui.state.current_run import current_run
from visualizer.ui.state.models import NetworkChoice, NetworkKey
from visualizer.ui.state.session import Session

if TYPE_CHECKING:
    from visualizer.architecture.network import Network

SMALLEST_FOR_PHOTO = 24  # pixels; nothing can be recognised in a smaller photo
SEED = 0
_DIGIT = "digit"


@dataclass(frozen=True)
class Subject:
    """A network to explain: its architecture and, if there are any, its trained weights.

    Attributes:
        architecture: The layers whose fields are computed.
        trained: How `chosen_network` finds the trained weights; None if it has not been trained.
    """

    architecture: Architecture
    trained: NetworkChoice | None = None

    @property
    def fitting(self) -> Architecture:
        """The architecture up to the first layer that does not fit; where it branches, up to where all paths meet."""
        rows = summarize(self.architecture).layers
        count = next((index for index, row in enumerate(rows) if row.output_shape is None), len(rows))
        first_reader: dict[int, int] = {}
        for index, row in enumerate(rows):
            for source in row.sources:
                first_reader.setdefault(source, index)
        while any(first_reader.get(index, count) >= count for index in range(count - 1)):
            count -= 1
        return self.architecture.up_to(count)


def subjects(owner: Session) -> dict[str, tuple[str, Subject]]:
    """The networks to choose from: name -> (title, subject)."""
    choices = {"build": (f"In Build: {owner.architecture.name}", Subject(owner.architecture))}
    record = current_run(owner)
    if record is not None:
        architecture = record.spec.architecture
        choices["run"] = (f"My run: {architecture.name}, {record.step:,} steps", Subject(architecture, "trained"))
    choices |= {preset.name: (preset.name, Subject(preset.architecture)) for preset in PRESETS}
    return choices | {"bundled": ("Ready-made, trained on digits", Subject(TINY.architecture, "bundled"))}


def first_subject(owner: Session) -> str:
    """The network that the page opens with: the one in Build if it was changed or trained, else an interesting one."""
    return "build" if owner.history.past or owner.run_id else SMALL_VGG.name


def pictures() -> Mapping[str, str]:
    """The pictures to choose from: name -> title."""
    return {**PHOTOS, _DIGIT: "A handwritten digit"}


def first_picture(input_shape: tuple[int, int, int]) -> str:
    """The picture that the page opens with: a photo if the network's input is large enough to show one."""
    return next(iter(PHOTOS)) if min(input_shape[1:]) >= SMALLEST_FOR_PHOTO else _DIGIT


@st.cache_data(max_entries=32, show_spinner=False)
def prepared(name: str, input_shape: tuple[int, int, int]) -> np.ndarray:
    """The picture as the network's input, (C, H, W) in [0, 1]."""
    if name == _DIGIT:
        digits = load_dataset("digits")
        return prepare(digits.pictures[digits.test[:1]], input_shape)[0]
    return prepare_photo(bundled_photo(name), input_shape)[0]


def untrained_network(architecture: Architecture) -> "tuple[NetworkKey, Network]":
    """The network with untrained weights, and the key of its cached results. Raises ArchitectureError."""
    text = architecture_to_json(architecture)
    return ("fresh", text), _untrained(text)


@keep_results(max_entries=16, show_spinner="Building the network …")
def _untrained(text: str) -> "Network":
    from visualizer.architecture.network import build

    return build(architecture_from_json(text), seed=SEED)


@st.cache_data(max_entries=128, show_spinner=False)
def mean_map(key: NetworkKey, _network: "Network", picture: np.ndarray, layer: int) -> np.ndarray:
    """The mean of a layer's maps for the picture, (H', W'); (1, 1) for a vector."""
    from visualizer.inspection.probe import probe

    output = probe(_network, picture).layers[layer].output
    return output.mean(axis=0) if output.ndim == 3 else output.mean(keepdims=True)[np.newaxis]


@st.cache_data(max_entries=256, show_spinner="Computing the gradient …")
def gradient_of(key: NetworkKey, _network: "Network", picture: np.ndarray, layer: int, place: RowColumn) -> np.ndarray:
    """How strongly the units at a place depend on each pixel, (H, W)."""
    from visualizer.inspection.effective_field import effective_field

    return effective_field(_network, picture, layer, place)
