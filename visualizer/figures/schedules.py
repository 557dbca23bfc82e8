"""Noise schedules: how much of a picture is left at each time of its way into noise."""

from collections.abc import Mapping

import numpy as np

from visualizer.figures.chart import Chart, axis_style, figure_of, line_trace
from visualizer.figures.palette import BLUE, GREY

_DASHES = ("", "dash", "dot", "dashdot")


def schedule_lines(times: np.ndarray, kept: Mapping[str, np.ndarray], chosen: str) -> Chart:
    """A line for each schedule, the chosen one in colour.

    Args:
        times: (T,) from 0 to 1, ascending, with 0.5 among them.
        kept: (T,) how much of the picture is left, from 1 to 0, by the schedule's name; at most four.
        chosen: One of the names.
    """
    traces = [
        line_trace(
            name,
            times,
            values,
            f"{name}: <b>%{{y:.2f}} of the digit</b> at t = %{{x:.2f}}<extra></extra>",
            colour=BLUE if name == chosen else GREY,
            width=4 if name == chosen else 2,
            dash=dash,
        )
        for (name, values), dash in zip(kept.items(), _DASHES, strict=False)
    ]
    figure = figure_of(
        traces,
        height=240,
        margin=(44, 16, 34, 44),
        showlegend=True,
        xaxis=axis_style("time t", range=[0, 1], nticks=6),
        yaxis=axis_style("how much of the digit is left", range=[0, 1.02], nticks=6),
    )
    middle = int(np.argmin(np.abs(times - 0.5)))
    halfway = ", ".join(f"{name} {values[middle]:.2f}" for name, values in kept.items())
    return Chart(figure, f"How much of the digit is left at t = {times[middle]:g}: {halfway}. Chosen: {chosen}.")
