"""The time machine: back to any kept moment of a run, to see what the network looked like then."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Classes
from visualizer.architecture.architecture import summarize
from visualizer.architecture.shapes import is_maps
from visualizer.architecture.span import PICTURE
from visualizer.data.dataset import Dataset
from visualizer.errors import UserError
from visualizer.figures.answers.figures import answers_to, figures_of
from visualizer.figures.confusion import confusion_matrix
from visualizer.figures.curves import marked_at
from visualizer.figures.kernels import kernel_grid
from visualizer.figures.maps import map_grid
from visualizer.figures.picture import picture_chart
from visualizer.figures.probabilities import score_scale
from visualizer.figures.scale import Scale
from visualizer.figures.spread import gradient_spread, weight_spread
from visualizer.figures.vectors import unit_bars
from visualizer.training.runs.kept_weights import Moment
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit import bound
from visualizer.ui.kit.answer import show_answer
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.quantities import first_of
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.parts.dataset_view import opened_dataset
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import session
from visualizer.ui.state.viewport import column_width
from visualizer.ui.train.answer_view import answer_view, view_controls
from visualizer.ui.train.film import advance, film_controls
from visualizer.ui.train.film_export import export_part
from visualizer.ui.train.live import loss_curves
from visualizer.ui.train.moments import (
    CONFUSION_PICTURES,
    answers_at,
    changes_between,
    confusion_at,
    gradient_counts,
    layer_at,
    name_of,
    shown_layer,
    weight_counts,
)
from visualizer.ui.train.run_controls import watched_index
from visualizer.ui.train.state import TimeMachine, TrainState

PAUSED_REFRESH = 1.0  # seconds, while the film is paused and the run goes on


def time_machine_part(run: RunRecord, refresh: float | None) -> None:
    """Draw the time machine of a run; it gets new moments every second while the run is trained, and plays its film."""
    machine = session().page_state(TrainState).time_machine
    titles = _layers(run)
    if not titles:
        st.info("This network has no layers to look at. Add some in Build.", icon=":material/layers:")
        return
    every = 1 / machine.per_second if machine.playing else refresh and PAUSED_REFRESH
    st.fragment(_moving, run_every=every)(run, titles, machine.playing, machine.per_second)
    export_part(run, titles)


def _layers(run: RunRecord) -> dict[int, str]:
    """The layers that output maps or have weights, by their index."""
    return {
        index: f"{index + 1}  {row.layer.summary()}"
        for index, row in enumerate(summarize(run.spec.architecture).layers)
        if row.parameters or (row.output_shape and is_maps(row.output_shape))
    }


def _moving(run: RunRecord, titles: dict[int, str], playing: bool, per_second: float) -> None:
    machine = session().page_state(TrainState).time_machine
    moments = run_store().moments(run.run_id)
    if not moments:
        st.info("The untrained network will appear in a moment.", icon=":material/hourglass_empty:")
        return
    advance(machine, moments)
    place = film_controls(machine, moments, grows=run.active)
    try:
        with st.container(key="time-machine"):
            _headline(run, moments, place)
            _inside(run, machine, titles, moments, place)
            _measured(run, machine, titles, moments, place)
    except UserError as error:
        st.info(markdown_safe(error), icon=":material/history:")
    # The interval is fixed when the fragment is first drawn.
    if (machine.playing, machine.per_second) != (playing, per_second):
        st.rerun()


def _headline(run: RunRecord, moments: Sequence[Moment], place: int) -> None:
    """The name of this moment, and what changed since the one before."""
    moment = moments[place]
    where = f"After {moment.step:,} of {run.total_steps:,} batches." if moment.step else "Before the first batch."
    st.markdown(f"### {name_of(moment)}\n{where} {_changed(run, moments, place)}")
    epochs = [other.epoch for other in moments if other.epoch]
    gap = max(np.diff([0, *epochs]), default=1)
    if gap > 1:
        st.caption(f"To save disk space, not every epoch of this run is kept. Kept epochs are up to {gap} apart.")


def _changed(run: RunRecord, moments: Sequence[Moment], place: int) -> str:
    if place == 0:
        return "The weights are still random numbers. Drag the slider to the right, or play the film."
    before, now = moments[place - 1], moments[place]
    moved = changes_between(run, before.step, now.step)
    if not moved:
        return ""
    most = max(moved, key=lambda layer: moved[layer])
    least = min(moved, key=lambda layer: moved[layer])
    names = run.spec.architecture.layers
    if moved[most] == 0:
        return f"Nothing has changed since “{name_of(before)}”."
    text = (
        f"Since “{name_of(before)}”, layer {most + 1} ({names[most].summary()}) moved most: its weights changed by "
        f"**{_share(moved[most])}** of their size."
    )
    if least != most:
        text += f" Layer {least + 1} ({names[least].summary()}) moved least, by **{_share(moved[least])}**."
    return text


def _share(value: float) -> str:
    return "more than 1,000 %" if value > 10 else f"{100 * value:.2g} %" if value < 0.1 else f"{100 * value:.0f} %"


def _inside(
    run: RunRecord, machine: TimeMachine, titles: dict[int, str], moments: Sequence[Moment], place: int
) -> None:
    """The layer's kernels and maps, and the answer, at the moment."""
    dataset = opened_dataset(run.spec.settings.dataset)
    picture = watched_index(session(), run)
    layer = shown_layer(run, machine.layer, titles)

    def choose(index: int) -> None:
        machine.layer, machine.incoming = index, 1

    bound.choice("Layer", layer, choose, "moment-layer", titles, width=320)
    layer_moments = [layer_at(run, moment.step, layer, picture) for moment in moments]
    layer_moment = layer_moments[place]
    kernels, outputs, answer = st.columns([4, 5, 4])
    with kernels:
        if not layer_moment.kernels:
            st.markdown("**The watched picture**")
            show(picture_chart(dataset.pictures[picture], "", width=140), "moment-picture")
            st.caption("This layer has no kernels.")
        for number, kernel_set in enumerate(layer_moment.kernels):
            of_stage = f", {kernel_set.stage}" if len(layer_moment.kernels) > 1 else ""
            st.markdown(
                f"**Kernels of layer {layer + 1}{of_stage}**{first_of(len(kernel_set.weights), kernel_set.filters)}"
            )
            inputs = kernel_set.weights.shape[1]
            colour = inputs == 3 and run.spec.architecture.sources[layer] == (PICTURE,) and number == 0
            channel = 0
            if inputs > 1 and not colour:
                channel = min(machine.incoming, inputs) - 1
                _incoming(machine, inputs, number)
            show(
                kernel_grid(
                    kernel_set.weights,
                    input_channel=None if colour else channel,
                    columns=4,
                    width=column_width(4 / 13),
                    extent=max(float(np.abs(other.kernels[number].weights).max()) for other in layer_moments),
                ),
                f"moment-kernels-{number}" if number else "moment-kernels",
            )
    with outputs:
        scale = _scale([other.output for other in layer_moments])
        st.markdown(
            f"**Output of layer {layer + 1} for the watched picture**"
            f"{first_of(len(layer_moment.output), layer_moment.channels)}"
        )
        if layer_moment.output.ndim == 1:
            show(
                unit_bars(layer_moment.output, value_label="output", width=column_width(5 / 13), scale=scale),
                "moment-units",
            )
        else:
            show(
                map_grid(
                    layer_moment.output,
                    titles=[str(channel + 1) for channel in range(len(layer_moment.output))],
                    columns=4,
                    diverging=scale.diverging,
                    value_label="output",
                    width=column_width(5 / 13),
                    scale=scale,
                ),
                "moment-maps",
            )
    with answer:
        st.markdown("**Its answer**")
        task, given = run.spec.settings.task, layer_moment.answer
        truth, about = task.truth(dataset, picture), task.about(dataset.annotations)
        figures = figures_of(type(given))
        given = figures.seen(given, answer_view(session(), type(given)))
        drawn = figures.drawn_chart(dataset.pictures[picture], given, truth, about, width=140)
        if drawn is not None:
            show(drawn, "moment-drawn")
            if words := figures.drawn_words(truth, about):
                st.caption(words)
        of_classes = [other.answer.values for other in layer_moments if isinstance(other.answer, Classes)]
        show_answer(
            given,
            about,
            "moment-answer",
            truth=truth,
            scale=score_scale(np.array(of_classes)) if of_classes else None,
        )
    st.caption("Colours and bars use one scale for all moments so far, so a change here is a change in the network.")


def _incoming(machine: TimeMachine, inputs: int, number: int) -> None:
    def choose(incoming: int) -> None:
        machine.incoming = incoming

    bound.number(
        f"For input map 1 to {inputs}",
        min(machine.incoming, inputs),
        choose,
        f"moment-incoming-of-{inputs}" + (f"-{number}" if number else ""),
        1,
        inputs,
        width=190,
    )


def _scale(outputs: Sequence[np.ndarray]) -> Scale:
    values = np.array([[output.min(), output.max()] for output in outputs])
    return Scale.of(values, diverging=bool(values.min() < 0))


def _measured(
    run: RunRecord, machine: TimeMachine, titles: dict[int, str], moments: Sequence[Moment], place: int
) -> None:
    """The loss, the confusion matrix, and the histograms."""
    history = run_store().curves(run.run_id)
    dataset = opened_dataset(run.spec.settings.dataset)
    loss, confused = st.columns(2)
    with loss:
        st.markdown("**The loss, with this moment marked**")
        show(marked_at(loss_curves(run, history), moments[place].epoch_position), "moment-loss")
    with confused:
        if run.spec.settings.task.answer_type is Classes:
            _confused(run, dataset, moments[place].step)
        else:
            _answered(run, dataset, moments[place].step)
    layer = shown_layer(run, machine.layer, titles)
    if not summarize(run.spec.architecture).layers[layer].parameters:
        st.caption(f"Layer {layer + 1} has no weights, so it has no histograms.")
        return
    steps, names = [moment.step for moment in moments], [name_of(moment) for moment in moments]
    weights, gradient = st.columns(2)
    with weights:
        st.markdown(f"**Histogram of the weights of layer {layer + 1}**")
        st.caption("Each column is a moment; the bars on the right show the framed one.")
        show(
            weight_spread(*weight_counts(run, steps, layer), names, place, width=column_width(1 / 2)), "moment-weights"
        )
    with gradient:
        st.markdown(f"**Histogram of the gradient of layer {layer + 1}**")
        st.caption("Absolute values of the gradient on the batch trained last. There is no gradient before training.")
        rows, edges = gradient_counts(run, steps, layer)
        show(gradient_spread(rows, edges, names, place, width=column_width(1 / 2)), "moment-gradient")


def _confused(run: RunRecord, dataset: Dataset, step: int) -> None:
    st.markdown("**Which classes it confuses**")
    counts = confusion_at(run, step)
    right, total = int(np.trace(counts)), int(counts.sum())
    result = (
        f"It gets {right:,} of the first {total:,} validation pictures right."
        if len(dataset.validation) > CONFUSION_PICTURES
        else f"It gets {right:,} of {total:,} validation pictures right."
    )
    st.caption(f"{result} Right answers lie on the diagonal.")
    show(confusion_matrix(counts, dataset.class_names, width=column_width(1 / 2)), "moment-confusion")


def _answered(run: RunRecord, dataset: Dataset, step: int) -> None:
    task = run.spec.settings.task
    st.markdown(f"**{figures_of(task.answer_type).title_of_many}**")
    answers = answers_at(run, step)
    indices = dataset.validation[: len(answers)]
    view_controls(session(), task.answer_type, "moment-view")
    view = answer_view(session(), task.answer_type)
    for place, titled in enumerate(answers_to(task, dataset, indices, answers, view, column_width(1 / 2))):
        show(titled.chart, f"moment-answers-{place}")
