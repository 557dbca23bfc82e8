"""What is seen of a run while it goes on: curves, kernels, feature maps and probabilities of the watched picture."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from visualizer.data.catalog import load_dataset
from visualizer.figures.curves import accuracy_curves, curves
from visualizer.figures.kernels import kernel_grid
from visualizer.figures.maps import map_grid
from visualizer.figures.probabilities import probability_bars
from visualizer.training.events import Snapshot
from visualizer.training.settings import LOSSES
from visualizer.training.store import History, RunRecord
from visualizer.ui import bound
from visualizer.ui.charts import show
from visualizer.ui.dataset_view import watched_picture
from visualizer.ui.server import run_store
from visualizer.ui.session import Session
from visualizer.ui.viewport import column_width

MAPS_SHOWN = 16
KERNELS_SHOWN = 16


def live_part(owner: Session, opening: RunRecord) -> Callable[[RunRecord, History], None]:
    """Draw the frame of all that moves, and return what fills it.

    What does not move stands outside of what is drawn several times a second: every element that the server sends
    again costs the browser time, also where nothing about it changed.

    Returns:
        Draws the run as it stands now; for a fragment, as often as wanted.
    """
    with st.container(key="live"):
        loss, accuracy = st.columns(2)
        snapshot = run_store().latest_snapshot(opening.run_id)
        if snapshot is None:
            st.skeleton(height=240)
            network = None
        else:
            network = _network_frame(owner, snapshot)

    def draw(record: RunRecord, history: History) -> None:
        _curves(loss, accuracy, record, history)
        newest = run_store().latest_snapshot(record.run_id)
        if newest is None:
            return
        if network is None:
            st.rerun()
        _network(owner, network, record, newest)

    return draw


@dataclass(frozen=True)
class _NetworkFrame:
    """Where the network's inside is drawn."""

    kernels: DeltaGenerator
    maps: DeltaGenerator
    answer: DeltaGenerator


def _network_frame(owner: Session, snapshot: Snapshot) -> _NetworkFrame:
    watched, kernels, maps, answer = st.columns([2, 3, 4, 3])
    with watched:
        watched_picture(owner)
    if snapshot.kernels is not None:
        of_all = _part(min(KERNELS_SHOWN, len(snapshot.kernels)), len(snapshot.kernels))
        kernels.markdown(f"**First layer's kernels**{of_all}")
    titles = {
        there.layer_index: f"{there.layer_index + 1}  {there.name}{_part(MAPS_SHOWN, there.channels)}"
        for there in snapshot.maps
    }
    if titles:
        with maps:
            bound.choice(
                "Feature maps of",
                _layer(owner, snapshot),
                owner.choose_live_layer,
                "live-layer",
                titles,
                label_visibility="collapsed",
            )
    answer.markdown("**Its answer**")
    return _NetworkFrame(kernels, maps, answer)


def _layer(owner: Session, snapshot: Snapshot) -> int:
    """The layer whose maps are shown."""
    there = [maps.layer_index for maps in snapshot.maps]
    return owner.live_layer if owner.live_layer in there else there[0]


def _curves(loss: DeltaGenerator, accuracy: DeltaGenerator, record: RunRecord, history: History) -> None:
    with loss:
        show(
            curves(
                history.epoch_position,
                history.batch_loss,
                history.epoch,
                history.train_loss,
                history.validation_loss,
                loss_label=LOSSES[record.spec.settings.loss],
            ),
            "loss-curves",
        )
    with accuracy:
        show(
            accuracy_curves(
                history.epoch_position,
                history.batch_accuracy,
                history.epoch,
                history.train_accuracy,
                history.validation_accuracy,
            ),
            "accuracy-curves",
        )


def _network(owner: Session, frame: _NetworkFrame, record: RunRecord, snapshot: Snapshot) -> None:
    """The first layer's kernels, one layer's feature maps and the class probabilities of the watched picture."""
    dataset = load_dataset(record.spec.settings.dataset)
    if snapshot.kernels is not None:
        with frame.kernels:
            shown = snapshot.kernels[:KERNELS_SHOWN]
            show(kernel_grid(shown, input_channel=None, columns=4, width=column_width(3 / 12)), "live-kernels")
    if snapshot.maps:
        chosen = _layer(owner, snapshot)
        array = next(maps.array for maps in snapshot.maps if maps.layer_index == chosen)[:MAPS_SHOWN]
        with frame.maps:
            show(
                map_grid(
                    array,
                    titles=[str(channel + 1) for channel in range(len(array))],
                    columns=4,
                    value_label="activation",
                    hover=False,
                    width=column_width(4 / 12),
                ),
                "live-maps",
            )
    with frame.answer:
        show(
            probability_bars(snapshot.probabilities, dataset.class_names, int(dataset.labels[snapshot.probe_index])),
            "live-probabilities",
        )


def _part(shown: int, there: int) -> str:
    return f" (first {shown} of {there})" if shown < there else ""
