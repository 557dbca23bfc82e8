"""A run in its worker: what each command does, and what is sent when."""

from queue import SimpleQueue

import numpy as np
import pytest

from tests.training.examples import LEAKY, MIXED, curve, few_digits, spec, train_all
from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.events import Bundle, EpochEnded, Failed, Gradients, Snapshot, StateChanged, Weights
from visualizer.training.loop.loop import Training
from visualizer.training.scheduling import worker
from visualizer.training.scheduling.commands import (
    Interrupt,
    Pause,
    SetLearningRate,
    SetProbe,
    Start,
    Stop,
    TrainBatch,
    TrainEpoch,
)
from visualizer.training.scheduling.messages import Begin, FromWorker, RunCommand, Turn
from visualizer.training.scheduling.worker import ActiveRun, TurnTaking

DIGITS = few_digits()


class Sent(list):
    """The bundles that were sent."""

    def take(self, message: FromWorker) -> None:
        """What a worker sends; whose turn it is, is left out."""
        if isinstance(message, Bundle):
            self.append(message)

    def events(self, kind):
        return [event for bundle in self for event in bundle.events if isinstance(event, kind)]

    @property
    def states(self):
        return [event.state for event in self.events(StateChanged)]

    @property
    def losses(self):
        return curve([event for bundle in self for event in bundle.events])[:, 0]


def active(**settings) -> tuple[ActiveRun, Sent]:
    sent = Sent()
    return ActiveRun("run1", Training(spec(MIXED, **settings), DIGITS), sent.append), sent


def let_run(run: ActiveRun) -> None:
    while run.goal:
        run.turn(10, lambda: False)


def test_a_new_run_waits_and_shows_the_untrained_network():
    run, sent = active()
    run.turn(10, lambda: False)
    assert run.training.step == 0
    assert [weights.epoch for weights in sent.events(Weights)] == [0]
    assert [snapshot.step for snapshot in sent.events(Snapshot)] == [0]


def test_one_step_trains_one_batch_and_shows_it():
    run, sent = active(epochs=1)
    for step in (1, 2):
        run.take(TrainBatch())
        let_run(run)
        assert len(sent.losses) == sent[-1].progress.step == run.training.step == step
        assert sent.events(Snapshot)[-1].step == sent.events(Weights)[-1].step == step
        assert sent.states[-2:] == ["running", "paused"]


def test_the_last_step_of_an_epoch_evaluates_it():
    run, sent = active(epochs=2)
    for _ in range(4):
        run.take(TrainBatch())
        let_run(run)
    assert [epoch.epoch for epoch in sent.events(EpochEnded)] == [0, 1]
    assert (run.training.step, sent[-1].progress.epoch, sent.states[-1]) == (4, 1, "paused")
    for _ in range(4):
        run.take(TrainBatch())
        let_run(run)
    assert (run.training.step, run.ended, sent.states[-1]) == (8, True, "finished")


def test_one_epoch_trains_to_its_end():
    run, sent = active(epochs=2)
    run.take(TrainBatch())
    let_run(run)
    run.take(TrainEpoch())
    let_run(run)
    assert (run.training.step, run.training.epoch, sent.states[-1]) == (4, 1, "paused")
    assert [weights.epoch for weights in sent.events(Weights) if weights.epoch is not None][-1] == 1
    run.take(TrainEpoch())
    let_run(run)
    assert (run.training.step, sent.states[-1]) == (8, "finished")


def test_pause_and_resume_give_the_same_curve():
    run, sent = active(epochs=2)
    run.take(Start())
    while run.training.step < 3:
        run.turn(0, lambda: False)
    run.take(Pause())
    steps = run.training.step
    run.turn(10, lambda: False)
    assert (run.training.step, sent.states[-1]) == (steps, "paused")
    assert sent.events(Weights)[-1].step == steps
    run.take(Start())
    let_run(run)
    assert sent.states == ["running", "paused", "running", "finished"]
    expected = curve(train_all(Training(spec(MIXED, epochs=2), DIGITS)))
    assert np.array_equal(sent.losses, expected[:, 0])


def test_pausing_a_paused_run_changes_nothing():
    run, sent = active()
    run.take(Pause())
    assert sent.states == []


@pytest.mark.parametrize("running", [True, False])
def test_stop_ends_it_and_keeps_the_weights(running):
    run, sent = active()
    run.take(Start() if running else TrainBatch())
    while run.training.step < 1:
        run.turn(0, lambda: False)
    run.take(Stop("Its page was closed."))
    assert run.ended
    assert sent.events(StateChanged)[-1] == StateChanged("stopped", "Its page was closed.")
    assert sent.events(Weights)[-1].step == run.training.step
    run.turn(10, lambda: False)
    assert len(sent.losses) == run.training.step == 1


def whole_curve(**settings) -> np.ndarray:
    return curve(train_all(Training(spec(MIXED, **settings), DIGITS)))[:, 0]


def gone_on(checkpoint: Checkpoint, **settings) -> Sent:
    """What a run sends that goes on from a checkpoint to its end."""
    sent = Sent()
    run = ActiveRun("run1", Training(spec(MIXED, **settings), DIGITS, checkpoint=checkpoint), sent.append, seconds=7.0)
    run.take(Start())
    let_run(run)
    return sent


@pytest.mark.parametrize("command", [Pause(), Interrupt("Its page was closed.")])
def test_a_run_that_rests_sends_a_checkpoint_from_which_it_goes_on(command):
    run, sent = active(epochs=2)
    run.take(Start())
    while run.training.step < 3:
        run.turn(0, lambda: False)
    run.take(command)
    assert run.ended == isinstance(command, Interrupt)
    (checkpoint,) = sent.events(Checkpoint)
    assert checkpoint.step == len(sent.losses) == run.training.step
    later = gone_on(checkpoint, epochs=2)
    assert np.array_equal(np.concatenate([sent.losses, later.losses]), whole_curve(epochs=2))
    assert [weights.step for weights in later.events(Weights)] == [4, 8]
    assert later.events(Snapshot)[0].step == checkpoint.step
    assert later[0].progress.seconds >= 7.0


def test_a_run_that_is_over_sends_no_checkpoint():
    run, sent = active(epochs=1)
    run.take(Stop())
    finished, also_sent = active(epochs=1)
    finished.take(Start())
    let_run(finished)
    assert sent.states[-1] == "stopped"
    assert also_sent.states[-1] == "finished"
    assert not sent.events(Checkpoint)
    assert not also_sent.events(Checkpoint)


def test_checkpoints_come_with_epochs_and_all_that_was_trained_until_then(monkeypatch):
    monkeypatch.setattr(worker, "CHECKPOINT_EVERY", 0.0)
    monkeypatch.setattr(worker, "CHECKPOINT_SHARE", 1e9)
    monkeypatch.setattr(worker, "CHECKPOINT_RATE", 1e15)
    run, sent = active(epochs=3)
    run.take(Start())
    while run.goal:
        run.turn(0, lambda: False)
    # One with the untrained network, and one with each epoch but the last, which ends the run.
    assert [checkpoint.step for checkpoint in sent.events(Checkpoint)] == [0, 4, 8]
    for bundle in sent:
        for checkpoint in (event for event in bundle.events if isinstance(event, Checkpoint)):
            assert checkpoint.step == bundle.progress.step


def test_long_epochs_have_checkpoints_in_between_and_short_ones_share_them(monkeypatch):
    monkeypatch.setattr(worker, "CHECKPOINT_EVERY", 0.0)
    monkeypatch.setattr(worker, "CHECKPOINT_SHARE", 1e9)
    monkeypatch.setattr(worker, "CHECKPOINT_RATE", 1e15)
    monkeypatch.setattr(worker, "CHECKPOINT_WITHIN_EPOCH", 0.0)
    run, sent = active(epochs=1)
    run.take(Start())
    while run.goal:
        run.turn(0, lambda: False)
    assert {1, 2, 3} <= {checkpoint.step for checkpoint in sent.events(Checkpoint)}
    monkeypatch.undo()
    # Writing so many bytes a second is what the server can bear, so the next one is hours away.
    monkeypatch.setattr(worker, "CHECKPOINT_EVERY", 0.0)
    monkeypatch.setattr(worker, "CHECKPOINT_RATE", 0.001)
    run, sent = active(epochs=20)
    run.take(Start())
    while run.goal:
        run.turn(0, lambda: False)
    assert len(sent.events(Checkpoint)) == 1


def test_learning_rate_and_probe_are_answered_at_once_while_paused():
    run, sent = active()
    run.take(SetLearningRate(0.25))
    assert sent[-1].progress.learning_rate == 0.25
    assert run.training.optimizer.param_groups[0]["lr"] == 0.25
    run.take(SetProbe(11))
    assert sent.events(Snapshot)[-1].probe_index == 11
    for nowhere in (-1, len(DIGITS.pictures)):
        run.take(SetProbe(nowhere))
        assert sent.events(Snapshot)[-1].probe_index == run.training.probe_index == 11


def test_a_turn_ends_with_its_time_or_a_waiting_command_but_makes_progress():
    run, _ = active(epochs=1)
    run.take(Start())
    while run.training.evaluating:
        run.turn(0, lambda: False)
    run.turn(0, lambda: False)
    assert run.training.step == 1
    run.turn(10, lambda: True)
    assert run.training.step == 2


def test_no_batch_is_lost_however_bundles_fall(monkeypatch):
    monkeypatch.setattr(worker, "BUNDLE_EVERY", 0.0)
    monkeypatch.setattr(worker, "SNAPSHOT_EVERY", 0.0)
    run, sent = active(epochs=3)
    run.take(Start())
    while run.goal:
        run.turn(0, lambda: False)
    position = 0
    for bundle in sent:
        position += len(curve(bundle.events))
        assert bundle.progress.step == position
    assert position == 12
    assert len(sent) > 12
    moments = [(weights.step, weights.epoch) for weights in sent.events(Weights)]
    assert moments == [(0, 0), (1, None), (2, None), (4, 1), (8, 2), (12, 3)]
    assert [gradients.step for gradients in sent.events(Gradients)] == [1, 2, 4, 8, 12]
    assert sent[-1].progress.seconds > 0
    assert sent[-1].progress.images_per_second > 0


def test_what_a_turn_trained_is_sent_at_its_end(monkeypatch):
    """Where thirty runs take turns, the next one is seconds away."""
    monkeypatch.setattr(worker, "BUNDLE_EVERY", 0.0)
    run, sent = active(epochs=1000)
    run.take(Start())
    run.turn(0.05, lambda: False)
    assert run.training.step > 1
    assert sent[-1].progress.step == run.training.step


def test_a_failure_is_the_last_word_and_replaces_no_weights():
    sent = Sent()
    training = Training(spec(LEAKY, optimizer="sgd", learning_rate=10.0, epochs=50), DIGITS)
    run = ActiveRun("run1", training, sent.append)
    run.take(Start())
    let_run(run)
    assert run.ended
    assert isinstance(sent[-1].events[-1], Failed)
    for weights in sent.events(Weights):
        assert all(np.isfinite(array).all() for array in weights.arrays.values())


def test_one_broken_run_leaves_the_others_alone(monkeypatch, capfd):
    """And says something that a user can read; the log has the rest."""
    monkeypatch.setattr(worker, "_examples", lambda *_: training_examples)
    training_examples = Training(spec(), DIGITS).examples
    sent = Sent()
    turns = TurnTaking(SimpleQueue(), sent.take)
    for run_id in ("broken", "good"):
        turns._take(Begin(run_id, spec(epochs=1)))
        turns._take(RunCommand(run_id, Start()))
    turns._runs[0].training._train_batch = lambda chosen: 1 / 0
    while turns._runs:
        turns._give_turn()
    endings = {bundle.run_id: bundle.events[-1] for bundle in sent}
    assert endings["good"] == StateChanged("finished")
    assert endings["broken"].message.startswith("The run stopped at an error of the app: ZeroDivisionError.")
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_runs_take_turns(monkeypatch):
    monkeypatch.setattr(worker, "SLICE", 0.0)
    monkeypatch.setattr(worker, "_examples", lambda *_: examples)
    examples = Training(spec(), DIGITS).examples
    turns = TurnTaking(SimpleQueue(), Sent().take)
    for run_id in ("a", "b", "c"):
        turns._take(Begin(run_id, spec(epochs=5)))
        turns._take(RunCommand(run_id, Start()))
    trainings = [run.training for run in turns._runs]
    turns._take(RunCommand("b", Pause()))
    for _ in range(20):
        turns._give_turn()
    steps = [training.step for training in trainings]
    assert steps[1] == 0
    assert steps[0] > 3
    assert abs(steps[0] - steps[2]) <= 1


def test_it_is_said_whose_turn_it_is_when_that_changes(monkeypatch):
    monkeypatch.setattr(worker, "SLICE", 0.0)
    monkeypatch.setattr(worker, "_examples", lambda *_: examples)
    examples = Training(spec(), DIGITS).examples
    sent = []
    turns = TurnTaking(SimpleQueue(), sent.append)
    for run_id in ("a", "b"):
        turns._take(Begin(run_id, spec(epochs=5)))
        turns._take(RunCommand(run_id, Start()))
    for _ in range(3):
        turns._give_turn()
    turns._take(RunCommand("b", Stop()))
    for _ in range(3):
        turns._give_turn()
    assert [message.run_id for message in sent if isinstance(message, Turn)] == ["a", "b", "a", "b", "a", "b", "a"]


def test_a_run_that_cannot_begin_fails_with_the_reason():
    sent = Sent()
    turns = TurnTaking(SimpleQueue(), sent.take)
    turns._take(Begin("lost", spec(dataset="mountains")))
    (failed,) = sent.events(Failed)
    assert "There is no data set “mountains”" in failed.message
    assert not turns._runs
