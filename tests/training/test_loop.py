"""The loop: what it emits, that it can be repeated, and what happens where it cannot go on."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.training.examples import LEAKY, MIXED, curve, epochs, few_digits, spec, train_all
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.network import build
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.classification import Classification
from visualizer.training.loop import examples as examples_module
from visualizer.training.loop.events import Advice, BatchesEnded, Failed, StateChanged
from visualizer.training.loop.examples import Examples
from visualizer.training.loop.loop import Training

DIGITS = few_digits()


def test_the_same_seed_gives_the_same_events_bit_for_bit():
    first = Training(spec(MIXED, epochs=3, seed=7), DIGITS)
    second = Training(spec(MIXED, epochs=3, seed=7), DIGITS)
    events = train_all(first)
    torch.rand(5)  # what others draw does not matter
    again = train_all(second)
    assert np.array_equal(curve(events), curve(again))
    assert epochs(events)[1:] == epochs(again)[1:]
    for name, array in first.weights().arrays.items():
        assert np.array_equal(array, second.weights().arrays[name])


def test_another_seed_gives_another_curve():
    one = curve(train_all(Training(spec(MIXED, epochs=1, seed=7), DIGITS)))
    other = curve(train_all(Training(spec(MIXED, epochs=1, seed=8), DIGITS)))
    assert not np.array_equal(one, other)


def test_trainings_that_take_turns_do_not_disturb_each_other():
    """Both have dropout, which draws from torch's one random state."""
    alone = [curve(train_all(Training(spec(MIXED, epochs=2, seed=seed), DIGITS))) for seed in (1, 2)]
    both = [Training(spec(MIXED, epochs=2, seed=seed), DIGITS) for seed in (1, 2)]
    events = [[], []]
    while not both[0].ended:
        for mine, training in zip(events, both, strict=True):
            with training.turn():
                mine += training.advance()
                mine += training.advance()
    for expected, mine in zip(alone, events, strict=True):
        assert np.array_equal(curve(mine)[: len(expected)], expected)


def test_a_snapshot_does_not_change_the_curve():
    watched = Training(spec(MIXED, epochs=2), DIGITS)
    events = []
    while not watched.ended:
        events += watched.advance()
        watched.snapshot()
    assert np.array_equal(curve(events), curve(train_all(Training(spec(MIXED, epochs=2), DIGITS))))


def test_what_an_epoch_is():
    training = Training(spec(epochs=2, batch_size=32), DIGITS)
    events = train_all(training)
    assert [(event.step, len(event.losses)) for event in events if isinstance(event, BatchesEnded)] == [(4, 4), (8, 4)]
    assert [epoch.epoch for epoch in epochs(events)] == [0, 1, 2]
    assert events[-1] == StateChanged("finished")
    assert (training.step, training.epoch, training.pictures_seen) == (8, 2, 200)
    assert math.isnan(epochs(events)[0].train_loss)
    sizes = np.array([32, 32, 32, 4])  # pictures in each batch
    for number, epoch in enumerate(epochs(events)[1:]):
        loss, accuracy = curve(events)[4 * number : 4 * number + 4].T
        assert epoch.train_loss == pytest.approx((loss * sizes).sum() / 100)
        assert epoch.train_measures["accuracy"] == pytest.approx((accuracy * sizes).sum() / 100)


def test_a_batchs_accuracy_is_that_before_its_step():
    training = Training(spec(), DIGITS)
    while training.evaluating:
        training.advance()
    first = torch.randperm(100, generator=torch.Generator().manual_seed(0))[:32]
    pictures, labels = training.examples.train.batch(first)
    with torch.no_grad():
        expected = (training.network(pictures).argmax(1) == labels).float().mean().item()
    training.advance()
    assert training.report()[0].measures["accuracy"] == pytest.approx([expected])


def test_reports_in_between_do_not_change_the_curve():
    whole = train_all(Training(spec(MIXED, epochs=2), DIGITS))
    training = Training(spec(MIXED, epochs=2), DIGITS)
    events = []
    while not training.ended:
        events += training.advance()
        events += training.report()
    assert np.array_equal(curve(events), curve(whole))
    assert epochs(events)[1:] == epochs(whole)[1:]
    assert training.report() == []


def test_every_picture_is_seen_once_in_an_epoch_and_in_another_order_in_the_next():
    training = Training(spec(), DIGITS)
    first, second = (torch.cat(training._epoch_batches()) for _ in range(2))
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(100))
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_validation_is_of_the_whole_split_in_evaluation_mode(loss):
    training = Training(spec(MIXED, epochs=2, loss=loss), DIGITS)
    events = train_all(training)
    pictures, labels = training.examples.validation.batch(torch.arange(70))
    network = training.network.eval()
    with torch.no_grad():
        output = network(pictures)
        if loss == "cross_entropy":
            value = functional.nll_loss(output.log(), labels).item()
        else:
            value = functional.mse_loss(output, functional.one_hot(labels, 10).float()).item()
    last = epochs(events)[-1]
    assert last.validation_loss == pytest.approx(value, rel=1e-4)
    assert last.validation_measures["accuracy"] == pytest.approx((output.argmax(1) == labels).float().mean().item())


def test_epoch_0_is_the_untrained_network():
    training = Training(spec(epochs=1), DIGITS)
    before = training.weights()
    untrained = epochs(train_all(training))[0]
    assert (before.step, before.epoch) == (0, 0)
    training.network.load_state_dict({name: torch.from_numpy(array) for name, array in before.arrays.items()})
    pictures, labels = training.examples.validation.batch(torch.arange(70))
    loss = functional.cross_entropy(training.network.logits(pictures), labels).item()
    assert untrained.validation_loss == pytest.approx(loss, rel=1e-5)


def test_evaluation_comes_in_pieces():
    training = Training(spec(epochs=1), few_digits(train=32, validation=200))
    pieces = 0
    while training.evaluating:
        assert training.step == 0
        training.advance()
        pieces += 1
    assert pieces == 4 + 1  # 64 + 64 + 64 + 8 pictures, and their mean


def test_weights_know_their_epoch_and_are_a_copy():
    training = Training(spec(epochs=1), DIGITS)
    weights = training.weights()
    kept = {name: array.copy() for name, array in weights.arrays.items()}
    while training.step < 2:
        training.advance()
    assert (training.weights().step, training.weights().epoch) == (2, None)
    train_all(training)
    assert (training.weights().step, training.weights().epoch) == (4, 1)
    for name, array in weights.arrays.items():
        assert np.array_equal(array, kept[name])
        assert not np.array_equal(array, training.weights().arrays[name])


def test_a_new_learning_rate_holds_from_the_next_step():
    one = Training(spec(optimizer="sgd", momentum=0.0, learning_rate=0.1), DIGITS)
    while one.step < 1:
        one.advance()
    one.set_learning_rate(0.001)
    before = [weights.detach().clone() for weights in one.network.parameters()]
    one.advance()
    for weights, old in zip(one.network.parameters(), before, strict=True):
        assert torch.allclose(weights, old - 0.001 * weights.grad, atol=1e-7)


def test_too_high_a_learning_rate_says_what_happened_and_what_to_try():
    # ReLU would die and stop the growth; LeakyReLU passes it on until float32 overflows.
    training = Training(spec(LEAKY, optimizer="sgd", learning_rate=10.0, epochs=50), DIGITS)
    events = train_all(training)
    losses = curve(events)[:, 0]
    assert isinstance(events[-1], Failed)
    assert f"at step {len(losses) + 1}. This was in epoch {len(losses) // 4 + 1}." in events[-1].message
    assert "The loss became " in events[-1].message
    assert "With a learning rate of 10, the steps" in events[-1].message
    assert "Try a learning rate of 1, or Adam" in events[-1].message
    assert np.isfinite(losses).all()
    assert training.ended
    assert training.advance() == []


def test_a_network_that_gets_worse_than_untrained_is_advised_until_it_recovers():
    training = Training(spec(LEAKY, learning_rate=5.0, epochs=2), DIGITS)
    events = train_all(training)
    advice = next(event for event in events if isinstance(event, Advice))
    untrained, trained = epochs(events)[:2]
    assert min(trained.train_loss, trained.validation_loss) > 1.02 * untrained.validation_loss
    assert f"was {untrained.validation_loss:.3g} and is now {trained.validation_loss:.3g}" in advice.message
    assert "Try a learning rate of 0.5." in advice.message

    training = Training(spec(LEAKY, learning_rate=0.5, epochs=30), DIGITS)
    while training.epoch < 1:
        events = training.advance()
    assert any(isinstance(event, Advice) and event.message for event in events)
    training = _with_fresh_weights(training)
    events = train_all(training)
    assert [event.message for event in events if isinstance(event, Advice)] == [""]


def _with_fresh_weights(training: Training) -> Training:
    training.network.load_state_dict(build(training.spec.architecture).state_dict())
    training.set_learning_rate(1e-3)
    return training


@pytest.mark.parametrize(("optimizer", "rate"), [("sgd", 1.0), ("sgd", 10.0), ("adam", 0.3)])
def test_a_network_whose_units_died_is_told_apart_from_one_that_learns(optimizer, rate):
    """Its loss stays finite and near that of guessing, so only its answers show it."""
    training = Training(spec(optimizer=optimizer, learning_rate=rate, epochs=1), load_dataset("digits"))
    advice = next(event for event in train_all(training) if isinstance(event, Advice))
    with torch.inference_mode():
        scores = training.network.logits(training.examples.validation.batch(torch.arange(270))[0])
    assert torch.allclose(scores, scores[:1].expand_as(scores), atol=1e-5)
    assert advice.message.startswith("The network gives the same answer for every picture")
    assert f"Try a learning rate of {rate / 10:g}" in advice.message


def test_a_network_that_began_at_zero_is_told_that_this_is_why():
    training = Training(spec(initialization="zeros", epochs=1), DIGITS)
    advice = next(event for event in train_all(training) if isinstance(event, Advice))
    assert "as it did before training" in advice.message
    assert "“All zeros”" in advice.message
    assert "learning rate" not in advice.message


def test_a_network_whose_layers_began_at_zero_is_not_told_of_the_networks_initialization():
    layers = (Flatten(), Dense(units=8, kernel_initializer="zeros"), Dense(units=10, kernel_initializer="zeros"))
    training = Training(spec(Architecture("", (1, 8, 8), layers), epochs=1), DIGITS)
    advice = next(event for event in train_all(training) if isinstance(event, Advice))
    assert "as it did before training" in advice.message
    assert "or for the layers that have one of their own" in advice.message
    assert "Glorot" not in advice.message


def test_training_that_is_only_slow_needs_no_advice():
    """Dropout and batch normalisation keep the training loss of the first epochs above the untrained network's."""
    events = train_all(Training(spec(MIXED, epochs=5), DIGITS))
    assert epochs(events)[1].train_loss > 1.5 * epochs(events)[0].validation_loss
    assert not any(isinstance(event, Advice) for event in events)


def test_infinite_weights_fail_even_where_the_loss_is_finite():
    training = Training(spec(epochs=3), DIGITS)
    while training.step < 3:
        training.advance()
    # A dead unit with an endless bias: no output, so no loss, shows it.
    with torch.no_grad():
        training.network.layers[0].convolution.bias[0] = -math.inf
    events = train_all(training)
    assert isinstance(events[-1], Failed)
    assert "by step 4. This was in epoch 1." in events[-1].message


def test_a_split_too_large_for_memory_gives_the_same_curve(monkeypatch):
    prepared = curve(train_all(Training(spec(epochs=1), DIGITS)))
    monkeypatch.setattr(examples_module, "MAX_PREPARED_BYTES", 1000)
    examples = Examples(DIGITS, (1, 8, 8), Classification())
    assert np.array_equal(prepared, curve(train_all(Training(spec(epochs=1), DIGITS, examples))))


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 12, 9)])
def test_pictures_prepared_in_pieces_are_the_same(shape, monkeypatch):
    monkeypatch.setattr(examples_module, "PIECE", 100)
    pictures, labels = Examples(DIGITS, shape, Classification()).train.batch(torch.arange(len(DIGITS.train)))
    assert np.array_equal(pictures, prepare(DIGITS.pictures[DIGITS.train], shape))
    assert np.array_equal(labels, DIGITS.labels[DIGITS.train])


def test_digits_are_learnt():
    events = train_all(Training(spec(epochs=15, learning_rate=0.003), load_dataset("digits")))
    ends = epochs(events)
    assert ends[0].validation_measures["accuracy"] < 0.3
    assert ends[-1].validation_measures["accuracy"] > 0.9
    assert ends[-1].validation_loss < ends[0].validation_loss / 4
