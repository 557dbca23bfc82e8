"""Build's downloads: the network as this app's file, and as scripts that define and train it without this app."""

import re
from collections.abc import Callable
from functools import partial

import streamlit as st

from visualizer.architecture.architecture import architecture_to_json
from visualizer.source_code.task_scripts import Scripts, scripts_for
from visualizer.training.settings import TrainingSettings
from visualizer.ui.kit.download import download
from visualizer.ui.kit.grey import Grey, grey_where
from visualizer.ui.kit.job import Progress, Steps, with_progress
from visualizer.ui.kit.quantities import size
from visualizer.ui.state.dataset_names import chosen_dataset, own_names
from visualizer.ui.state.session import Session
from visualizer.ui.state.work import work


def download_menu(owner: Session, *, fits: bool) -> None:
    """Draw the menu. A network with layers that do not fit cannot become a script, but can be saved."""
    architecture, settings = owner.architecture, owner.settings
    scripts = scripts_for(settings.task)
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
        reason = "" if scripts else f"For the task “{settings.task.title}”, no script is written yet."
        annotations = chosen_dataset(owner).annotations
        with grey_where(reason if fits else "A script can be written once every layer fits.") as grey:
            for library, name in (("keras", "Keras"), ("pytorch", "PyTorch")):
                write = partial(getattr(scripts, library), architecture, settings, annotations) if scripts else str
                file_name = f"{_stem(architecture.name)}_{library}.py"
                _script(f"As a {name} script", write, file_name, f"download-{library}", grey)
        if not fits or scripts is None:
            return
        where = scripts.about_pictures(architecture, settings.dataset)
        st.caption(
            "A script defines the network and trains it with the settings of Train. It runs without this app. "
            f"{where}".rstrip()
        )
        if file_name := scripts.file_name(architecture, settings.dataset):
            _pictures(file_name, scripts, settings, own_names(owner, settings.dataset))


def _pictures(file_name: str, scripts: Scripts, settings: TrainingSettings, own: tuple[str, ...]) -> None:
    kind = file_name.rpartition(".")[2]
    made = work(
        "script-pictures",
        (settings.dataset, settings.task),
        partial(_packed, scripts, settings, own),
        button=f"The pictures for the script ({kind.upper()})",
        icon=":material/folder_zip:",
    )
    if made is not None:
        label = f"Download {file_name} ({size(len(made))})"
        download(label, made, file_name, "application/zip", "download-pictures", width="stretch")


def _packed(scripts: Scripts, settings: TrainingSettings, own: tuple[str, ...]) -> Steps[bytes]:
    from visualizer.data.catalog import load_dataset

    packing = scripts.file(load_dataset(settings.dataset, own), settings)
    return with_progress(packing, lambda share: Progress(share, "Packing the pictures …"))


def _script(label: str, write: Callable[[], str], name: str, key: str, grey: Grey) -> None:
    script = "" if grey["disabled"] else write
    download(label, script, name, "text/x-python", key, ":material/code:", width="stretch", **grey)


def _stem(name: str) -> str:
    """The name as a Python file name, such as classic_example."""
    return re.sub(r"\W+", "_", name.lower()).strip("_") or "network"
