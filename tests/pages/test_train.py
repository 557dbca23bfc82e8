"""The Train page, with real worker processes."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, chart, open_from_gallery, open_page, progress_line, without_exception
from visualizer.architecture.presets import empty
from visualizer.tasks.classification import Classification
from visualizer.tasks.gan import Gan
from visualizer.tasks.variational_autoencoder import VariationalAutoencoder
from visualizer.training.remote.cluster import UNREACHABLE
from visualizer.training.runs.diagnosis import Finding
from visualizer.training.runs.overfitting import Overfitting
from visualizer.training.scheduling.commands import Interrupt
from visualizer.training.scheduling.turn_queue import Place
from visualizer.training.settings import preset_settings
from visualizer.ui.kit.glossary import unmarked
from visualizer.ui.kit.results import forget_results
from visualizer.ui.state.current_run import current_run
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.train import health_view

SECONDS = 120


@pytest.fixture
def app() -> AppTest:
    return open_page("train")


def press(app: AppTest, label: str) -> AppTest:
    return without_exception(next(button for button in app.button if button.label == label).click().run())


def wait_for(app: AppTest, words: str) -> str:
    """Run the page until its progress line has these words; the line."""
    deadline = time.monotonic() + SECONDS
    line = ""
    while time.monotonic() < deadline:
        without_exception(app.run())
        line = progress_line(app)
        if words in line:
            return line
        time.sleep(0.2)
    raise AssertionError(f"“{words}” never came; the last line was “{line}”")


def test_it_shows_the_data_set_and_its_splits_before_a_run(app):
    assert any("30 pictures of 8 × 8 pixels" in alt for alt in alts(app))
    for split, count in (
        ("train", "1,258 pictures for training"),
        ("validation", "270 pictures for validation"),
        ("test", "269"),
    ):
        group = next(group for group in app.get("button_group") if group.key == "gallery-split")
        without_exception(group.set_value(split).run())
        assert any(caption.value.startswith(count) for caption in app.caption)


def test_one_step_trains_one_batch_and_pauses(app):
    press(app, "One step")
    line = wait_for(app, "Paused")
    assert "step 1 of 400" in line
    press(app, "One step")
    assert "step 2 of 400" in wait_for(app, "step 2")
    press(app, "Reset")
    assert not progress_line(app)


def test_one_epoch_pauses_at_its_end_with_curves_and_the_inside(app):
    press(app, "One epoch")
    line = wait_for(app, "Paused")
    assert "step 40 of 400" in line
    assert "of the validation pictures right" in line
    texts = " ".join(alts(app))
    assert "8 kernels of 3 × 3" in texts
    assert "8 maps of 8 × 8" in texts
    assert "The answer is" in texts


def test_a_penalty_of_the_weights_is_shown_in_the_loss(app):
    press(app, "One epoch")
    wait_for(app, "Paused")
    assert not any("penalty" in text for text in [*alts(app), *(caption.value for caption in app.caption)])
    app = open_page("build")
    without_exception(app.button(key="open-5").click().run())
    without_exception(app.number_input(key="setting-5-l2").set_value(0.01).run())
    app.switch_page("../../../pages/train.py").run()
    press(app, "One epoch")
    wait_for(app, "Paused")
    (caption,) = (caption.value for caption in app.caption if "[penalty](#word-penalty " in caption.value)
    assert unmarked(caption).startswith("The penalty of the weights is a part of the loss")
    (loss,) = (alt for alt in alts(app) if alt.startswith("Loss of"))
    assert re.search(r"The penalty of the weights is [\d.]+ of the first and [\d.]+ of the second\.", loss)


def test_a_learning_rate_that_is_too_high_stops_and_says_what_to_try():
    app = open_page("build")
    open_from_gallery(app, "Open Classic example")
    app.switch_page("../../../pages/train.py").run()
    app.select_slider(key="learning-rate").set_value(10.0)
    without_exception(app.selectbox(key="optimizer").set_value("sgd").run())
    press(app, "Start")
    wait_for(app, "Failed")
    assert "The loss became NaN" in app.error[0].value
    assert "Try a learning rate of 1" in app.error[0].value


def test_the_coloured_shapes_can_be_chosen(app):
    without_exception(app.selectbox(key="train-dataset").set_value("shapes").run())
    assert any("pictures of 64 × 64 pixels" in alt for alt in alts(app))
    names = app.selectbox(key="watched-class").options
    assert "star" in names


def test_the_health_of_a_run_is_shown_layer_by_layer(app):
    press(app, "One epoch")
    wait_for(app, "Paused")
    app.session_state["train-parts"] = "Health"
    without_exception(app.run())
    assert "Nothing looks wrong" in app.success[0].value
    (text,) = [text for text in alts(app) if "Silent ReLUs now" in text]
    assert "1 Conv2D 8, 3 × 3" in text
    assert "6 Dense 10" in text


def test_a_network_that_overfits_is_not_told_to_learn_more_slowly(app, monkeypatch):
    press(app, "One epoch")
    wait_for(app, "Paused")
    app.session_state["train-parts"] = "Health"
    monkeypatch.setattr(health_view, "diagnose", lambda *_: (Finding("It is ill.", "Lower the learning rate."),))
    without_exception(app.run())
    assert [box.value for box in app.warning] == ["**It is ill.** Lower the learning rate."]
    found = Overfitting(
        since=4, epoch=9, train=1.0, validation=0.52, best_epoch=3, best=0.6, measure=Classification.measures[0]
    )
    monkeypatch.setattr(health_view, "overfits", lambda *_: found)
    without_exception(app.run())
    (box,) = app.warning
    assert "Overfitting since epoch 4:** after epoch 9 it gets 100.0% of the training pictures right" in box.value
    assert "learning rate" not in box.value
    assert not app.success


def test_a_damaged_last_look_costs_the_time_machine_nothing(app):
    press(app, "One epoch")
    wait_for(app, "Paused")
    run = app.session_state["visualizer"].run_id
    (run_store().folder / run / "snapshot.safetensors").write_bytes(b"noise" * 1_000)
    app.session_state["train-parts"] = "Time machine"
    without_exception(app.run())
    assert "The answer is" in chart(app, "moment-answer")["alt"]
    assert not any("cannot be read" in box.value for box in app.info)


def test_damaged_weights_leave_the_look_that_was_kept(app):
    press(app, "One epoch")
    wait_for(app, "Paused")
    press(app, "Stop")
    wait_for(app, "Stopped")
    run = app.session_state["visualizer"].run_id
    for file in (run_store().folder / run).glob("weights-*.safetensors"):
        file.write_bytes(b"noise" * 1_000)
    forget_results()
    without_exception(app.run())
    assert "The answer is" in chart(app, "live-answer")["alt"]


def moments_of(app: AppTest) -> list[str]:
    return app.select_slider(key="moment").options


def test_the_time_machine_goes_back_to_a_moment_and_says_what_changed(app):
    press(app, "One epoch")
    wait_for(app, "Paused")
    app.session_state["train-parts"] = "Time machine"
    without_exception(app.run())
    assert moments_of(app) == ["Before training", *(f"Batch {2**power}" for power in range(6)), "Epoch 1"]
    newest = alts(app)
    assert app.markdown[-1].value
    said = next(text.value for text in app.markdown if text.value.startswith("### Epoch 1"))
    assert "After 40 of 400 batches. Since “Batch 32”, layer" in said
    assert "moved most: its weights changed by" in said
    without_exception(app.select_slider(key="moment").set_value(0).run())
    assert any(text.value.startswith("### Before training") for text in app.markdown)
    before = alts(app)
    for kind in (
        "8 kernels of 3 × 3",
        "The answer is",
        "8 maps of 8 × 8",
        "Confusion matrix:",
        "Histogram of the weight",
    ):
        then, now = (next(text for text in texts if kind in text) for texts in (before, newest))
        assert then != now, kind
    assert any("none at “Before training”" in text for text in before)


def test_the_film_plays_to_its_end_and_stops(app):
    press(app, "One epoch")
    wait_for(app, "Paused")
    app.session_state["train-parts"] = "Time machine"
    without_exception(app.run())
    press(app, "Play the film")
    seen = set()
    deadline = time.monotonic() + SECONDS
    while any(button.label == "Pause the film" for button in app.button) and time.monotonic() < deadline:
        seen.add(next(text.value.splitlines()[0] for text in app.markdown if text.value.startswith("### ")))
        time.sleep(0.1)
        without_exception(app.run())
    assert len(seen) >= 7
    assert any(text.value.startswith("### Epoch 1") for text in app.markdown)
    assert any(button.label == "Play the film" for button in app.button)


def test_augmentation_is_shown_before_it_is_trained_with(app):
    app.session_state["augmentation"] = True
    without_exception(app.run())
    assert any("0 of them differ from it" in text for text in alts(app))
    without_exception(app.number_input(key="augment-rotation").set_value(30.0).run())
    assert any("8 of them differ from it" in text for text in alts(app))
    without_exception(app.toggle(key="augment-flip").set_value(True).run())
    app.session_state["augmentation"] = True
    press(app, "One step")
    assert "step 1 of 400" in wait_for(app, "Paused")


def test_an_interrupted_run_goes_on_when_it_is_asked_to(app):
    app.session_state["visualizer"].set_training(epochs=1000)  # not over before it is stopped
    press(app, "One step")
    wait_for(app, "Paused")
    run_id = app.session_state["visualizer"].run_id
    worker_pool().send(run_id, Interrupt("Interrupted because its page was closed."))
    wait_for(app, "Interrupted")
    assert any("its page was closed" in box.value for box in app.info)
    labels = [button.label for button in app.button]
    assert "Continue from epoch 1" in labels
    assert "Start" not in labels
    press(app, "Continue from epoch 1")
    wait_for(app, "Training")
    press(app, "Stop")
    assert "step 1 of" not in wait_for(app, "Stopped")
    press(app, "Reset")


def test_a_run_that_waits_says_its_place(app, monkeypatch):
    press(app, "One step")
    wait_for(app, "Paused")
    monkeypatch.setattr(worker_pool(), "place", lambda run_id: Place(3, 8))
    assert wait_for(app, "Waiting").startswith("Waiting, 3rd in the queue")
    monkeypatch.setattr(worker_pool(), "place", lambda run_id: Place(0, 8))
    assert "takes turns with 8 other runs" in wait_for(app, "Paused")
    monkeypatch.undo()
    press(app, "Reset")


def test_what_is_seen_of_a_run_belongs_to_it_whatever_is_chosen_for_the_next_one(app):
    """Its picture, its classes, its line of settings and its moments, while it is paused and after it has ended."""
    press(app, "One epoch")
    wait_for(app, "Paused")
    seen = [chart(app, key) for key in ("watched-picture", "live-answer", "live-maps")]
    (caption,) = [text.value for text in app.caption if text.value.startswith("**This run:**")]
    assert "Tiny digits net on Handwritten digits, cross-entropy, Adam, learning rate 0.001 at the start" in caption

    def all_of_it_is_there() -> None:
        without_exception(app.run())
        assert [chart(app, key) for key in ("watched-picture", "live-answer", "live-maps")] == seen
        assert list(app.selectbox(key="watched-class").options) == list("0123456789")
        assert any("on Handwritten digits, cross-entropy, Adam" in text.value for text in app.caption)

    without_exception(app.selectbox(key="train-dataset").set_value("shapes").run())
    without_exception(app.selectbox(key="loss").set_value("mse").run())
    all_of_it_is_there()
    app.session_state["train-parts"] = "Time machine"
    without_exception(app.run())
    assert chart(app, "moment-answer")["alt"] == seen[1]["alt"]
    app.session_state["train-parts"] = "Live"
    press(app, "Stop")
    wait_for(app, "Stopped")
    all_of_it_is_there()
    press(app, "Reset")
    assert "star" in app.selectbox(key="watched-class").options


def test_another_picture_of_a_run_that_has_ended_comes_with_its_own_maps_and_answer(app):
    app.session_state["visualizer"].set_training(epochs=1)
    press(app, "Start")
    wait_for(app, "Finished")
    before = {key: chart(app, key) for key in ("watched-picture", "live-maps", "live-answer", "live-kernels")}
    without_exception(app.selectbox(key="watched-class").set_value(7).run())
    after = {key: chart(app, key) for key in before}
    assert {key for key in before if after[key] != before[key]} == {
        "watched-picture",
        "live-maps",
        "live-answer",
    }
    said = after["live-answer"]["alt"]
    assert "The answer is 7" in said or "The right class is 7" in said
    press(app, "Reset")


def test_a_paused_run_goes_on_whatever_became_of_the_network_in_build(app):
    press(app, "One step")
    wait_for(app, "Paused")
    owner = app.session_state["visualizer"]
    owner.open_architecture(empty((1, 8, 8)))
    without_exception(app.run())
    for key in ("start", "step", "epoch", "stop"):
        assert not app.button(key=key).disabled
    assert not any("does not fit" in caption.value for caption in app.caption)
    press(app, "Stop")
    wait_for(app, "Stopped")
    assert app.button(key="start").disabled
    assert "The network in Build does not fit yet." in [caption.value for caption in app.caption]
    assert any("The network has no layers yet" in text.value for text in app.markdown)
    press(app, "Reset")


def test_a_step_is_taken_out_of_a_run_that_trains_and_pauses_it(app):
    app.session_state["visualizer"].set_training(epochs=1000)
    press(app, "Start")
    wait_for(app, "Training")
    press(app, "One step")
    wait_for(app, "Paused")
    press(app, "Reset")


def test_the_learning_rate_of_a_run_stays_its_own(app):
    press(app, "One step")
    wait_for(app, "Paused")
    without_exception(app.select_slider(key="run-learning-rate").set_value(0.01).run())
    assert app.session_state["visualizer"].settings.learning_rate == 0.001
    press(app, "Stop")
    wait_for(app, "Stopped")
    assert any("learning rate 0.001 at the start, 0.01 at the end" in text.value for text in app.caption)
    press(app, "Reset")


def test_a_finished_run_says_how_fast_it_was_on_the_whole(app):
    app.session_state["visualizer"].set_training(epochs=2)
    press(app, "Start")
    line = wait_for(app, "Finished")
    record = current_run(app.session_state["visualizer"])
    # 1,258 training pictures in each of two epochs; what the last moment was like does not count.
    assert f"{2 * 1258 / record.seconds:,.0f} pictures/s on average in " in line
    press(app, "Reset")


def told_before(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption if "will take **" in caption.value]


def test_how_long_a_training_takes_is_told_before_it_starts_as_an_estimate(app, monkeypatch):
    (text,) = told_before(app)
    assert " (10 epochs of 1,258 pictures, Handwritten digits). This estimate comes from timing a few " in text
    assert "all take turns" in text
    monkeypatch.setattr("visualizer.training.loop.speed.total_seconds", lambda *_: 754.0)
    monkeypatch.setattr(worker_pool(), "would_take_turns_with", lambda: 29)
    (text,) = told_before(without_exception(app.number_input(key="epochs").set_value(1000).run()))
    assert "**about 12 min 30 s** (1,000 epochs of" in text
    assert "Right now it would take turns with 29 other runs, and take about 30 times as long." in text
    press(app, "One step")
    assert told_before(app) == []
    wait_for(app, "Paused")
    press(app, "Stop")
    wait_for(app, "Stopped")
    assert len(told_before(app)) == 1
    app.session_state["visualizer"].open_architecture(empty((1, 8, 8)))
    assert told_before(without_exception(app.run())) == []
    press(app, "Reset")


@pytest.mark.parametrize("task", [Gan(), VariationalAutoencoder()])
def test_a_fix_that_opens_the_tasks_network_brings_the_settings_in_which_it_learns(app, task):
    app.session_state["visualizer"].set_training(dataset="shapes", task=task, loss=next(iter(task.losses)))
    without_exception(app.run())
    preset = type(task).preset()
    press(app, f"Open “{preset.architecture.name}” instead")
    session = app.session_state["visualizer"]
    assert session.architecture == preset.architecture
    assert session.settings == replace(preset_settings(task), dataset="shapes")
    session.undo()
    assert session.settings.epochs != preset.settings["epochs"]


@pytest.fixture
def away(monkeypatch) -> Iterator[AppTest]:
    """The page on a server whose runs are trained by a cluster that cannot be reached."""
    monkeypatch.setenv("VISUALIZER_CLUSTER", "ray://127.0.0.1:1")
    worker_pool.clear()
    yield open_page("train")
    worker_pool().close()
    worker_pool.clear()


def test_where_the_cluster_cannot_be_reached_the_page_says_why_nothing_trains(away):
    press(away, "Start")
    deadline = time.monotonic() + SECONDS
    while UNREACHABLE not in [box.value for box in away.info]:
        assert time.monotonic() < deadline
        without_exception(away.run())
        time.sleep(0.1)
    press(away, "Stop")
    wait_for(away, "Stopped")
