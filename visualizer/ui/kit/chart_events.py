"""Clicks on the points of a chart, such as the pixels of a heatmap."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from visualizer.ui.kit.component import sent_by, unseen


@dataclass(frozen=True)
class Clicked:
    """The clicked point, as Plotly reports it.

    Attributes:
        x, y: Its place on the axes: a number, or a category's name.
        curve: The number of its trace, from 0.
        index: Its place in the trace's data: (row, column) of a heatmap, (number,) elsewhere.
        data: Its `customdata`; empty where it has none.
    """

    x: float | str
    y: float | str
    curve: int
    index: tuple[int, ...]
    data: tuple[Any, ...]


def on_click(chart_key: str, react: Callable[[Clicked], None]) -> None:
    """Call `react` before the next run when a point of the chart with that key is clicked or tapped.

    Put it right after the chart, in the same fragment. The trace must not have `hoverinfo="skip"`, with which Plotly
    reports nothing; "none" shows nothing and reports.
    """
    key = f"{chart_key}-click"

    def changed() -> None:
        point = _read(sent_by(key, "point"))
        if point is not None:
            react(point)

    unseen("chart_events", key=key, data={"chart": chart_key}, on_point_change=changed)


def _read(value: Any) -> Clicked | None:
    """The click that the browser sent, or None if it is malformed: anybody can send anything."""
    try:
        index = tuple(int(part) for part in value["index"])
        x, y = (value[axis] if isinstance(value[axis], str) else float(value[axis]) for axis in "xy")
        return Clicked(x, y, int(value["curve"]), index, tuple(value["data"]))
    except (TypeError, KeyError, ValueError, OverflowError):
        return None
