import numpy as np
import pytest

from visualizer.concepts.gan_game import BINS, Game, peaks
from visualizer.figures.gan_game import game_chart


def test_both_histograms_and_the_curve_are_drawn_and_told() -> None:
    bars = peaks(-2, 2)
    game = Game(bars, 1)
    game.play(50)
    view, real = game.view(), np.array(bars) / sum(bars)
    chart = game_chart(view, real)
    shown, generated, curve = chart.spec.data
    assert np.sum(shown["y"]) == pytest.approx(100)
    assert shown["y"][: BINS // 2].sum() == pytest.approx(50)
    assert generated["y"] == pytest.approx(view.generated * 100)
    assert shown["x"][0] == generated["x"][0] == -3.75
    assert curve["y"] == pytest.approx(view.curve)
    assert curve["yaxis"] == "y2"
    assert "Below 0 lie 50% of the real and 100% of the generated numbers." in chart.alt
    assert chart.alt.startswith("After 50 steps, ")
