"""A network with its weights as a file: saved and opened again in Look inside."""

import json
import re
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st

from visualizer.architecture.model_file import save_model
from visualizer.data.annotations import Annotations
from visualizer.data.catalog import is_known, load_dataset
from visualizer.tasks.classification import Classification
from visualizer.tasks.task import Exported, Task, task_to_dict
from visualizer.ui.kit.download import download
from visualizer.ui.kit.links import page
from visualizer.ui.kit.text import escaped, markdown_safe
from visualizer.ui.look.state import LookState
from visualizer.ui.parts.network_upload import ReadFile, network_uploader, show_reading_file, taken
from visualizer.ui.state.dataset_names import own_names
from visualizer.ui.state.opened_model import (
    NOTE_DATASET,
    NOTE_SOFTMAX_IN_LOSS,
    NOTE_TASK,
    of_another_program,
    read_model,
)
from visualizer.ui.state.session import Session

if TYPE_CHECKING:
    from visualizer.architecture.flow import FlowNetwork
    from visualizer.architecture.network import Network

_KEY = "model-file"
_ONE_AT_A_TIME = Lock()


def model_file_menu(owner: Session, network: "FlowNetwork", dataset: str, task: Task) -> None:
    """Draw the menu that saves this network and opens a saved one."""
    from visualizer.architecture.network import Network

    with st.popover("Save or open a network", icon=":material/save:", key="model-files", on_change="rerun") as menu:
        if menu.open:
            if isinstance(network, Network):
                _save(owner, network, dataset, task)
            else:
                st.caption("Only networks built in this app can be saved; this one comes from a package.")
            _open(owner)
    show_reading_file(owner, _KEY)


def take_model_file(owner: Session) -> None:
    """Open a file that was read. Call it before the choice of the network is drawn."""
    file = taken(owner, _KEY)
    if file is not None:
        owner.attempt(lambda: _take(owner, file))


def _take(owner: Session, file: ReadFile) -> None:
    state = owner.page_state(LookState)
    state.layers_only = ""
    if file.reading is not None and file.reading.weights is None:
        owner.open_architecture(file.reading.architecture)
        state.layers_only = file.reading.why_no_weights
        return
    if file.reading is None:
        owner.opened_model = read_model(file.data, partial(own_names, owner))
    else:
        owner.opened_model = of_another_program(file.data, file.reading)
    st.session_state["network-choice"] = "file"


def _save(owner: Session, network: "Network", dataset: str, task: Task) -> None:
    name = _file_name(network.architecture.name)
    st.markdown("**Save the network** with its weights")
    saved = partial(_saved, network, dataset, task)
    download("For this app (safetensors)", saved, f"{name}.safetensors", "application/octet-stream", "download-model")
    own = own_names(owner, dataset)
    annotations = load_dataset(dataset, own).annotations if is_known(dataset, own) else Annotations(())
    exported = _exported(network, task, annotations)
    download(
        "For other programs (ONNX)",
        partial(_onnx, network, exported, annotations.class_names),
        f"{name}.onnx",
        "application/octet-stream",
        "download-onnx",
        ":material/deployed_code:",
    )
    sides = " × ".join(map(str, network.input_shape))
    st.caption(
        f"ONNX: the input “pictures” is n × {sides} (pictures, channels, height, width), from 0 to 1. "
        f"{exported.input_sentence} The output is called “answers”. {exported.sentence}"
    )


def _open(owner: Session) -> None:
    state = owner.page_state(LookState)
    st.markdown("**Open a saved network**")
    network_uploader(owner, "A file saved with “For this app”, or one of Keras (.keras, .h5, JSON) or ONNX", _KEY)
    if state.layers_only:
        st.warning(
            f"Only the layers were opened: they are in Build. {markdown_safe(state.layers_only)}",
            icon=":material/layers:",
        )
        st.page_link(page("build"), label="Go to Build", icon=":material/build:")
    if owner.opened_model is not None:
        architecture = owner.opened_model.architecture
        if owner.opened_model.note:
            st.info(owner.opened_model.note, icon=":material/hide_image:")
        if owner.opened_model.notes:
            st.caption("\n".join(f"- {escaped(note)}" for note in owner.opened_model.notes))
        st.button(
            f"Open the layers of {escaped(architecture.name)} in Build",
            key="model-to-build",
            icon=":material/layers:",
            on_click=owner.open_architecture,
            args=(architecture,),
        )


def _saved(network: "Network", dataset: str, task: Task) -> bytes:
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    notes = {NOTE_DATASET: dataset, NOTE_SOFTMAX_IN_LOSS: "yes" if network.softmax_in_loss else "no"}
    if not isinstance(task, Classification):
        notes[NOTE_TASK] = json.dumps(task_to_dict(task))
    return save_model(network.architecture, weights, notes)


def _onnx(network: "Network", exported: Exported, class_names: tuple[str, ...]) -> bytes:
    """Write the file, one at a time: it takes seconds, and a whole class may ask at once."""
    from visualizer.inspection.onnx_file import onnx_bytes

    with _ONE_AT_A_TIME:
        classes = class_names if exported.names == class_names else ()
        return onnx_bytes(network, classes, exported.names, exported.until)


def _exported(network: "Network", task: Task, annotations: Annotations) -> Exported:
    """What the file answers; of a network that does not fit its task, nobody knows what its outputs mean."""
    found = task.exported(network, task.about(annotations))
    shape = network.nodes[-1 if found.until is None else found.until].shape
    return found if len(found.names) == shape[0] else Exported("It is what the last layer outputs.")


def _file_name(name: str) -> str:
    """The network's name as a file name for any system."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "network"
