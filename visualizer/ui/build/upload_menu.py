"""Build's menu for files with a network: this app's own, and those of Keras and ONNX."""

import streamlit as st

from visualizer.architecture.architecture import architecture_from_json
from visualizer.architecture.model_file import load_model
from visualizer.limits import MB
from visualizer.source_code.files.network_file import ENDINGS, max_file_bytes, open_network_file
from visualizer.source_code.reading import SourceReading
from visualizer.ui.build.keras_code import show_reading
from visualizer.ui.kit import bound
from visualizer.ui.state.session import Session


def upload_menu(owner: Session) -> None:
    """Draw the menu; the layers of a file take the place of those in Build, undoably."""
    with st.popover("Upload", icon=":material/upload:"):
        bound.upload(
            "A network saved with “Download” (JSON), or one of Keras (.keras, .h5, JSON) or ONNX",
            lambda data, name: owner.attempt(lambda: _take(owner, data, name)),
            "architecture-file",
            type=[*ENDINGS, "safetensors"],
            max_upload_size=-(-max_file_bytes() // MB),
        )
        st.caption("Here its layers are opened. “Save or open a network” in Look inside opens it as it was trained.")


def _take(owner: Session, data: bytes, name: str) -> None:
    reading = open_network_file(data, name)
    if reading is not None:
        show_reading(owner, SourceReading(None, reading.architecture, reading.settings, reading.notes))
    elif name.lower().endswith(".json"):
        owner.open_architecture(architecture_from_json(data))
    else:
        owner.open_architecture(load_model(data)[0])
