"""Save the film of a run as a file: GIF or MP4."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Answer
from visualizer.architecture.span import PICTURE
from visualizer.data.catalog import load_dataset_of_run
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.film import MAX_FRAMES, MAX_TILES, MAX_UNITS, Film, Format, can_write, draw_frame, encode
from visualizer.training.runs.kept_weights import Moment
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit.download import download
from visualizer.ui.kit.job import Progress, Steps
from visualizer.ui.kit.quantities import size
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import session
from visualizer.ui.state.work import work
from visualizer.ui.train.moments import answers_at, layer_at, name_of, shown_layer
from visualizer.ui.train.run_controls import watched_index
from visualizer.ui.train.state import TrainState

_WORDS: dict[Format, str] = {"gif": "GIF (plays everywhere)", "mp4": "MP4 (for video players and slides)"}
_MIME: dict[Format, str] = {"gif": "image/gif", "mp4": "video/mp4"}


def export_part(run: RunRecord, titles: dict[int, str]) -> None:
    """Draw the choice of a format, and make the film in the background on request."""
    owner = session()
    machine = owner.page_state(TrainState).time_machine
    layer = shown_layer(run, machine.layer, titles)
    picture = watched_index(owner, run)
    with st.expander("**Save the film**", icon=":material/movie:", key="film-export"):
        st.markdown(
            "The film shows the kernels, the chosen layer's output for the watched picture, the answer and the loss, "
            f"with {machine.per_second:g} moments per second and at most {MAX_FRAMES} moments."
        )
        formats = [format for format in _WORDS if can_write(format)]
        format = st.segmented_control(
            "Format", formats, default="gif", required=True, format_func=_WORDS.__getitem__, key="film-format"
        )
        if "mp4" not in formats:
            st.caption("For MP4, install the package imageio-ffmpeg on the server.")
        # A film of an active run has the moments so far, and is kept when new ones come.
        inputs = (run.run_id, layer, picture, machine.per_second, format, None if run.active else run.step)
        made = work(
            "film",
            inputs,
            partial(_make, run, layer, picture, format, machine.per_second),
            button="Make the film",
            icon=":material/movie:",
        )
        if made is not None:
            label = f"Download the film ({size(len(made))})"
            download(label, made, f"training.{format}", _MIME[format], "film-download")
            if run.active:
                st.caption("The run goes on; the film ends at the moment when you made it.")


def _make(run: RunRecord, layer: int, picture: int, format: Format, per_second: float) -> Steps[bytes]:
    moments = _bounded(run_store().moments(run.run_id))
    yield Progress(0.0, "Computing every moment …")
    film = _film(run, moments, layer, picture)
    data = b""
    frames = (draw_frame(film, place) for place in range(len(moments)))
    for place, part in enumerate(encode(frames, format, per_second), start=1):
        data = part or data
        share = min(place / (len(moments) + 1), 1)
        yield Progress(share, f"Frame {place} of {len(moments)}" if place < len(moments) else "Writing the file …")
    return data


def _bounded(moments: Sequence[Moment]) -> list[Moment]:
    """All of them, or 128 spread evenly, with the first and the last."""
    chosen = np.unique(np.linspace(0, len(moments) - 1, min(len(moments), MAX_FRAMES)).round().astype(int))
    return [moments[place] for place in chosen]


def _film(run: RunRecord, moments: Sequence[Moment], layer: int, picture: int) -> Film:
    dataset = load_dataset_of_run(run.spec.settings.dataset)
    layer_moments = [layer_at(run, moment.step, layer, picture) for moment in moments]
    kernels = None
    if layer_moments[0].kernels:
        kernels = np.array([layer_moment.kernels[0].weights for layer_moment in layer_moments])[:, :MAX_TILES]
        colour = kernels.shape[2] == 3 and run.spec.architecture.sources[layer] == (PICTURE,)
        kernels = kernels if colour else kernels[:, :, 0]
    outputs = np.array([layer_moment.output for layer_moment in layer_moments])
    outputs = outputs[:, :MAX_UNITS, None, None] if outputs.ndim == 2 else outputs[:, :MAX_TILES]
    history = run_store().curves(run.run_id)
    title = f"{run.spec.architecture.name} on {dataset.title}"
    answers: list[tuple[Answer, ...]] = [(layer_moment.answer,) for layer_moment in layer_moments]
    several = figures_of(run.spec.settings.task.answer_type).in_film
    if several > 1:
        answers = [answers_at(run, moment.step, several) for moment in moments]
    else:
        title += f", looking at a picture of: {dataset.class_names[int(dataset.labels[picture])]}"
    return Film(
        title=title,
        layer=f"layer {layer + 1} {run.spec.architecture.layers[layer].summary()}",
        moments=tuple(name_of(moment) for moment in moments),
        positions=np.array([moment.epoch_position for moment in moments]),
        kernels=kernels,
        outputs=outputs,
        answers=tuple(answers),
        annotations=run.spec.settings.task.about(dataset.annotations),
        truth=run.spec.settings.task.truth(dataset, picture),
        picture=dataset.pictures[picture],
        curve=(history.epoch_position, history.batch_loss),
        validation=(history.epoch.astype(float), history.validation_loss),
        loss_label=run.spec.settings.loss_name.title,
    )
