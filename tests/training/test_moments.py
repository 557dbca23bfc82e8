"""Which moments are kept, and what is kept of them."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.training.examples import LEAKY, MIXED, few_digits, spec, train_all
from visualizer.architecture.network import build
from visualizer.errors import UserError
from visualizer.training.loop.events import Bundle, Gradients, RunProgress, Weights
from visualizer.training.loop.loop import Training
from visualizer.training.loop.moments import GRADIENT_EDGES, MAX_EPOCHS, gradient_counts, is_among_first, kept_steps
from visualizer.training.runs import schema
from visualizer.training.runs.store import RunStore
from visualizer.training.settings import run_spec_to_json

DIGITS = few_digits()
PROGRESS = RunProgress(0, 0, 0.001, 0.0, 0.0)


def course(epochs: int, steps_per_epoch: int) -> list[tuple[int, int | None]]:
    """All moments of a run in order."""
    first = [(step, None) for step in range(1, steps_per_epoch) if is_among_first(step, steps_per_epoch)]
    return [(0, 0), *first, *((epoch * steps_per_epoch, epoch) for epoch in range(1, epochs + 1))]


def kept_after(moments: list[tuple[int, int | None]], steps_per_epoch: int, size: int, limit: int) -> list[int]:
    """What is left where each moment comes in its turn, as in the store."""
    left: list[tuple[int, int | None]] = []
    for moment in moments:
        left.append(moment)
        kept = kept_steps(left, steps_per_epoch, size, limit)
        left = [other for other in left if other[0] in kept]
    return [step for step, _ in left]


def test_the_first_batches_are_powers_of_two_in_the_first_epoch():
    assert [step for step in range(200) if is_among_first(step, 40)] == [1, 2, 4, 8, 16, 32]
    assert [step for step in range(200) if is_among_first(step, 32)] == [1, 2, 4, 8, 16]
    assert not [step for step in range(200) if is_among_first(step, 1)]


def test_everything_is_kept_where_there_is_room():
    moments = course(10, 40)
    assert kept_after(moments, 40, 16, 10**6) == [step for step, _ in moments]


def test_a_long_run_keeps_every_second_epoch_and_all_first_batches():
    left = kept_after(course(2 * MAX_EPOCHS - 1, 40), 40, 16, 10**9)
    assert left[:7] == [0, 1, 2, 4, 8, 16, 32]
    ends = [step // 40 for step in left[7:]]
    assert ends == [*range(2, 2 * MAX_EPOCHS - 1, 2), 2 * MAX_EPOCHS - 1]


@pytest.mark.parametrize("room", [1, 2, 3, 5, 8, 12, 20, 33, 200])
def test_the_limit_holds_and_only_the_two_ends_stand_above_it(room):
    """`room` moments of 16 bytes; one place stays free for the moment of a pause."""
    moments = course(50, 40)
    for count in range(1, len(moments) + 1):
        left = kept_after(moments[:count], 40, 16, room * 16)
        assert left[0] == 0
        assert left[-1] == moments[count - 1][0]
        assert len(left) <= max(room, 2)


def test_a_pause_is_kept_only_while_it_is_the_last_moment():
    moments = [(0, 0), (1, None), (3, None)]
    assert kept_steps(moments, 40, 16, 10**6) == {0, 1, 3}
    assert kept_steps([*moments, (4, None)], 40, 16, 10**6) == {0, 1, 4}


def test_gradients_are_counted_by_size_like_numpys_histogram():
    values = np.random.default_rng(0).normal(size=5000).astype(np.float32) ** 7
    values[:7] = 0
    counts = gradient_counts([values[:2000].reshape(40, 50), values[2000:]])
    expected, _ = np.histogram(np.abs(values), GRADIENT_EDGES)
    below, above = np.abs(values) < GRADIENT_EDGES[0], np.abs(values) >= GRADIENT_EDGES[-1]
    expected[-1] += above.sum()
    assert counts.sum() == 5000
    assert counts[0] == below.sum() >= 7
    assert np.array_equal(counts[1:], expected)


def test_the_kept_gradients_are_those_of_the_batch_just_trained():
    training = Training(spec(LEAKY, batch_size=32), DIGITS)
    events = []
    while training.step < 1:
        events += training.advance()
    (gradients,) = [event for event in [*events, *training.report()] if isinstance(event, Gradients)]
    network = build(LEAKY)
    order = torch.randperm(len(training.examples.train), generator=torch.Generator().manual_seed(0))
    pictures, labels = training.examples.train.batch(order[:32])
    functional.cross_entropy(network.logits(pictures), labels).backward()
    assert (gradients.step, gradients.layers) == (1, (0, 2))
    for index, counts in zip(gradients.layers, gradients.counts, strict=True):
        layer = [parameter.grad.numpy() for parameter in network.layers[index].parameters()]
        # A number on a bin's edge may fall to either side.
        assert np.abs(counts - gradient_counts(layer)).sum() <= 2
        assert counts.sum() == sum(array.size for array in layer)


def test_the_same_seed_keeps_the_same_moments():
    runs = [train_all(Training(spec(MIXED, epochs=2), DIGITS)) for _ in range(2)]
    one, other = ([event for event in events if isinstance(event, Weights)] for events in runs)
    assert [weights.step for weights in one] == [1, 2]
    for mine, theirs in zip(one, other, strict=True):
        assert all(np.array_equal(array, theirs.arrays[name]) for name, array in mine.arrays.items())
    one, other = ([event for event in events if isinstance(event, Gradients)] for events in runs)
    assert [gradients.step for gradients in one] == [1, 2, 4, 8]
    for mine, theirs in zip(one, other, strict=True):
        assert np.array_equal(mine.counts, theirs.counts)


def test_the_store_gives_moments_back(tmp_path):
    store = RunStore(tmp_path)
    store.create("run1", "me", spec(MIXED, epochs=2), steps_per_epoch=4)
    training = Training(spec(MIXED, epochs=2), DIGITS)
    store.apply(Bundle("run1", PROGRESS, (training.weights(),)))
    events = train_all(training)
    store.apply(Bundle("run1", PROGRESS, (*events, training.weights())))
    assert [(moment.step, moment.epoch) for moment in store.moments("run1")] == [(0, 0), (1, None), (2, None), (8, 2)]
    assert [moment.epoch_position for moment in store.moments("run1")] == [0, 0.25, 0.5, 2]
    sent = {event.step: event for event in events if isinstance(event, Weights | Gradients)}
    back = store.gradients("run1")
    assert set(back) == set(sent)
    assert back[8].layers == sent[8].layers
    assert np.array_equal(back[8].counts, sent[8].counts)
    weights = store.weights_at("run1", 8)
    assert all(np.array_equal(array, weights[name]) for name, array in training.weights().arrays.items())
    assert {name for name in weights if name.startswith("layers.0.")} == set(store.weights_at("run1", 8, "layers.0."))
    with pytest.raises(UserError, match="after 3 batches"):
        store.weights_at("run1", 3)
    assert store.moments("other") == ()
    assert store.gradients("other") == {}


def test_gradients_go_with_their_weights(tmp_path):
    store = RunStore(tmp_path)
    store.create("run1", "me", spec(epochs=2), steps_per_epoch=8)
    counts = np.ones((1, len(GRADIENT_EDGES)), np.int64)
    for step in (0, 3, 4):
        weights = Weights(step, None if step else 0, {"a": np.zeros(2, np.float32)})
        store.apply(Bundle("run1", PROGRESS, (Gradients(step, (0,), counts), weights)))
    assert list(store.gradients("run1")) == [0, 4]


def test_a_store_without_gradients_is_opened_and_its_moments_are_there(tmp_path):
    """As one looks that was written before gradients were kept."""
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as connection, connection:
        connection.executescript(schema._FIRST_TABLES)
        connection.execute("DROP TABLE gradients")
        connection.execute(
            "INSERT INTO runs (run_id, owner, created, spec, steps_per_epoch, learning_rate) VALUES (?, ?, ?, ?, ?, ?)",
            ("run1", "me", 0.0, run_spec_to_json(spec()), 4, 0.001),
        )
        connection.execute("INSERT INTO weights VALUES ('run1', 0, 0, 8)")
    again = RunStore(tmp_path)
    assert [moment.step for moment in again.moments("run1")] == [0]
    assert again.gradients("run1") == {}
