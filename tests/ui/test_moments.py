"""The layer that the time machine and its film show."""

from types import SimpleNamespace

from tests.training.examples import spec
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.presets import TINY
from visualizer.tasks.regression import Regression
from visualizer.ui.train.moments import shown_layer


def run_of(architecture: Architecture) -> SimpleNamespace:
    """As much of a run as is asked for."""
    return SimpleNamespace(run_id=architecture.name, spec=spec(architecture))


def test_at_first_it_is_the_first_with_kernels():
    begins_with_a_normalisation = run_of(Regression.preset().architecture)
    assert shown_layer(begins_with_a_normalisation, None, [0, 1, 2, 3]) == 1
    assert shown_layer(run_of(TINY.architecture), None, [0, 1, 2]) == 0


def test_what_was_chosen_stays_while_it_is_on_offer():
    run = run_of(Regression.preset().architecture)
    assert shown_layer(run, 0, [0, 1]) == 0
    assert shown_layer(run, 9, [0, 1]) == 1
    assert shown_layer(run, None, [0, 2]) == 0  # none with kernels
