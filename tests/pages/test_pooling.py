"""The page on pooling: its controls change what is computed, its questions know the answer."""

import json

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch.nn import functional

from tests.pages.app import open_page, without_exception


@pytest.fixture
def app() -> AppTest:
    return open_page("pooling")


def slide(app: AppTest):
    """What the sliding window was given."""
    (component,) = (element for element in app.get("bidi_component") if element.proto.id.endswith("pooling-slide"))
    return json.loads(component.proto.json)


def choose(app: AppTest, key: str, value) -> AppTest:
    return without_exception(app.segmented_control(key=f"pooling-{key}").set_value(value).run())


def text(app: AppTest) -> str:
    return "\n".join(markdown.value for markdown in app.markdown)


def test_the_edges_of_the_picture_are_pooled_by_torch(app: AppTest):
    data = slide(app)
    maps = torch.tensor(data["input"])
    assert np.array(data["output"]) == pytest.approx(functional.max_pool2d(maps[None], 2)[0].numpy(), abs=1e-6)
    assert (data["operation"], data["outputCell"]) == ("max", 2)
    assert data["inputName"] == ["Palace, edges", "reduced to 32 × 32, a dot on each winner"]
    assert "**256 of 1,024** (25 %)" in text(app)


def test_controls_change_the_output(app: AppTest):
    choose(app, "kind", "average")
    choose(app, "source", "picture")
    choose(app, "window", 3)
    choose(app, "stride", 1)
    without_exception(app.selectbox(key="pooling-padding").select("same").run())
    data = slide(app)
    assert (data["operation"], data["window"], data["outputCell"]) == ("average", [3, 3], 1)
    assert np.shape(data["input"]) == (1, 34, 34)
    assert np.shape(data["output"]) == (1, 32, 32)
    assert r"\frac{1}{9}" in app.latex[0].value
    assert "AveragePooling2D" in text(app)


def test_global_average_pooling_leaves_one_number(app: AppTest):
    data = slide(choose(app, "kind", "global"))
    assert np.shape(data["output"]) == (1, 1, 1)
    assert data["output"][0][0][0] == pytest.approx(np.mean(data["input"]), abs=1e-5)
    assert data["outputCell"] == 32
    assert "**1 of 1,024** (0.098 %)" in text(app)
    assert "| GlobalAveragePooling2D | 8, 32 bytes | 32 × 32 | 0 |" in text(app)
    assert "| Dense 10 | 10, 40 bytes | 32 × 32 | 81,930 |" in text(app)


def test_the_receptive_field_grows_with_pooling(app: AppTest):
    with_pooling, without = (table for table in text(app).split("**Without**"))
    assert "| Conv2D 16, 3 × 3 | 16 × 16 × 16, 16 KiB | 8 × 8 | 1,168 |" in with_pooling
    assert "| Conv2D 16, 3 × 3 | 32 × 32 × 16, 64 KiB | 5 × 5 | 1,168 |" in without


def test_the_shift_is_shown_after_the_answer(app: AppTest):
    assert not [slider for slider in app.slider if slider.key == "pooling-shift"]
    (pills,) = (pills for pills in app.pills if pills.key.startswith("answer-pooling-shift"))
    without_exception(pills.set_value("Strided convolution").run())
    assert "Not quite:** it is max pooling" in text(app)
    assert "**equivariant**" not in text(app)
    without_exception(app.slider(key="pooling-shift").set_value(2).run())
    assert "moved back, the max-pooled map changes by 0 %" in text(app)


def test_the_size_is_asked_for(app: AppTest):
    without_exception(app.pills(key="answer-pooling-size-32-2-2-valid").set_value("11").run())
    assert "Right." in text(app)
