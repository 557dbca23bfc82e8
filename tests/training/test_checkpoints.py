"""A training that is interrupted anywhere and goes on from its checkpoint gives the curve of one that never was."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.examples import LEAKY, MIXED, curve, epochs, few_digits, spec, train_all
from visualizer.training.loop.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from visualizer.training.loop.events import Advice, Event, Gradients, Health, Weights
from visualizer.training.loop.loop import Training

DIGITS = few_digits()
MOVED = {"flip": True, "shift": 0.2, "rotation": 10.0, "crop": 0.1, "brightness": 0.2, "noise": 0.1}
HOW = {
    "adam": {"optimizer": "adam"},
    "momentum": {"optimizer": "sgd", "learning_rate": 0.05},
    "plain sgd": {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.05},
    "rmsprop": {"optimizer": "rmsprop"},
}


def interrupted(run, advances: int, path: Path) -> tuple[Training, list[Event]]:
    """Train for so many pieces, then go on from what stands in a file; all events of both parts."""
    first = Training(run, DIGITS)
    events = [event for _ in range(advances) for event in first.advance()]
    *reported, checkpoint = first.checkpoint()
    assert isinstance(checkpoint, Checkpoint)
    write_checkpoint(path, checkpoint)
    read = read_checkpoint(path)
    assert read is not None
    second = Training(run, DIGITS, checkpoint=read)
    assert (second.step, second.epoch, second.evaluating) == (first.step, first.epoch, first.evaluating)
    return second, [*events, *reported, *train_all(second)]


def same(one: list[Event], other: list[Event]) -> bool:
    """Whether both tell of the same course, bit for bit."""

    def weights(events: list[Event]) -> list[tuple[int, bytes]]:
        return [(e.step, b"".join(a.tobytes() for a in e.arrays.values())) for e in events if isinstance(e, Weights)]

    return (
        np.array_equal(curve(one), curve(other))
        and repr(epochs(one)) == repr(epochs(other))
        and [e for e in one if isinstance(e, Health | Advice)] == [e for e in other if isinstance(e, Health | Advice)]
        and [(e.step, e.counts.tolist()) for e in one if isinstance(e, Gradients)]
        == [(e.step, e.counts.tolist()) for e in other if isinstance(e, Gradients)]
        and weights(one) == weights(other)
    )


@pytest.mark.parametrize("how", HOW)
def test_the_curve_is_that_of_a_training_which_was_never_interrupted(how, tmp_path):
    """With batch normalisation, dropout and every augmentation: before it, in an epoch, in an evaluation, after it.

    An epoch is 4 batches and 3 pieces of evaluation, the last of which ends it; before it come 3 of the untrained one.
    """
    run = spec(MIXED, epochs=3, seed=7, **HOW[how], **MOVED)
    whole = Training(run, DIGITS)
    expected = train_all(whole)
    for advances in (0, 1, 3, 5, 8, 10, 13):
        resumed, events = interrupted(run, advances, tmp_path / "checkpoint.safetensors")
        assert same(events, expected), advances
        for name, array in resumed.weights().arrays.items():
            assert np.array_equal(array, whole.weights().arrays[name])


def test_it_can_be_interrupted_after_every_batch():
    run = spec(MIXED, epochs=3, **MOVED)
    training, events = Training(run, DIGITS), []
    while not training.ended:
        events += training.advance()
        # An evaluation begins again: interrupted at each of its pieces, it would not come to its end.
        if not training.evaluating and not training.ended:
            *reported, checkpoint = training.checkpoint()
            assert isinstance(checkpoint, Checkpoint)
            events += reported
            training = Training(run, DIGITS, checkpoint=checkpoint)
    assert same(events, train_all(Training(run, DIGITS)))


def test_a_changed_learning_rate_and_the_watched_picture_are_kept():
    run = spec(epochs=2)

    def trained(go_on_from_checkpoint: bool) -> Training:
        training = Training(run, DIGITS)
        while training.step < 2:
            training.advance()
        training.set_learning_rate(0.05)
        training.probe_index = 9
        if go_on_from_checkpoint:
            checkpoint = training.checkpoint()[-1]
            assert isinstance(checkpoint, Checkpoint)
            training = Training(run, DIGITS, checkpoint=checkpoint)
        train_all(training)
        return training

    one, other = trained(False), trained(True)
    assert (other.learning_rate, other.probe_index, other.pictures_seen) == (0.05, 9, one.pictures_seen)
    for name, array in other.weights().arrays.items():
        assert np.array_equal(array, one.weights().arrays[name])


def test_advice_is_not_repeated_and_is_taken_back(tmp_path):
    run = spec(LEAKY, learning_rate=5.0, epochs=2)
    expected = train_all(Training(run, DIGITS))
    assert any(isinstance(event, Advice) for event in expected)
    assert same(interrupted(run, 12, tmp_path / "checkpoint.safetensors")[1], expected)


def test_a_checkpoint_inside_a_turn_has_the_random_numbers_of_that_moment():
    run = spec(MIXED, epochs=2)
    training = Training(run, DIGITS)
    with training.turn():
        events = [event for _ in range(6) for event in training.advance()]
        *reported, checkpoint = training.checkpoint()
    assert isinstance(checkpoint, Checkpoint)
    events += [*reported, *train_all(Training(run, DIGITS, checkpoint=checkpoint))]
    assert same(events, train_all(Training(run, DIGITS)))


def test_a_file_that_is_missing_or_damaged_is_none(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    assert read_checkpoint(path) is None
    checkpoint = Training(spec(), DIGITS).checkpoint()[-1]
    assert isinstance(checkpoint, Checkpoint)
    write_checkpoint(path, checkpoint)
    whole = path.read_bytes()
    for damaged in (b"", whole[:100], b"\xff" * 50, whole.replace(b"checkpoint", b"chockpoint")):
        path.write_bytes(damaged)
        assert read_checkpoint(path) is None
    assert checkpoint.nbytes < len(whole) < checkpoint.nbytes + 5000
