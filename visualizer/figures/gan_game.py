"""A GAN whose pictures are single numbers: real and generated ones, and what the discriminator says of them."""

import numpy as np

from visualizer.concepts.gan_game import BINS, HIGH, LOW, GameView, overlap
from visualizer.figures.chart import Chart, axis_style, figure_of, line_trace
from visualizer.figures.palette import BLUE, GREY, VERMILLION

_WIDTH = (HIGH - LOW) / BINS


def game_chart(view: GameView, real: np.ndarray) -> Chart:
    """Both histograms as bars over one axis, and the discriminator's curve over them.

    Args:
        view: The game as it stands.
        real: (BINS,) the shares of the real numbers, which add up to 1.
    """
    middles = LOW + (np.arange(BINS) + 0.5) * _WIDTH
    traces = [
        {
            "type": "bar",
            "x": middles,
            "y": shares * 100,
            "width": _WIDTH,
            "name": name,
            "marker": marker,
            "hovertemplate": f"around %{{x:.3g}}: <b>%{{y:.1f}} %</b> of the {name}<extra></extra>",
        }
        for shares, name, marker in (
            (real, "real numbers", {"color": GREY, "opacity": 0.45, "line": {"width": 0}}),
            (
                view.generated,
                "generated numbers",
                {
                    "color": BLUE,
                    "opacity": 0.9,
                    "line": {"color": BLUE, "width": np.where(view.generated > 0, 1.5, 0)},
                    # Told from the others without colour.
                    "pattern": {"shape": "/", "size": 6, "solidity": 0.5},
                },
            ),
        )
    ]
    curve = line_trace(
        "discriminator",
        view.places,
        view.curve,
        "at %{x:.3g}: real with a probability of <b>%{y:.3f}</b><extra></extra>",
        colour=VERMILLION,
        yaxis="y2",
    )
    highest = float(max(real.max(), view.generated.max())) * 100
    figure = figure_of(
        [*traces, curve],
        height=340,
        margin=(40, 52, 44, 56),
        barmode="overlay",
        bargap=0,
        xaxis=axis_style("number", range=[LOW, HIGH], dtick=1),
        yaxis=axis_style("share of the numbers", ticksuffix=" %", range=[0, max(highest * 1.1, 5)], nticks=6),
        yaxis2=axis_style("probability of being real", automargin=False, range=[0, 1], dtick=0.5, showgrid=False)
        | {"overlaying": "y", "side": "right"},
    )
    likeliest = float(view.places[int(view.curve.argmax())])
    alt = (
        f"After {view.steps} steps, {overlap(view.generated, real):.0%} of the generated numbers lie as the real ones "
        f"do. Below 0 lie {real[: BINS // 2].sum():.0%} of the real and {view.below:.0%} of the generated numbers. "
        f"The discriminator finds numbers around {likeliest:.1f} most likely to be real, with {view.curve.max():.0%}."
    )
    return Chart(figure, alt.replace("around -", "around −"))
