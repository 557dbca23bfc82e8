"""A sentence that a run overfits, with a button for each remedy for the next run."""

import streamlit as st

from visualizer.data.catalog import load_dataset_of_run
from visualizer.data.own_dataset import is_own
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.overfitting import Overfitting, leading_measure, overfitting
from visualizer.training.runs.overfitting_remedies import Remedy, remedies
from visualizer.training.runs.records import RunRecord
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import Session
from visualizer.ui.train.state import TrainState


def overfits(record: RunRecord, history: Curves) -> Overfitting | None:
    """How a run overfits, judged by its curves and data set; None if it does not."""
    dataset = load_dataset_of_run(record.spec.settings.dataset)
    measure = leading_measure(record.spec.settings.task)
    if measure is None:
        return None
    return overfitting(history, len(dataset.train), len(dataset.validation), measure)


def overfitting_part(owner: Session, record: RunRecord, overfit: Overfitting, place: str) -> None:
    """Draw the sentence and the remedies. `place` makes the keys of the buttons unique on the page."""
    what, _, how = str(overfit).partition(": ")
    st.warning(f"**{what}:** {how}", icon=":material/menu_book:")
    possible = remedies(record.spec, overfit, owner.architecture, owner.settings)
    for remedy in possible:
        if remedy.done:
            st.markdown(f":material/check: {remedy.done}")
    clicked = False
    with st.container(horizontal=True, gap="xsmall"):
        for remedy in possible:
            if remedy.label:
                clicked |= st.button(
                    remedy.label,
                    key=f"fix-{remedy.name}-{place}",
                    icon=":material/healing:",
                    wrap=True,
                    on_click=_apply,
                    args=(owner, remedy),
                )
        step = _kept_step(record, overfit.best_epoch)
        if step is not None and overfit.best_epoch < overfit.epoch:
            clicked |= st.button(
                f"Go back to epoch {overfit.best_epoch}, the best ({overfit.measure.text(overfit.best)})",
                key=f"fix-back-{place}",
                help=f"Opens the time machine at the epoch with the best validation {overfit.measure.title}.",
                icon=":material/history:",
                on_click=_go_back,
                args=(owner, step),
            )
        if is_own(record.spec.settings.dataset):
            clicked |= st.button(
                "Add more pictures", key=f"fix-pictures-{place}", icon=":material/add_photo_alternate:", on_click=_add
            )
    start = "Start it with “Train again” at the top."
    if record.active:
        start = "Once this run has ended, start the next one with “Train again”."
    st.caption(
        f"This run stays as it is; the changes apply to the next one. {start} “Undo” in Build takes back changes to "
        "the network."
    )
    if clicked:  # the whole page, not only the fragment
        st.rerun()


def _apply(owner: Session, remedy: Remedy) -> None:
    owner.change_next_run(remedy.architecture, remedy.settings)


def _kept_step(record: RunRecord, epoch: int) -> int | None:
    """The moment of the time machine at the end of that epoch; None where its weights are not kept."""
    return next((moment.step for moment in run_store().moments(record.run_id) if moment.epoch == epoch), None)


def _go_back(owner: Session, step: int) -> None:
    owner.page_state(TrainState).time_machine.step = step
    st.session_state["train-parts"] = "Time machine"


def _add() -> None:
    st.session_state["own-part"] = True
