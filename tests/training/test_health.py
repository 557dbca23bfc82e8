"""The layers' health: what is measured around a step, that it is kept, and what is said of it."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from tests.training.examples import MIXED, curve, few_digits, spec, train_all
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.network import build
from visualizer.architecture.presets import TINY
from visualizer.training.loop.checkup_schedule import BETWEEN_LATER, CHECKUPS_PER_EPOCH, OFTEN_UNTIL, is_checkup_due
from visualizer.training.loop.events import Bundle, Health, LayerHealth, RunProgress
from visualizer.training.loop.health import Checkup
from visualizer.training.loop.loop import Training
from visualizer.training.runs.curves import HealthCurves
from visualizer.training.runs.diagnosis import SILENT_SHARE, diagnose
from visualizer.training.runs.store import RunStore
from visualizer.training.settings import batches_per_epoch, pictures_in_batch
from visualizer.ui.train.health_view import describe_checkups

DIGITS = few_digits()


def one_step(architecture: Architecture, learning_rate: float = 0.1):
    """A checked step of plain SGD; the report, the gradients and the weights before and after."""
    network = build(architecture, "he_normal", seed=3)
    optimizer = torch.optim.SGD(network.parameters(), learning_rate)
    pictures = torch.rand((5, *architecture.input_shape), generator=torch.Generator().manual_seed(0))
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    with Checkup(network) as checkup:
        loss = network.logits(pictures).square().mean()
    loss.backward()
    checkup.after_backward()
    gradients = {name: parameter.grad.clone() for name, parameter in network.named_parameters()}
    optimizer.step()
    return checkup.after_step(7), network, pictures, before, gradients


def norm_of(tensors: dict[str, torch.Tensor], layer: int) -> float:
    mine = [tensor.flatten() for name, tensor in tensors.items() if name.startswith(f"layers.{layer}.")]
    return torch.cat(mine).norm().item()


def test_norms_are_those_of_all_numbers_of_a_layer():
    report, _, _, before, gradients = one_step(TINY.architecture)
    assert report.step == 7
    assert [layer.layer_index for layer in report.layers] == [0, 2, 5]
    for layer in report.layers:
        assert layer.gradient_norm == pytest.approx(norm_of(gradients, layer.layer_index), rel=1e-5)
        assert layer.weight_norm == pytest.approx(norm_of(before, layer.layer_index), rel=1e-5)
        # Plain SGD adds the gradient times the learning rate.
        assert layer.update_norm == pytest.approx(0.1 * layer.gradient_norm, rel=1e-3)


def test_a_unit_is_dead_where_it_fires_for_no_picture_at_no_place():
    architecture = Architecture(
        "relus", (1, 8, 8), (Conv2D(filters=4, activation="linear"), Activation("relu"), Flatten(), Dense(units=6))
    )
    network = build(architecture, "he_normal", seed=0)
    with torch.no_grad():
        network.layers[0].convolution.bias.copy_(torch.tensor([-1e3, 1e3, -1e3, 1e3]))
        network.layers[3].dense.weight.zero_()
        network.layers[3].dense.bias.copy_(torch.tensor([1.0, 1, 1, 1, 1, -1]))
    with Checkup(network) as checkup:
        network(torch.rand(3, 1, 8, 8)).sum().backward()
    checkup.after_backward()
    layers = {layer.layer_index: layer for layer in checkup.after_step(1).layers}
    assert (layers[1].silent_share, layers[1].units) == (0.5, 4)
    assert (layers[3].silent_share, layers[3].units) == (pytest.approx(1 / 6), 6)
    assert layers[0].silent_share is None
    assert layers[1].weight_norm is None


def test_a_checkup_changes_no_curve_and_leaves_no_hook(monkeypatch):
    checked = Training(spec(MIXED, epochs=2), DIGITS)
    events = train_all(checked)
    assert all(not module._forward_hooks for module in checked.network.modules())
    monkeypatch.setattr("visualizer.training.loop.loop.is_checkup_due", lambda step, steps_per_epoch: False)
    assert np.array_equal(curve(events), curve(train_all(Training(spec(MIXED, epochs=2), DIGITS))))


def test_a_run_is_looked_at_some_times_in_each_epoch():
    training = Training(spec(epochs=2, batch_size=4), DIGITS)
    steps = [event.step for event in train_all(training) if isinstance(event, Health)]
    per_epoch = batches_per_epoch(100, 4)
    assert steps[0] == 1
    assert steps == sorted(set(steps))
    assert len([step for step in steps if step > per_epoch]) == CHECKUPS_PER_EPOCH


def test_a_long_run_is_looked_at_more_seldom_later():
    half = batches_per_epoch(100, 4) // CHECKUPS_PER_EPOCH
    steps = [step for step in range(1, 4 * OFTEN_UNTIL) if is_checkup_due(step, 25)]
    often = [step for step in steps if step <= OFTEN_UNTIL]
    later = [step for step in steps if step > OFTEN_UNTIL]
    assert often == [1, *range(half, OFTEN_UNTIL + 1, half)]
    assert set(np.diff(later)) == {BETWEEN_LATER // half * half + half}
    assert later[0] - often[-1] <= later[1] - later[0]


def test_long_epochs_are_looked_at_as_often_as_ever():
    steps = [step for step in range(1, 5 * OFTEN_UNTIL) if is_checkup_due(step, 2 * BETWEEN_LATER)]
    assert steps == [1, *range(BETWEEN_LATER, 5 * OFTEN_UNTIL, BETWEEN_LATER)]


@pytest.mark.parametrize(
    ("steps_per_epoch", "total", "words"),
    [
        (40, 400, "at batch 1, then at every 20th batch up to batch 200, and at every 140th batch after that"),
        (40, 200, "at batch 1, then at every 20th batch"),
        (1000, 9000, "at batch 1, then at every 500th batch"),
        (3, 30, "at every batch"),
        (3, 900, "at every batch up to batch 200, and at every 128th batch after that"),
        (43, 430, "at batch 1, then at every 21st batch up to batch 200, and at every 147th batch after that"),
    ],
)
def test_when_it_is_looked_at_is_said_as_it_is(steps_per_epoch, total, words):
    """Each sentence's numbers are those by which the steps were chosen, which the two tests above hold."""
    assert describe_checkups(steps_per_epoch, total) == f"The layers are measured {words}."
    looked_at = [step for step in range(2, total + 1) if is_checkup_due(step, steps_per_epoch)]
    gaps = {later - step for step, later in pairwise(looked_at) if step > OFTEN_UNTIL}
    assert all(f"every {gap}th" in words for gap in gaps)


def test_the_store_keeps_it(tmp_path):
    store = RunStore(tmp_path)
    store.create("run", "owner", spec(), 10)
    layers = (LayerHealth(0, 1.0, 2.0, 0.5, None, 0), LayerHealth(1, None, None, None, 0.25, 8))
    later = (LayerHealth(0, math.nan, 0.0, 0.5, None, 0), LayerHealth(1, None, None, None, 0.5, 8))
    store.apply(Bundle("run", RunProgress(20, 2, 0.1, 1.0, 1.0), (Health(5, layers), Health(20, later))))
    health = store.health("run")
    assert health.step.tolist() == [5, 20]
    assert health.epoch_position.tolist() == [0.5, 2.0]
    assert health.layers.tolist() == [0, 1]
    assert health.units.tolist() == [0, 8]
    np.testing.assert_array_equal(health.gradient_norm, [[1, math.nan], [math.nan, math.nan]])
    np.testing.assert_array_equal(health.weight_norm, [[2, math.nan], [0, math.nan]])
    np.testing.assert_array_equal(health.update_ratio, [[0.25, math.nan], [math.nan, math.nan]])
    np.testing.assert_array_equal(health.silent_share, [[math.nan, 0.25], [math.nan, 0.5]])


def test_a_run_that_was_not_trained_has_none(tmp_path):
    health = RunStore(tmp_path).health("nothing")
    assert (len(health.step), len(health.layers), health.silent_share.shape[0]) == (0, 0, 0)
    assert diagnose(health, (), ()) == ()


def history(**values: list[float]) -> HealthCurves:
    """One look at some layers; what is not named is well."""
    count = len(next(iter(values.values())))
    well = {"gradient_norm": 0.1, "weight_norm": 1.0, "update_ratio": 1e-3, "silent_share": 0.0}
    arrays = {name: np.array([values.get(name, [usual] * count)]) for name, usual in well.items()}
    return HealthCurves(np.array([1]), np.array([0.1]), np.arange(count), units=np.full(count, 16), **arrays)


def looks_at_silent(*shares: float) -> HealthCurves:
    """One layer of 16 units, so many of which were silent at each look."""
    looks = len(shares)
    well = {name: np.full((looks, 1), value) for name, value in (("gradient_norm", 0.1), ("weight_norm", 1.0))}
    return HealthCurves(
        step=np.arange(looks),
        epoch_position=np.arange(looks) / 10,
        layers=np.array([0]),
        update_ratio=np.full((looks, 1), 1e-3),
        silent_share=np.array(shares)[:, None],
        units=np.array([16]),
        **well,
    )


NAMES = ("Conv2D 8", "Conv2D 16", "Dense 10")


def test_nothing_is_said_where_all_is_well():
    assert diagnose(history(silent_share=[0.1, 0.0, math.nan]), NAMES, [32]) == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"silent_share": [0.0, 0.81, math.nan]},
            [
                "Layer 2 (Conv2D 16): 81% of its 16 units were silent: 0 for every picture. This was so in the "
                "measured batch (32 pictures).",
                "LeakyReLU",
            ],
        ),
        ({"gradient_norm": [1e-6, 1e-3, 0.1]}, ["Layer 1 (Conv2D 8)", "1/100,000", "ReLU instead of sigmoid"]),
        ({"gradient_norm": [0.1, 0.0, 0.1]}, ["Layer 2 (Conv2D 16) gets no gradient at all"]),
        (
            {"gradient_norm": [0.0, 0.0, 0.1]},
            ["2 layers get no gradient at all, so they learn nothing. The first is Layer 1 (Conv2D 8)."],
        ),
        ({"update_ratio": [0.01, 0.3, 0.02]}, ["Layer 2 (Conv2D 16): each step changes its weights by 30%", "Lower"]),
        ({"update_ratio": [1e-7, 2e-7, math.nan]}, ["by only 2.0e-07 of their size", "Raise the learning rate."]),
    ],
)
def test_what_is_wrong_is_said_with_its_numbers_and_what_to_try(values, words):
    (finding,) = diagnose(history(**values), NAMES, [32])
    for part in words:
        assert part in f"{finding.seen} {finding.advice}"


def test_units_are_called_silent_with_the_pictures_that_were_looked_at_and_dead_only_if_for_all():
    (finding,) = diagnose(looks_at_silent(0.1, 0.9, 0.75, 0.8), NAMES, [32, 32, 32, 10])
    assert finding.seen == (
        "Layer 1 (Conv2D 8): at least 80% of its 16 units were silent: 0 for every picture. This was so in at least "
        "2 of the last 3 measured batches (32, 32 and 10 pictures)."
    )
    assert finding.advice.startswith("A unit that is silent for all pictures is dead")
    # One batch of ten pictures, for which many rest, is an exception.
    assert diagnose(looks_at_silent(0.1, 0.1, 0.9), NAMES, [32, 32, 10]) == ()
    assert diagnose(looks_at_silent(0.1, 0.9), NAMES, [32, 10]) == ()
    (both,) = diagnose(looks_at_silent(0.7, 0.9), NAMES, [32, 10])
    assert "at least 70% of its 16 units were silent" in both.seen
    assert "in both measured batches (32 and 10 pictures)." in both.seen


def test_a_run_that_failed_is_no_reason_to_fail():
    nothing = [math.nan, math.nan, math.nan]
    assert diagnose(history(gradient_norm=nothing, weight_norm=nothing, update_ratio=nothing), NAMES, [32]) == ()


def test_a_much_too_high_learning_rate_is_seen_in_a_real_run(tmp_path):
    store = RunStore(tmp_path)
    chosen = spec(epochs=2, optimizer="sgd", learning_rate=30.0)
    training = Training(chosen, DIGITS)
    store.create("run", "owner", chosen, training.steps_per_epoch)
    store.apply(Bundle("run", RunProgress(1, 0, 0.1, 0.0, 0.0), tuple(train_all(training))))
    health = store.health("run")
    pictures = [pictures_in_batch(int(step), 100, 32) for step in health.step]
    assert pictures[-1] == 4  # an epoch's last batch is looked at, and is smaller
    findings = diagnose(health, [layer.summary() for layer in chosen.architecture.layers], pictures)
    assert health.silent_share[-1, 0] > SILENT_SHARE
    assert findings[0].seen.startswith("Layer 1 (Conv2D 8, 3 × 3): 100% of its 8 units were silent: 0 for every")
    assert " in at least 2 of the last 3 measured batches (" in findings[0].seen
    assert findings[0].seen.endswith("4 pictures).")
