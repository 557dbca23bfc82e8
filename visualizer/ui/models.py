"""The networks that a page can look into, and what they make of a picture; computed once, then kept."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import Architecture, architecture_to_json
from visualizer.training.store import RunRecord
from visualizer.ui.links import ASSETS
from visualizer.ui.run_controls import current_run
from visualizer.ui.server import run_store
from visualizer.ui.session import Session

if TYPE_CHECKING:
    from visualizer.architecture.network import Network
    from visualizer.inspection.probe import Probe

HOME_NETWORK_FILE = ASSETS / "home_network.safetensors"

NetworkChoice = Literal["trained", "untrained", "bundled"]
# What a network's weights are known by: where they come from and how far they were trained.
NetworkKey = tuple[str, ...]


def network_choices(owner: Session) -> dict[NetworkChoice, str]:
    """The networks that this session can look into, with their titles; best first."""
    record = current_run(owner)
    trained: dict[NetworkChoice, str] = {"trained": f"Mine after {record.step:,} steps"} if record else {}
    return {**trained, "untrained": "Mine untrained", "bundled": "Ready-made"}


def chosen_network(owner: Session, choice: NetworkChoice) -> "tuple[NetworkKey, Network]":
    """The network of that choice, with the key that its results are kept under. Raises UserError."""
    record = current_run(owner)
    if choice == "bundled":
        return ("bundled",), bundled_network()
    if choice == "trained" and record is not None:
        return latest_network(record)
    spec = record.spec if record else None
    architecture = spec.architecture if spec else owner.architecture
    settings = spec.settings if spec else owner.settings
    # Not its hash: layers of two types with the same settings, such as max and average pooling, have the same one.
    key = ("untrained", architecture_to_json(architecture), settings.initialization, str(settings.seed))
    return key, _untrained(key, architecture, settings.initialization, settings.seed)


def latest_network(record: RunRecord) -> "tuple[NetworkKey, Network]":
    """The network of a run as trained by now, with the key that its results are kept under. Raises UserError."""
    key = ("trained", record.run_id, str(record.epoch), str(record.version if record.state != "running" else 0))
    return key, _trained(key, record.run_id, record.spec.architecture)


@st.cache_resource(max_entries=1, show_spinner="Opening the ready-made network …")
def bundled_network() -> "Network":
    """The network of the Home page, trained on the digits by `assets/make_home_network.py`."""
    from visualizer.architecture.model_file import load_model
    from visualizer.inspection.load import load_network

    return load_network(*load_model(HOME_NETWORK_FILE))


@st.cache_resource(max_entries=32, show_spinner="Opening your network …")
def _trained(key: NetworkKey, run_id: str, _architecture: Architecture) -> "Network":
    from visualizer.inspection.load import load_network

    return load_network(_architecture, run_store().weights(run_id, "latest"))


@st.cache_resource(max_entries=32, show_spinner="Building your network …")
def _untrained(key: NetworkKey, _architecture: Architecture, _initialization: str, seed: int) -> "Network":
    from visualizer.architecture.network import build

    return build(_architecture, _initialization, seed)  # type: ignore[arg-type]


@st.cache_resource(max_entries=128, show_spinner="Looking at the picture …")
def look(key: NetworkKey, _network: "Network", picture: np.ndarray) -> "Probe":
    """Everything the network makes of a picture, (C, H, W) in [0, 1]."""
    from visualizer.inspection.probe import probe

    return probe(_network, picture)
