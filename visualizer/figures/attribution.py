"""What happens to the answer when pixels are taken away."""

import numpy as np

from visualizer.architecture.answer import AnswerKind
from visualizer.figures.chart import Chart, as_label, axis_style, band_trace, figure_of, line_trace
from visualizer.figures.palette import GREY, VERMILLION
from visualizer.figures.probabilities import score_text


def deletion_curves(
    shares: np.ndarray, by_heat: np.ndarray, at_random: np.ndarray, class_name: str, kind: AnswerKind
) -> Chart:
    """The probability or score of a class while pixels are taken away: those with the most heat first, and at random.

    Args:
        shares: (S,) of the pixels that are gone, 0 to 1.
        by_heat: (S,) probabilities, 0 to 1, which are drawn in per cent, or scores.
        at_random: (orders, S) of the same kind.
        class_name: The class's name.
        kind: Which of the two they are.
    """
    x, mean = shares * 100, at_random.mean(axis=0)
    probable = kind == "probabilities"
    factor, digits = (100.0, ".1f") if probable else (1.0, ".3g")
    unit = " %" if probable else ""
    noun = "probability" if probable else "score"
    y_axis = (
        {"range": [0, 103], "ticksuffix": unit}
        if probable
        else {"rangemode": "tozero", "zeroline": True, "zerolinecolor": GREY}
    )
    low, high = at_random.min(axis=0) * factor, at_random.max(axis=0) * factor
    band = band_trace(x, low, high, "rgba(125, 134, 140, 0.25)")
    lines = [
        line_trace(
            name,
            x,
            values * factor,
            f"{name}<br>%{{x:.0f}} % gone: <b>%{{y:{digits}}}{unit}</b><extra></extra>",
            colour=colour,
            dash=dash,
            symbol=symbol,
        )
        for name, values, colour, dash, symbol in (
            ("most heat first", by_heat, VERMILLION, "solid", "circle"),
            (f"in {len(at_random)} random orders", mean, GREY, "dash", "square"),
        )
    ]
    figure = figure_of(
        [band, *lines],
        height=320,
        margin=(0, 12, 40, 46),
        xaxis=axis_style("pixels taken away", ticksuffix=" %"),
        yaxis=axis_style(f"{noun} of {as_label(class_name)}") | y_axis,
    )
    half = len(shares) // 2
    whole, heat, random = (
        f"{value:.1%}" if probable else score_text(value) for value in (by_heat[0], by_heat[half], mean[half])
    )
    first = (
        f"The probability of {class_name} is {whole} for the whole picture."
        if probable
        else f"The score of {class_name} is {whole} for the whole picture."
    )
    return Chart(
        figure,
        f"{first} With {shares[half]:.0%} of the pixels taken away it is {heat} if those with the most heat go first, "
        f"and {random} on average if they go at random.",
    )
