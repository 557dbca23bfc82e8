"""A network with its weights as a file: saved and opened again in Look inside."""

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.model_file import load_model, load_notes, max_model_bytes, save_model
from visualizer.data.catalog import is_known, load_dataset
from visualizer.data.own_dataset import is_own
from visualizer.ui.kit import bound
from visualizer.ui.kit.text import plain
from visualizer.ui.state.dataset_names import own_names
from visualizer.ui.state.session import Session

if TYPE_CHECKING:
    import numpy as np

    from visualizer.architecture.flow import FlowNetwork
    from visualizer.architecture.network import Network

NOTE_DATASET = "dataset"
# Whether its loss applied the softmax: "yes" or "no".
NOTE_SOFTMAX_IN_LOSS = "softmax_in_loss"
_ONE_AT_A_TIME = Lock()
_NOT_ALONG = (
    "It was trained on pictures of somebody's own, which did not come along: they open only in the workspace that has "
    "them. So it is shown pictures of the data set that is chosen here, whose classes may be others than its own."
)


@dataclass(frozen=True)
class OpenedModel:
    """A network with its weights, as it came from a file.

    Attributes:
        digest: What the file is known by: the same bytes have the same one.
        architecture: The network.
        weights: Arrays by the names of the network's state dict.
        dataset: The data set that it was trained on; None where the file names none that this workspace can open.
        softmax_in_loss: Whether its loss applied the softmax; None where the file does not say so.
        note: What to tell about a data set that did not come along; else empty.
    """

    digest: str
    architecture: Architecture
    weights: "dict[str, np.ndarray]"
    dataset: str | None
    softmax_in_loss: bool | None = None
    note: str = ""


def read_model(data: bytes, own: Callable[[str], Collection[str]] = lambda wanted: ()) -> OpenedModel:
    """What an uploaded file holds. Raises UserError.

    The file names the data set that the network was trained on, and whoever has the file has that name: pictures of
    somebody's own do not come along with it, on no server.

    Args:
        data: The file's bytes.
        own: Given the name of the data set that is wanted, tells which ones the workspace has of its own.
    """
    architecture, weights = load_model(data)
    notes = load_notes(data)
    named = notes.get(NOTE_DATASET, "")
    dataset = named if named and is_known(named, own(named)) else None
    return OpenedModel(
        hashlib.sha256(data).hexdigest(),
        architecture,
        weights,
        dataset,
        {"yes": True, "no": False}.get(notes.get(NOTE_SOFTMAX_IN_LOSS, "")),
        _NOT_ALONG if dataset is None and is_own(named) else "",
    )


def model_file_menu(owner: Session, network: "FlowNetwork", dataset: str) -> None:
    """Draw the menu that saves this network and opens a saved one."""
    from visualizer.architecture.network import Network

    with st.popover("Save or open a network", icon=":material/save:", key="model-files", on_change="rerun") as menu:
        if menu.open:
            if isinstance(network, Network):
                _save(owner, network, dataset)
            else:
                st.caption("Networks that were built here can be saved; this one comes with its package.")
            _open(owner)


def _save(owner: Session, network: "Network", dataset: str) -> None:
    name = _file_name(network.architecture.name)
    st.markdown("**Save the network** with its weights")

    def saved() -> bytes:
        weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
        notes = {NOTE_DATASET: dataset, NOTE_SOFTMAX_IN_LOSS: "yes" if network.softmax_in_loss else "no"}
        return save_model(network.architecture, weights, notes)

    st.download_button(
        "For this app (safetensors)",
        saved,
        f"{name}.safetensors",
        "application/octet-stream",
        key="download-model",
        icon=":material/download:",
        on_click="ignore",
    )
    own = own_names(owner, dataset)
    names = load_dataset(dataset, own).class_names if is_known(dataset, own) else ()
    st.download_button(
        "For other programs (ONNX)",
        partial(_onnx, network, names),
        f"{name}.onnx",
        "application/octet-stream",
        key="download-onnx",
        icon=":material/deployed_code:",
        on_click="ignore",
    )
    sides = " × ".join(map(str, network.input_shape))
    st.caption(f"ONNX: its input “pictures” takes n × {sides} numbers from 0 to 1 (pictures, channels, height, width).")


def _open(owner: Session) -> None:
    def take(data: bytes, _: str) -> None:
        def action() -> None:
            owner.open_model(read_model(data, partial(own_names, owner)))
            st.session_state["network-choice"] = "file"

        owner.attempt(action)

    st.markdown("**Open a saved network**")
    bound.upload(
        "A file that “For this app” saved",
        take,
        "model-file",
        type="safetensors",
        max_upload_size=-(-max_model_bytes() // 1_000_000),
    )
    if owner.opened_model is not None:
        architecture = owner.opened_model.architecture
        if owner.opened_model.note:
            st.info(owner.opened_model.note, icon=":material/hide_image:")
        st.button(
            f"Put the layers of {plain(architecture.name)} into Build",
            key="model-to-build",
            icon=":material/layers:",
            on_click=owner.open_architecture,
            args=(architecture,),
        )


def _onnx(network: "Network", class_names: tuple[str, ...]) -> bytes:
    """Written when it is asked for, which takes seconds; for a class that asks at once, one after the other."""
    from visualizer.inspection.onnx_file import onnx_bytes

    with _ONE_AT_A_TIME:
        return onnx_bytes(network, class_names)


def _file_name(name: str) -> str:
    """The network's name as that of a file on any system."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "network"
