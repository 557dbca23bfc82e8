"""Build's menu for files with a network: this app's own, and those of Keras and ONNX."""

import streamlit as st

from visualizer.architecture.architecture import architecture_from_json
from visualizer.architecture.model_file import load_model
from visualizer.source_code.reading import SourceReading
from visualizer.ui.build.keras_code import show_reading
from visualizer.ui.parts.network_upload import ReadFile, network_uploader, show_reading_file, taken
from visualizer.ui.state.session import Session

_KEY = "architecture-file"


def take_upload(owner: Session) -> None:
    """Put the layers of a file that was read into Build, undoably. Call it before the network is drawn."""
    file = taken(owner, _KEY)
    if file is not None:
        owner.attempt(lambda: _take(owner, file))


def upload_menu(owner: Session) -> None:
    """Draw the menu."""
    with st.popover("Upload", icon=":material/upload:"):
        label = "A network saved with “Download” (JSON), or one of Keras (.keras, .h5, JSON) or ONNX"
        network_uploader(owner, label, _KEY)
        st.caption("Here its layers are opened. “Save or open a network” in Look inside opens it as it was trained.")


def show_upload(owner: Session) -> None:
    """Draw the progress of a file that is being read."""
    show_reading_file(owner, _KEY)


def _take(owner: Session, file: ReadFile) -> None:
    reading = file.reading
    if reading is not None:
        show_reading(owner, SourceReading(None, reading.architecture, reading.settings, reading.notes))
    elif file.name.lower().endswith(".json"):
        owner.open_architecture(architecture_from_json(file.data))
    else:
        owner.open_architecture(load_model(file.data)[0])
