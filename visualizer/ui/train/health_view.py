"""The health of a run's layers: problems in plain sentences, and the numbers behind them."""

import streamlit as st

from visualizer.data.catalog import load_dataset_of_run
from visualizer.figures.health import Panel, health_panels
from visualizer.training.loop.checkup_schedule import OFTEN_UNTIL, checkup_intervals
from visualizer.training.runs.curves import HealthCurves
from visualizer.training.runs.diagnosis import diagnose
from visualizer.training.runs.records import RunRecord
from visualizer.training.settings import pictures_in_batch
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.quantities import ordinal
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.ui.train.overfitting_view import overfits, overfitting_part

# About 0.001 of the weights is a usual step: https://cs231n.github.io/neural-networks-3/#ratio
_USUAL_UPDATE = (1e-4, 1e-2)


def health_part(owner: Session, run: RunRecord, refresh: float | None) -> None:
    """Draw the health of a run, every `refresh` seconds while it is trained.

    Raises UserError where the pictures that it was trained on are gone.
    """
    # Here, since the page does not see the errors of a fragment.
    pictures = len(load_dataset_of_run(run.spec.settings.dataset).train)
    st.fragment(_health, run_every=refresh)(owner, run, pictures)


def _health(owner: Session, run: RunRecord, pictures: int) -> None:
    health = run_store().health(run.run_id)
    if not len(health.step):
        st.info("Nothing has been trained yet. Press Start or One step.", icon=":material/monitor_heart:")
        return
    names = [layer.summary() for layer in run.spec.architecture.layers]
    overfit = overfits(run, run_store().curves(run.run_id))
    batch = run.spec.settings.batch_size
    findings = diagnose(health, names, [pictures_in_batch(int(step), pictures, batch) for step in health.step])
    with st.container(key="live-health"):
        # A network that overfits has learnt, and too well: its gradients and steps are small, and many units silent,
        # since almost nothing is left to learn. So the overfitting alone is reported, without the learning rate.
        if overfit is not None:
            overfitting_part(owner, run, overfit, "health")
        elif findings:
            for finding in findings:
                st.warning(f"**{finding.seen}** {finding.advice}", icon=":material/stethoscope:")
        else:
            st.success(_all_well(health), icon=":material/check_circle:")
        titles = [f"{index + 1} {names[index]}" for index in health.layers]
        show(
            health_panels(
                health.epoch_position,
                titles,
                _panels(health),
                columns=1 if is_narrow() else 2,
                width=column_width(),
            ),
            "health-panels",
        )
    st.caption(
        f"{describe_checkups(run.steps_per_epoch, run.total_steps)} Each time, the pictures of that batch are used. A "
        "unit of a convolution is one of its maps: it fires if any of its values is above 0, and is silent if none is "
        "for any picture of the batch. The two trained numbers per channel of a normalisation count as weights."
    )


def describe_checkups(steps_per_epoch: int, total_steps: int) -> str:
    """At which batches a run is measured, as a sentence."""
    early, later = checkup_intervals(steps_per_epoch)
    evenly = later == early or total_steps <= OFTEN_UNTIL
    if evenly and early == 1:
        return "The layers are measured at every batch."
    if evenly:
        return f"The layers are measured at batch 1, then at every {ordinal(early)} batch."
    text = (
        "The layers are measured at batch 1, then at every {} batch up to batch {}, and at every {} batch after that."
    )
    if early == 1:
        text = "The layers are measured at every batch up to batch {1}, and at every {2} batch after that."
    return text.format(ordinal(early), OFTEN_UNTIL, ordinal(later))


def _all_well(health: HealthCurves) -> str:
    return (
        f"**Nothing looks wrong** after step {health.step[-1]:,}: in every layer most units fire, the gradient "
        "gets through, and the steps are of a reasonable size."
    )


def _panels(health: HealthCurves) -> list[Panel]:
    return [
        Panel(
            "Update to weight ratio",
            "size of a step / size of the weights; the band is usual",
            health.update_ratio,
            usual=_USUAL_UPDATE,
        ),
        Panel("Silent ReLUs", "units that are 0 for every picture of the batch", health.silent_share, share=True),
        Panel("Gradient", "Euclidean norm over all weights of a layer", health.gradient_norm),
        Panel("Weights", "Euclidean norm over all weights of a layer", health.weight_norm),
    ]
