"""The page on segmentation: each part, its question, and its numbers against a computation of their own."""

import base64
from functools import partial

import numpy as np
import pytest
import torch

from tests.pages.app import answer_question, chart, component_data, open_page, open_part, without_exception
from visualizer.architecture.architecture import summarize
from visualizer.concepts.down_and_up import down_and_up
from visualizer.concepts.skip_connections import race
from visualizer.tasks.segmentation import Segmentation
from visualizer.ui.concepts.scenes import scenes, small_masks, small_pictures
from visualizer.ui.state.models import bundled_network

PICTURE = 27  # by its index


def scores_of_network():
    network = bundled_network("segmenter")
    picture = torch.from_numpy(small_pictures(scenes().test[PICTURE : PICTURE + 1], 32))
    with torch.inference_mode():
        return network, network(picture)[0].numpy()


def test_the_browser_gets_what_the_last_layer_computes_with():
    data = component_data(open_page("segmentation"), "features")
    features = np.frombuffer(base64.b64decode(data["features"]), np.float32).reshape(8, 32, 32)
    weights, bias = np.array(data["weights"]), np.array(data["bias"])
    network, scores = scores_of_network()
    np.testing.assert_allclose(np.tensordot(weights, features, 1) + bias[:, None, None], scores, atol=1e-4)
    parameters = list(network.parameters())[-2:]
    assert sum(weights.numel() for weights in parameters) == 54
    assert scores.argmax(0)[tuple(data["place"])] > 0


def test_the_question_on_weights_is_answered_by_the_layer():
    app = open_page("segmentation")
    text = answer_question(app, "segmentation-weights", "54")
    assert "**Right.**" in text
    assert "6 · (8 + 1) = 54" in text


def test_each_downsampling_is_shown_with_its_cost():
    app = open_part("segmentation", "2  Down and up")
    steps = component_data(app, "steps")["steps"]
    for count, step in enumerate(steps):
        rows = {row["head"]: row["cells"][0] for row in step["rows"]}
        assert rows["Together"].startswith(f"{summarize(down_and_up(count)).multiply_adds:,} multiply-adds")
    assert "mean IoU 1.000, 0.0%" in steps[0]["rows"][-1]["cells"][0]
    lost = [float(step["rows"][-1]["cells"][0].split()[2].rstrip(",")) for step in steps]
    assert sorted(lost, reverse=True) == lost
    totals = [summarize(down_and_up(count)).multiply_adds for count in (2, 0)]
    assert "**Right.**" in answer_question(app, "segmentation-cost", f"{100 * totals[0] / totals[1]:.0f}")


@pytest.mark.parametrize("kind", ["network", "background", "moved"])
def test_an_answer_is_measured_as_the_task_measures_it(kind):
    app = open_part("segmentation", "4  How good is a mask?")
    app.session_state["segmentation-answer"] = kind
    steps = component_data(without_exception(app.run()), "steps")["steps"]
    _, scores = scores_of_network()
    index = scenes().test[PICTURE : PICTURE + 1]
    targets = torch.from_numpy(scenes().masks[index])
    small = torch.nn.functional.interpolate(targets[:, None], 32, mode="nearest-exact")[0, 0]
    shown = {
        "network": [scores.argmax(0)],
        "background": [np.zeros((32, 32), int)],
        "moved": [np.pad(small, ((0, 0), (pixels, 0)))[:, :32] for pixels in range(7)],
    }[kind]
    assert len(steps) == len(shown)
    for step, mask in zip(steps, shown, strict=True):
        outputs = torch.nn.functional.one_hot(torch.from_numpy(mask).long(), 6).movedim(-1, 0)[None].float()
        measured = Segmentation().measured(outputs, targets, scenes().annotations)
        assert step["rows"][-1]["cells"][0].endswith(f"= {measured['iou'].item():.3f}")
        assert step["words"].endswith(f"{1 - measured['pixels'].item():.1%}.")


def test_the_lazy_network_is_right_at_most_pixels():
    text = answer_question(open_part("segmentation", "4  How good is a mask?"), "segmentation-background", "84")
    assert "**Right.**" in text


def test_both_networks_train_once_the_question_is_answered(monkeypatch):
    monkeypatch.setattr("visualizer.ui.concepts.segmentation_skips.race", partial(race, epochs=1))
    app = open_part("segmentation", "3  Skip connections")
    assert "start to train when you answer" in " ".join(text.value for text in app.caption)
    answer_question(app, "segmentation-skips", "edges")
    job = app.session_state["visualizer"].jobs["skip-race"]
    job.join()
    text = " ".join(text.value for text in without_exception(app.run()).markdown)
    runs, truth = job.result, small_masks(scenes().validation[:120], 32) > 0
    wrong = runs[False].answers != truth
    assert f"Of its {wrong.sum():,} wrong pixels" in text
    assert f"With skip connections {(runs[True].answers != truth).sum():,} are wrong" in text
    assert f"| mean IoU | {runs[True].iou[-1]:.3f} | {runs[False].iou[-1]:.3f} |" in text
    assert "Pixels in error on held-out pictures" in chart(app, "segmentation-errors")["alt"]
    assert "10 pictures" in chart(app, "segmentation-masks")["alt"]
