"""What happens to the answer when pixels are taken away."""

import numpy as np

from visualizer.figures.chart import LEGEND_ABOVE, Chart, as_label, axis_style, figure_of
from visualizer.figures.palette import GREY, VERMILLION


def deletion_curves(shares: np.ndarray, by_heat: np.ndarray, at_random: np.ndarray, class_name: str) -> Chart:
    """The probability of a class while pixels are taken away: those with the most heat first, and at random.

    Args:
        shares: (S,) of the pixels that are gone, 0 to 1.
        by_heat: (S,) probabilities, 0 to 1.
        at_random: (orders, S) probabilities.
        class_name: The class's name.
    """
    x, mean = shares * 100, at_random.mean(axis=0)
    band = {
        "type": "scatter",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([at_random.max(axis=0), at_random.min(axis=0)[::-1]]) * 100,
        "fill": "toself",
        "fillcolor": "rgba(125, 134, 140, 0.25)",
        "mode": "none",
        "hoverinfo": "skip",
        "showlegend": False,
    }
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": x,
            "y": values * 100,
            "line": {"color": colour, "width": 3, "dash": dash},
            "marker": {"symbol": symbol, "size": 8},
            "hovertemplate": f"{name}<br>%{{x:.0f}} % gone: <b>%{{y:.1f}} %</b><extra></extra>",
        }
        for name, values, colour, dash, symbol in (
            ("most heat first", by_heat, VERMILLION, "solid", "circle"),
            (f"in {len(at_random)} random orders", mean, GREY, "dash", "square"),
        )
    ]
    figure = figure_of(
        [band, *lines],
        height=320,
        margin=(0, 12, 40, 46),
        xaxis=axis_style("pixels taken away") | {"ticksuffix": " %"},
        yaxis=axis_style(f"probability of {as_label(class_name)}") | {"range": [0, 103], "ticksuffix": " %"},
        legend=LEGEND_ABOVE,
    )
    half = len(shares) // 2
    alt = (
        f"Probability of {class_name}, {by_heat[0]:.1%} for the whole picture. With {shares[half]:.0%} of it gone: "
        f"{by_heat[half]:.1%} where those with the most heat went first, {mean[half]:.1%} on average at random."
    )
    return Chart(figure, alt)
