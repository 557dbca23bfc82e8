"""The kernels of a first layer that sees colours, in Look inside: a channel, an order, and before training."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import chart, charts, open_page, without_exception
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.network import build
from visualizer.training.loop.events import Bundle, RunProgress, Weights
from visualizer.training.settings import RunSpec, TrainingSettings
from visualizer.ui.state.server import run_store

FILTERS = 6
ARCHITECTURE = Architecture(
    "Colours",
    (3, 16, 16),
    (Conv2D(filters=FILTERS, kernel_size=(5, 5)), GlobalAveragePooling2D(), Dense(units=10, activation="softmax")),
)
KEY = "filters-0"


def state(seed: int) -> dict[str, np.ndarray]:
    return {name: array.numpy() for name, array in build(ARCHITECTURE, "he_normal", seed).state_dict().items()}


def kernels(weights: dict[str, np.ndarray]) -> np.ndarray:
    return next(array for array in weights.values() if array.ndim == 4)


BEFORE, AFTER = state(1), state(2)


def opened(*moments: Weights) -> AppTest:
    """Filters of a run of which these moments are kept."""
    app = open_page("look_inside")
    owner = app.session_state["visualizer"]
    run_id = f"colours{len(moments)}{owner.workspace_id}"
    run_store().create(run_id, owner.workspace_id, RunSpec(ARCHITECTURE, TrainingSettings(dataset="shapes"), 0), 4)
    run_store().apply(Bundle(run_id, RunProgress(4, 1, 0.001, 1.0, 1.0), moments))
    owner.run_id = run_id
    app.session_state["look-parts"] = "Filters"
    return choose(without_exception(app.run()), "network-choice", "trained")


def choose(app: AppTest, key: str, value: object) -> AppTest:
    group = next(group for group in app.get("button_group") if group.key == key)
    return without_exception(group.set_value(value).run())


def drawn(app: AppTest, key: str) -> list[dict]:
    return json.loads(chart(app, key)["figure"])["data"]


def titles(app: AppTest, key: str) -> list[str]:
    return next(trace["text"] for trace in drawn(app, key) if trace.get("mode") == "text")


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


@pytest.fixture
def app() -> AppTest:
    return opened(Weights(0, 0, BEFORE), Weights(4, 1, AFTER))


def test_today_s_kernels_stand_beside_those_before_training_in_one_scale(app):
    assert titles(app, KEY) == titles(app, f"{KEY}-before") == [str(number) for number in range(1, FILTERS + 1)]
    choose(app, "kernel-channel", "green")
    most = max(float(np.abs(kernels(weights)).max()) for weights in (BEFORE, AFTER))
    for key in (KEY, f"{KEY}-before"):
        (heatmap,) = [trace for trace in drawn(app, key) if trace["type"] == "heatmap"]
        assert heatmap["zmax"] == -heatmap["zmin"] == pytest.approx(most)
    for key, weights in ((KEY, AFTER), (f"{KEY}-before", BEFORE)):
        green = kernels(weights)[:, 1]
        assert f"from {green.min():.3g} to {green.max():.3g}".replace("-", "−") in chart(app, key)["alt"]
    assert "These are the weights for green alone." in captions(app)
    assert "one scale, also those from before training" in captions(app)


@pytest.mark.parametrize("channel", ["colours", "blue"])
def test_sorted_by_norm_the_largest_comes_first_and_the_number_is_shown(app, channel):
    choose(app, "kernel-channel", channel)
    choose(app, "kernel-order", True)
    shown = kernels(AFTER) if channel == "colours" else kernels(AFTER)[:, [2]]
    norms = np.sqrt((shown.astype(np.float64) ** 2).sum(axis=(1, 2, 3)))
    order = np.argsort(-norms)
    assert titles(app, KEY) == [f"{place + 1}<br>{norms[place]:.3g}" for place in order]
    # The same filters, with the norms that they had.
    assert [title.split("<br>")[0] for title in titles(app, f"{KEY}-before")] == [str(place + 1) for place in order]
    assert "L2 norm" in captions(app)


def test_where_the_first_weights_are_gone_one_sentence_says_so():
    app = opened(Weights(4, 1, AFTER))
    assert "The weights that this network had before training are not kept any more." in captions(app)
    assert f"{KEY}-before" not in [each["key"] for each in charts(app)]


def test_a_network_that_is_not_trained_or_was_trained_elsewhere_says_so(app):
    choose(app, "network-choice", "untrained")
    assert "This network is not trained yet: these are the weights that it starts with." in captions(app)
    choose(app, "network-choice", "bundled")
    assert "is kept only for networks that were trained here" in captions(app)
    # It sees grey pictures: there is no channel to choose.
    assert "kernel-channel" not in [group.key for group in app.get("button_group")]
    assert "The picture is grey" in captions(app)
