"""A network without softmax that was trained with mean squared error: every page shows its scores as scores."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import after_reading, alts, charts, open_page, without_exception
from tests.pages.test_evaluation import finished, texts
from tests.pages.test_train import press, wait_for
from visualizer.architecture.answer import AnswerKind
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import build
from visualizer.training.loop.events import Bundle, RunProgress
from visualizer.ui.kit.glossary import unmarked
from visualizer.ui.state.server import run_store

PLAIN = Architecture("Plain", (1, 8, 8), (Conv2D(filters=2), Flatten(), Dense(units=10, activation="linear")))


def trained(loss: str) -> AppTest:
    """Train after two epochs of the network that ends without softmax."""
    app = open_page("train")
    owner = app.session_state["visualizer"]
    owner.open_architecture(PLAIN)
    owner.set_training(epochs=2, loss=loss)
    without_exception(app.run())
    press(app, "Start")
    wait_for(app, "Finished")
    return app


def answers(app: AppTest) -> list[dict[str, str]]:
    return [chart for chart in charts(app) if "The answer is" in chart["alt"]]


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def part(app: AppTest, tabs: str, name: str) -> AppTest:
    app.session_state[tabs] = name
    return finished(without_exception(app.run()))


def go_to(app: AppTest, page: str) -> AppTest:
    return without_exception(app.switch_page(f"../../../pages/{page}.py").run())


def holds(app: AppTest, kind: AnswerKind, count: int = 1) -> None:
    """Every answer on the page is of that kind, in its chart and in words."""
    found = answers(app)
    assert len(found) == count
    for chart in found:
        assert ('"score"' in chart["figure"]) == (kind == "scores")
        assert ("100 %" in chart["figure"]) == (kind == "probabilities")
        assert ("%" in chart["alt"]) == (kind == "probabilities")
    assert captions(app).count("Scores, not probabilities") == (count if kind == "scores" else 0)


@pytest.mark.parametrize(("loss", "kind"), [("mse", "scores"), ("cross_entropy", "probabilities")])
def test_every_page_shows_what_the_answers_of_a_run_are(loss, kind):
    app = trained(loss)
    holds(app, kind)
    run = app.session_state["visualizer"].run_id
    snapshot = run_store().latest_snapshot(run)
    assert snapshot is not None
    assert snapshot.answer is not None
    assert snapshot.answer.kind == kind
    assert (abs(snapshot.answer.values.sum() - 1) < 1e-5) == (kind == "probabilities")

    part(app, "train-parts", "Time machine")
    holds(app, kind)

    part(app, "train-parts", "Evaluation")
    found = app.session_state["visualizer"].jobs["evaluation"].result
    assert found.kind == kind
    sure = any("Expected calibration error" in alt for alt in alts(app))
    headings = [heading.value for heading in app.subheader]
    if kind == "scores":
        assert not sure
        assert "Only probabilities can answer this" in captions(app)
        assert "how sure it is" not in captions(app)
        assert "which classes does it confuse, and on which pictures is it wrong?" in texts(app)
        assert "The mistakes with the highest scores" in headings
        assert "Above each picture: the answer and its score" in captions(app)
    else:
        assert sure
        assert "The most confident mistakes" in headings

    go_to(app, "look_inside")
    holds(app, kind)
    part(app, "look-parts", "Why this class?")
    (label,) = {box.options[0] for box in app.selectbox if box.label == "Why"}
    assert ("(score " in label) == (kind == "scores")
    assert ("%" in label) == (kind == "probabilities")
    word = "score" if kind == "scores" else "logit"
    assert f"feature maps raise the {word}?" in unmarked(texts(app))
    assert f"The {word} of **" in unmarked(texts(app))
    without_exception(app.button(key="why-deletion-start").click().run())
    finished(app)
    noun = "score" if kind == "scores" else "probability"
    assert f"Mean {noun} during removal" in texts(app)
    assert any(alt.startswith(f"The {noun} of") for alt in alts(app))


def test_untrained_its_answers_are_what_its_loss_will_make_of_them():
    app = open_page("look_inside")
    owner = app.session_state["visualizer"]
    owner.open_architecture(PLAIN)
    for loss, kind in (("mse", "scores"), ("cross_entropy", "probabilities"), ("mse", "scores")):
        owner.set_training(loss=loss)
        without_exception(app.run())
        holds(app, kind)


@pytest.mark.parametrize(
    ("notes", "kind", "known"),
    [
        ({}, "scores", False),
        ({"softmax_in_loss": "no"}, "scores", True),
        ({"softmax_in_loss": "yes"}, "probabilities", True),
        ({"softmax_in_loss": "__import__"}, "scores", False),
    ],
)
def test_a_file_says_what_its_answers_are_or_that_it_does_not_say_so(notes, kind, known):
    weights = {name: tensor.numpy() for name, tensor in build(PLAIN, seed=3).state_dict().items()}
    app = open_page("look_inside")
    app.session_state["model-files"] = True
    without_exception(app.run())
    data = save_model(PLAIN, weights, {"dataset": "digits"} | notes)
    app.get("file_uploader")[0].set_value(("network.safetensors", data, "application/octet-stream"))
    after_reading(app.run())
    holds(app, kind)
    assert ("the file does not say whether its loss applied one" in captions(app)) == (not known)


def test_what_a_saved_network_answers_is_kept_with_it():
    from visualizer.ui.state.opened_model import read_model

    weights = {name: tensor.numpy() for name, tensor in build(PLAIN).state_dict().items()}
    for said, expected in (("yes", True), ("no", False), ("", None)):
        data = save_model(PLAIN, weights, {"softmax_in_loss": said} if said else {})
        assert read_model(data).softmax_in_loss is expected


def test_scores_that_overflow_are_shown_all_the_same():
    weights = {name: np.full_like(tensor.numpy(), 3e38) for name, tensor in build(PLAIN, seed=3).state_dict().items()}
    app = open_page("look_inside")
    app.session_state["model-files"] = True
    without_exception(app.run())
    data = save_model(PLAIN, weights, {"dataset": "digits"})
    app.get("file_uploader")[0].set_value(("network.safetensors", data, "application/octet-stream"))
    after_reading(app.run())
    holds(app, "scores")


def test_a_run_whose_scores_an_older_version_did_not_keep_computes_them_or_says_so():
    app = trained("mse")
    run = run_store().record(app.session_state["visualizer"].run_id)
    assert run is not None
    snapshot = run_store().latest_snapshot(run.run_id)
    assert snapshot is not None
    progress = RunProgress(run.step, run.epoch, run.learning_rate, run.seconds, run.images_per_second)

    def show(step: int) -> None:
        run_store().apply(Bundle(run.run_id, progress, (replace(snapshot, step=step, answer=None),)))
        without_exception(app.run())
        assert any("maps of 6 × 6" in alt for alt in alts(app))

    show(run.step)  # whose weights are kept
    holds(app, "scores")
    show(run.step - 1)  # whose weights are not
    assert not answers(app)
    assert "An older version of the app recorded this run without scores" in captions(app)
