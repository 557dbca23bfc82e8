"""Build's downloads: the network as this app's file, and as scripts that define and train it without this app."""

import re
from collections.abc import Callable
from functools import partial

import streamlit as st

from visualizer.architecture.architecture import Architecture, architecture_to_json
from visualizer.source_code.scripts import FOLDER, fetched_by, loads_digits, wants_a_folder
from visualizer.tasks.classification import Classification
from visualizer.ui.kit.download import download
from visualizer.ui.kit.grey import Grey, grey_where
from visualizer.ui.kit.job import Progress, Steps, with_progress
from visualizer.ui.kit.quantities import size
from visualizer.ui.state.dataset_names import own_names
from visualizer.ui.state.session import Session
from visualizer.ui.state.work import work


def download_menu(owner: Session, *, fits: bool) -> None:
    """Draw the menu. A network with layers that do not fit cannot become a script, but can be saved."""
    architecture, settings = owner.architecture, owner.settings

    def keras() -> str:
        from visualizer.source_code.keras_writer import keras_script

        return keras_script(architecture, settings)

    def pytorch() -> str:
        from visualizer.source_code.pytorch_writer import pytorch_script  # imports torch, on a click

        return pytorch_script(architecture, settings)

    with st.popover("Download", icon=":material/download:"):
        download(
            "The network for this app (JSON)",
            architecture_to_json(architecture),
            f"{architecture.name}.json",
            "application/json",
            "download-architecture",
            ":material/layers:",
            width="stretch",
        )
        classes = isinstance(settings.task, Classification)
        reason = "" if classes else "For now, scripts are written for classification only."
        with grey_where(reason if fits else "A script can be written once every layer fits.") as grey:
            _script("As a Keras script", keras, f"{_stem(architecture.name)}_keras.py", "download-keras", grey)
            _script("As a PyTorch script", pytorch, f"{_stem(architecture.name)}_pytorch.py", "download-pytorch", grey)
        if not fits or not classes:
            return
        st.caption(_about(architecture, settings.dataset))
        if wants_a_folder(architecture, settings.dataset):
            _pictures(settings.dataset, own_names(owner, settings.dataset))


def _pictures(dataset: str, own: tuple[str, ...]) -> None:
    made = work(
        "pictures-zip",
        dataset,
        partial(_zip, dataset, own),
        button="The pictures for the script (ZIP)",
        icon=":material/folder_zip:",
    )
    if made is not None:
        label = f"Download {FOLDER}.zip ({size(len(made))})"
        download(label, made, f"{FOLDER}.zip", "application/zip", "download-pictures", width="stretch")


def _zip(name: str, own: tuple[str, ...]) -> Steps[bytes]:
    from visualizer.data.catalog import load_dataset
    from visualizer.data.class_folders import zipped

    return with_progress(zipped(load_dataset(name, own)), lambda share: Progress(share, "Packing the pictures …"))


def _script(label: str, write: Callable[[], str], name: str, key: str, grey: Grey) -> None:
    script = "" if grey["disabled"] else write
    download(label, script, name, "text/x-python", key, ":material/code:", width="stretch", **grey)


def _about(architecture: Architecture, dataset: str) -> str:
    about = "A script defines the network and trains it with the settings of Train. It runs without this app."
    if loads_digits(architecture, dataset):
        return about
    if fetched_by(architecture, dataset):
        return f"{about} The first time, it fetches its pictures from the internet."
    return f"{about} It trains on the pictures in a folder “{FOLDER}” beside it, or on noise without that folder."


def _stem(name: str) -> str:
    """The name as a Python file name, such as classic_example."""
    return re.sub(r"\W+", "_", name.lower()).strip("_") or "network"
