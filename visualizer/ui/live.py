"""What is seen of a run while it goes on: curves, kernels, feature maps and probabilities of the watched picture."""

import streamlit as st

from visualizer.data.catalog import load_dataset
from visualizer.figures.curves import accuracy_curves, curves
from visualizer.figures.kernels import kernel_grid
from visualizer.figures.maps import map_grid
from visualizer.figures.probabilities import probability_bars
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


def live_curves(record: RunRecord, history: History) -> None:
    """Loss and accuracy over the epochs, side by side."""
    left, right = st.columns(2)
    with left:
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
    with right:
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


def live_network(owner: Session, record: RunRecord) -> None:
    """The first layer's kernels, one layer's feature maps and the class probabilities of the watched picture."""
    snapshot = run_store().latest_snapshot(record.run_id)
    if snapshot is None:
        st.skeleton(height=240)
        return
    dataset = load_dataset(record.spec.settings.dataset)
    watched, kernels, maps, answer = st.columns([2, 3, 4, 3])
    with watched:
        watched_picture(owner)
    with kernels:
        if snapshot.kernels is not None:
            shown = snapshot.kernels[:KERNELS_SHOWN]
            st.markdown(f"**First layer's kernels**{_part(len(shown), len(snapshot.kernels))}")
            show(kernel_grid(shown, input_channel=None, columns=4, width=column_width(3 / 12)), "live-kernels")
    with maps:
        by_layer = {maps.layer_index: maps for maps in snapshot.maps}
        titles = {
            index: f"{index + 1}  {maps.name}{_part(MAPS_SHOWN, maps.channels)}" for index, maps in by_layer.items()
        }
        if titles:
            chosen = owner.live_layer if owner.live_layer in titles else next(iter(titles))
            bound.choice(
                "Feature maps of", chosen, owner.choose_live_layer, "live-layer", titles, label_visibility="collapsed"
            )
            array = by_layer[chosen].array[:MAPS_SHOWN]
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
    with answer:
        st.markdown("**Its answer**")
        show(
            probability_bars(snapshot.probabilities, dataset.class_names, int(dataset.labels[snapshot.probe_index])),
            "live-probabilities",
        )


def _part(shown: int, there: int) -> str:
    return f" (first {shown} of {there})" if shown < there else ""
