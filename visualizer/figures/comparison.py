"""Curves of several runs on one axis, with the band of their seeds."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from visualizer.figures.chart import Chart, as_label, axis_style, band_trace, figure_of, line_trace, number
from visualizer.figures.palette import BLUE, GREEN, ORANGE, PURPLE, VERMILLION
from visualizer.tasks.task import Measure

if TYPE_CHECKING:
    from visualizer.training.runs.comparison import Band

HEIGHT = 340
MOST = 5  # variants that have a style of their own
_STYLES = (
    (BLUE, "circle", "solid"),
    (VERMILLION, "diamond", "dash"),
    (GREEN, "square", "dot"),
    (PURPLE, "triangle-up", "dashdot"),
    (ORANGE, "x", "longdash"),
)


_LONGEST = 34  # letters of a line along the axis, beside which there is no room for more


def band_curves(
    bands: "Mapping[str, Band]", *, label: str, measure: Measure | None = None, styles: Sequence[int] = range(MOST)
) -> Chart:
    """The mean of each variant's runs as a line; where there are several, their range as a band around it.

    Args:
        bands: At most five, by their name.
        label: What is drawn, with its unit.
        measure: What it is; None for a loss.
        styles: The style of each, from 0, so that a variant looks the same in charts that leave others out.
    """
    share = measure is not None and measure.is_share
    factor, digits, unit = (100.0, ".1f", " %") if share else (1.0, ".4f", "")
    traces: list[dict[str, Any]] = []
    sentences = [f"{label}."]
    for (name, band), style in zip(bands.items(), styles, strict=False):
        colour, symbol, dash = _STYLES[style]
        if band.runs > 1:
            low, high = band.low * factor, band.high * factor
            traces.append(band_trace(band.epoch, low, high, colour, opacity=0.22, legendgroup=as_label(name)))
        runs = f"mean of {band.runs} seeds" if band.runs > 1 else "one seed"
        traces.append(
            line_trace(
                as_label(name),
                band.epoch,
                band.mean * factor,
                f"epoch %{{x}}<br><b>%{{y:{digits}}}{unit}</b>, {runs}<extra>{as_label(name)}</extra>",
                colour=colour,
                dash=dash,
                mode="lines+markers",
                marker={"symbol": symbol, "size": 8, "color": colour},
                legendgroup=as_label(name),
            )
        )
        sentences.append(_last(name, band, share=share))
    last = max([1, *(int(band.epoch[-1]) for band in bands.values() if len(band.epoch))])
    y_axis: dict[str, Any] = {"ticksuffix": " %"} if share else {}
    y_axis |= {"range": [0, 102]} if share and measure and measure.better == "up" else {"rangemode": "tozero"}
    figure = figure_of(
        traces,
        height=HEIGHT,
        margin=(8, 8, 54, 44),
        showlegend=True,
        xaxis=axis_style("epoch", range=[-0.01 * last, 1.02 * last], nticks=8),
        yaxis=axis_style("<br>".join(wrap(label, _LONGEST, break_on_hyphens=False)), nticks=6) | y_axis,
    )
    return Chart(figure, " ".join(sentences))


def _last(name: str, band: "Band", *, share: bool) -> str:
    if not len(band.mean):
        return f"{name} has no value yet."
    mean, low, high = (
        f"{values[-1]:.1%}" if share else number(float(values[-1])) for values in (band.mean, band.low, band.high)
    )
    if band.runs == 1:
        return f"With one seed, {name} has {mean} after epoch {band.epoch[-1]}."
    return f"With {band.runs} seeds, {name} has {mean} on average after epoch {band.epoch[-1]}, from {low} to {high}."
