"""Repeat a run with one thing changed, and with several seeds."""

from collections.abc import Mapping

import streamlit as st

from visualizer.limits import limits
from visualizer.training.runs.comparison import CHANGES, Variant, repeated
from visualizer.training.scheduling.commands import Start, Stop
from visualizer.training.settings import RunSpec
from visualizer.ui.kit.grey import grey_where
from visualizer.ui.state.server import worker_pool
from visualizer.ui.state.session import Session
from visualizer.words import counted

MAX_SEEDS = 5


def again(owner: Session, compared: Mapping[str, Variant]) -> None:
    """Draw the choice of a run, of what changes and of how many seeds; the button starts them all."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        base = st.selectbox("Repeat", list(compared), key="again-base", width=260)
        spec = compared[base].spec
        possible = {name: change for name, change in CHANGES.items() if change.value(spec) is not None}
        name = st.selectbox(
            "Change",
            [None, *possible],
            format_func=lambda name: CHANGES[name].title if name else "nothing but the seed",
            key="again-change",
            width=240,
        )
        seeds = st.number_input(
            "Seeds for each",
            1,
            MAX_SEEDS,
            3,
            key="again-seeds",
            width=140,
            help="Each seed gives other initial weights and another order of the batches.",
        )
    values = []
    if name:
        change = CHANGES[name]
        now = change.value(spec)
        known = {value: title for value, title in change.options.items() if change.possible(spec, value)}
        options = {**known, now: change.options.get(now, f"{now:g}" if isinstance(now, float) else str(now))}
        values = st.pills(
            change.title,
            sorted(options) if isinstance(now, int | float) else list(options),
            default=[now],
            selection_mode="multi",
            format_func=options.__getitem__,
            key=f"again-values-{name}-{base}",
        )
        if name == "optimizer":
            st.caption(
                "The learning rate stays as it is. What suits Adam (about 0.001) is small for SGD (about 0.01 to 0.1): "
                "a fair comparison gives each its own."
            )
    specs = _new(repeated(spec, name, values, seeds), compared)
    _start_button(owner, specs, asked=name is None or bool(values))


def _new(specs: tuple[RunSpec, ...], compared: Mapping[str, Variant]) -> list[RunSpec]:
    """Leave out those that exist already: the same seed gives the same curve."""
    existing = {
        (run.spec.architecture, run.spec.settings)
        for variant in compared.values()
        for run in variant.runs
        if run.state not in ("interrupted", "stopped", "failed")
        and run.learning_rate == run.spec.settings.learning_rate
    }
    return [spec for spec in specs if (spec.architecture, spec.settings) not in existing]


def _start_button(owner: Session, specs: list[RunSpec], *, asked: bool) -> None:
    def start() -> None:
        def action() -> None:
            for spec in specs:
                # A run of this workspace already uses this data set.
                run_id = worker_pool().submit(spec, owner.workspace_id, (spec.settings.dataset,))
                worker_pool().send(run_id, Start())

        owner.attempt(action)

    reason = ""
    if not specs:
        reason = "All of these runs exist already." if asked else "Choose at least one value."
    elif len(specs) > limits().active_runs:
        reason = (
            f"Of these {len(specs)} runs, at most {limits().active_runs} start together. Choose fewer values or seeds."
        )
    with grey_where(reason) as grey:
        st.button(
            f"Start {counted(len(specs), 'run')}",
            key="again-start",
            type="primary",
            icon=":material/play_arrow:",
            on_click=start,
            help="Runs that exist already are not repeated.",
            **grey,
        )


def stop_all(compared: Mapping[str, Variant]) -> None:
    """Stop every active run."""
    for variant in compared.values():
        for run in variant.runs:
            if run.active:
                worker_pool().send(run.run_id, Stop())
