import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from visualizer.concepts.gan_game import BINS, HIGH, LOW, Game, GameView, overlap, peaks

TWO = peaks(-2, 2)


def played(bars: tuple[float, ...], seed: int, steps: int) -> GameView:
    game = Game(bars, seed)
    game.play(steps)
    return game.view()


def test_peaks_stand_where_they_should() -> None:
    assert TWO[::-1] == TWO
    assert max(TWO) == 1
    middles = LOW + (np.arange(BINS) + 0.5) * (HIGH - LOW) / BINS
    assert middles[np.argmax(peaks(1.25))] == 1.25


def test_steps_may_be_played_in_any_portions() -> None:
    game = Game(TWO, 3)
    for _ in range(3):
        game.play(2)
    assert game.view().losses == played(TWO, 3, 6).losses
    assert game.view().curve == pytest.approx(played(TWO, 3, 6).curve)


def test_the_first_losses_are_those_of_torch() -> None:
    """By both networks before the step, on the same random numbers."""
    game, other = Game(TWO, 0), Game(TWO, 0)
    real, made = other.discriminator(other._real()), other.discriminator(other._made())
    by_torch = binary_cross_entropy_with_logits(real, torch.ones_like(real)) + binary_cross_entropy_with_logits(
        made, torch.zeros_like(made)
    )
    game.play(1)
    losses = game.view().losses
    assert losses is not None
    assert losses[0] == pytest.approx(by_torch.item(), abs=1e-6)


def test_the_slope_of_a_number_is_that_of_its_loss() -> None:
    game = Game(TWO, 0)
    game.play(20)
    move = game.view().move
    assert move.real == pytest.approx(np.interp(move.number, game.view().places, game.view().curve), abs=0.01)
    with torch.no_grad():
        sides = [
            -torch.sigmoid(game.discriminator(torch.tensor([[move.number + side]]))).log().item()
            for side in (-0.01, 0.01)
        ]
    assert move.slope == pytest.approx((sides[1] - sides[0]) / 0.02, abs=0.02)


def test_one_peak_is_learnt() -> None:
    bars = peaks(1.25)
    real = np.array(bars) / sum(bars)
    before, after = played(bars, 0, 0), played(bars, 0, 400)
    assert overlap(after.generated, real) > overlap(before.generated, real) + 0.2
    assert after.below < 0.2


def test_of_two_peaks_one_start_finds_both_and_another_only_one() -> None:
    """What the page shows as mode collapse."""
    assert 0.3 < played(TWO, 2, 200).below < 0.7
    collapsed = played(TWO, 1, 200).below
    assert min(collapsed, 1 - collapsed) < 0.05


def test_overlap() -> None:
    assert overlap(np.array([0.5, 0.5]), np.array([0.5, 0.5])) == 1
    assert overlap(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == 0.5
