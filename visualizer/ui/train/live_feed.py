"""What moves on the Train page while a run goes on: the browser asks for it a few times per second (see live_route.py).

A fragment that reruns would be slower: Streamlit's own code in the browser then took as long as the drawing, and on a
server with a class of thirty the scripts of all pages would queue.
"""

from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode

import streamlit as st

from visualizer.figures.answers.figures import AnswerView
from visualizer.figures.chart import Chart
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit.component import component
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.train.answer_view import view_to_text

PATH = "/live"
# Seconds between two requests, by the state of the run. 2.2 pictures per second look smooth; a paused run may
# still get a command from another tab.
_EVERY = {"queued": 1.0, "running": 0.45, "paused": 2.0}


@dataclass(frozen=True)
class LiveView:
    """What a page shows of a run, as far as it moves.

    Attributes:
        run_id: The run.
        width: Pixels of the page's content.
        layer: The index of the layer that shows its feature maps, from 0; any number if it has none.
        answers: How answers are looked at.
    """

    run_id: str
    width: int
    layer: int
    answers: AnswerView


@dataclass(frozen=True)
class Moving:
    """What a page shows at one moment.

    Attributes:
        frame: Changes when the page itself must be drawn anew, since other elements are needed.
        charts: The charts that may have changed, by their keys on the page.
        inside: Which snapshot they show; charts of one that the browser has are left out.
    """

    frame: str = ""
    charts: dict[str, Chart] = field(default_factory=dict)
    inside: str = ""


@dataclass(frozen=True)
class HowFar:
    """Where a run stands, for its progress line.

    Attributes:
        share: From 0 to 1.
        state: In words.
        details: The rest of the line.
    """

    share: float
    state: str
    details: str


def frame_of(record: RunRecord, moving: Moving | None) -> str:
    """What the page was drawn for: if it changes, the page is drawn again."""
    return f"{record.state} {record.message} {moving.frame if moving else ''}"


def follow(view: LiveView, record: RunRecord, how_far: HowFar, moving: Moving | None) -> None:
    """Draw the progress line and keep it up to date; the charts of `moving` too, where they are on the page."""

    def draw_anew() -> None:
        """Nothing is left to do: the page's script runs after this."""

    query = {
        "charts": int(moving is not None),
        "width": view.width,
        "layer": view.layer,
        "answers": view_to_text(view.answers),
    }
    component("live_feed")(
        key="live-feed",
        data={
            "address": f"{PATH}/{view.run_id}?{urlencode(query)}",
            "every": _EVERY.get(record.state),
            "frame": frame_of(record, moving),
        }
        | asdict(how_far),
        on_frame_change=draw_anew,
    )
    if record.message:
        (st.error if record.state == "failed" else st.info)(markdown_safe(record.message))
