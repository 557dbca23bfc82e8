"""The report of a run, made in the background and downloaded as one HTML file."""

import platform
import re
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Classes
from visualizer.data.catalog import load_dataset_of_run
from visualizer.figures.answers.figures import figures_of
from visualizer.tasks.task import Measure
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit.download import download
from visualizer.ui.kit.job import Progress, Steps
from visualizer.ui.kit.quantities import size
from visualizer.ui.state.models import network_or_reason
from visualizer.ui.state.server import run_store
from visualizer.ui.state.work import work
from visualizer.ui.train.answers_view import evaluated_answers
from visualizer.ui.train.evaluation_view import evaluated

if TYPE_CHECKING:
    from visualizer.architecture.network import Network


ANSWERS_SHOWN = 12


def report_part(run: RunRecord) -> None:
    """Draw the button that makes the report of a run; not while it trains, since it uses the test pictures."""
    with st.expander("**Report** of this run", icon=":material/summarize:", key="report-part"):
        st.markdown(
            "One HTML file with the network, the settings, the curves, the first filters and what the network answers "
            "on the test pictures. It opens in any browser without this app or internet, and can be printed."
        )
        if run.state in ("queued", "running"):
            st.caption("Pause the run or let it finish to make its report.")
            return
        latest = network_or_reason(run)
        if latest is None:
            return
        key, network = latest
        made = work("report", key, partial(_make, run, network), button="Make the report", icon=":material/summarize:")
        if made is not None:
            label = f"Download the report ({size(len(made))})"
            download(label, made, _file_name(run), "text/html", "report-download", type="primary")


def _file_name(run: RunRecord) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "-", run.spec.architecture.name).strip("-").lower()
    return f"report-{name or 'network'}.html"


def _make(run: RunRecord, network: "Network") -> Steps[bytes]:
    from visualizer.report.report import RunReport, report_html
    from visualizer.training.loop.snapshots import first_kernels

    dataset = load_dataset_of_run(run.spec.settings.dataset)
    task, confusion = run.spec.settings.task, None
    measured: tuple[tuple[Measure, float], ...] = ()
    answered: list[tuple[np.ndarray, str]] = []
    how_to_read = ""
    if len(dataset.test) and task.answer_type is Classes:
        confusion = (yield from evaluated(network, dataset)).confusion
    elif len(dataset.test):
        found = yield from evaluated_answers(run, network, dataset)
        measured, figures = found.evaluation.measures, figures_of(task.answer_type)
        about = task.about(dataset.annotations)
        for index, answer in zip(dataset.test[:ANSWERS_SHOWN].tolist(), found.answers, strict=False):
            picture = dataset.pictures[index]
            drawn = figures.drawn(picture, answer, task.truth(dataset, index), about)
            answered.append((drawn, figures.words(answer, about)))
        how_to_read = figures.drawn_words(task.truth(dataset, int(dataset.test[0])), about)
    yield Progress(1.0, "Writing the file …")
    layer, kernels = first_kernels(network)
    report = RunReport(
        record=run,
        history=run_store().curves(run.run_id),
        dataset=dataset,
        confusion=confusion,
        kernels=kernels,
        kernels_layer=layer,
        made=datetime.now().astimezone(),
        versions={"Python": platform.python_version()} | {name: version(name) for name in ("torch", "numpy")},
        measured=measured,
        answered=tuple(answered),
        how_to_read=how_to_read,
    )
    # Half of a UTF-16 pair, in a name from outside, cannot be encoded.
    return report_html(report).encode(errors="replace")
