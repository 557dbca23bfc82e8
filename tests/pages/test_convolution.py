"""The page on convolution: its controls change what is computed, its questions know the answer."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch.nn import functional

from tests.pages.app import open_page, without_exception


@pytest.fixture
def app() -> AppTest:
    return open_page("convolution")


def slide(app: AppTest):
    """What the sliding window was given."""
    (component,) = (element for element in app.get("bidi_component") if element.proto.id.endswith("convolution-slide"))
    return json.loads(component.proto.json)


def kind(app: AppTest, mode: str) -> AppTest:
    return without_exception(app.segmented_control(key="convolution-mode").set_value(mode).run())


def choose(app: AppTest, key: str, value) -> AppTest:
    return without_exception(app.segmented_control(key=f"convolution-{key}").set_value(value).run())


def test_the_first_picture_is_filtered_by_torch(app: AppTest):
    data = slide(app)
    picture, kernels = torch.tensor(data["input"]), torch.tensor(data["kernels"])
    assert picture.shape == (1, 32, 32)
    assert kernels.tolist() == [[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]]
    expected = functional.conv2d(picture[None], kernels)[0].numpy()
    assert np.array(data["output"]) == pytest.approx(expected, abs=1e-5)
    assert (data["inputName"], data["outputName"]) == (["Palace", "reduced to 32 × 32"], ["Feature map", "30 × 30"])


def test_controls_change_the_output_and_the_formula(app: AppTest):
    choose(app, "kernel-size", 5)
    choose(app, "stride-False", 2)
    choose(app, "dilation", 2)
    app.number_input(key="convolution-bias").set_value(0.5)
    without_exception(app.selectbox(key="convolution-padding-False").select("reflect").run())
    data = slide(app)
    assert (data["window"], data["strides"], data["dilation"], data["biases"]) == ([5, 5], [2, 2], [2, 2], [0.5])
    assert np.shape(data["output"]) == (1, 16, 16)
    assert np.array(data["real"]).sum() == 32 * 32
    assert r"\frac{32+7-2\cdot(5-1)-1}{2}" in app.latex[1].value
    assert "+0.5" in app.latex[0].value
    assert "x_{2i+2u" in app.latex[0].value


def test_three_channels_have_three_slices(app: AppTest):
    data = slide(choose(app, "channels", 3))
    assert np.shape(data["kernels"]) == (1, 3, 3, 3)
    assert data["colour"]
    assert data["channelNames"] == ["Red", "Green", "Blue"]
    expected = functional.conv2d(torch.tensor(data["input"])[None], torch.tensor(data["kernels"]))[0].numpy()
    assert np.array(data["output"]) == pytest.approx(expected, abs=1e-5)


def test_several_filters_make_several_maps(app: AppTest):
    kind(app, "several")
    without_exception(app.multiselect(key="convolution-filters").set_value(["blur", "emboss", "gabor"]).run())
    data = slide(app)
    assert np.shape(data["output"]) == (3, 30, 30)
    assert data["filterNames"] == ["Blur (mean)", "Emboss", "Gabor"]
    assert not data["editable"]
    assert app.slider(key="convolution-angle").value == 45
    without_exception(app.multiselect(key="convolution-filters").set_value([]).run())
    assert "filter" in app.info[0].value


def test_a_transposed_convolution_enlarges(app: AppTest):
    data = slide(kind(app, "transposed"))
    assert np.shape(data["output"]) == (1, 33, 33)
    assert np.array(data["real"]).sum() == 16 * 16
    assert data["strides"] == [1, 1]
    assert "(16-1)" in app.latex[0].value
    data = slide(without_exception(app.selectbox(key="convolution-padding-True").select("zeros").run()))
    assert np.shape(data["output"]) == (1, 32, 32)


def test_a_digit_and_another_size(app: AppTest):
    app.selectbox(key="concept-picture").select("dataset-digits")
    without_exception(app.segmented_control(key="concept-size-48").set_value(8).run())
    assert slide(app)["inputName"] == ["Handwritten digits", "8 × 8"]


def test_a_drawing_is_drawn_on_and_an_empty_one_asks_nothing(app: AppTest):
    without_exception(app.selectbox(key="concept-picture").select("draw").run())
    data = slide(app)
    assert data["drawable"]
    assert 0 < np.sum(data["input"]) < 256
    app.session_state["concept-pictures"].drawing[:] = 0
    data = slide(without_exception(app.run()))
    assert np.sum(data["input"]) == 0
    assert not [pills for pills in app.pills if "which" in pills.key]


def test_an_uploaded_picture_and_one_that_is_none(app: AppTest):
    without_exception(app.selectbox(key="concept-picture").select("upload").run())
    assert app.info
    halves = np.zeros((40, 60, 3), dtype=np.uint8)
    halves[:, 30:] = 255
    buffer = io.BytesIO()
    Image.fromarray(halves).save(buffer, "PNG")
    uploader = app.get("file_uploader")[0]
    without_exception(uploader.upload("halves.png", buffer.getvalue(), "image/png").run())
    data = slide(app)
    assert data["inputName"] == ["halves.png", "reduced to 32 × 32"]
    assert (data["input"][0][5][2], data["input"][0][5][29]) == (0, 1)
    without_exception(app.get("file_uploader")[0].upload("song.png", b"ID3 not a picture", "image/png").run())
    assert "song.png" in app.error[0].value


def test_what_does_not_fit_is_told(app: AppTest):
    app.segmented_control(key="concept-size-48").set_value(8)
    choose(app, "kernel-size", 5)
    choose(app, "dilation", 3)
    assert "covers 13 × 13" in app.error[0].value


def test_the_size_is_asked_for(app: AppTest):
    key = "answer-convolution-size-one-32-3-1-valid-1"
    without_exception(app.pills(key=key).set_value("16").run())
    (verdict,) = (markdown.value for markdown in app.markdown if "Not quite" in markdown.value)
    assert "it is 15 × 15" in verdict
    without_exception(app.pills(key=key).set_value("15").run())
    (verdict,) = (markdown.value for markdown in app.markdown if "Right." in markdown.value)
    assert r"\frac{32+0-1\cdot(3-1)-1}{2}" in verdict


def test_another_kernels_picture_is_asked_for(app: AppTest):
    without_exception(app.pills(key="answer-convolution-which-sobel_x-3").set_value("A").run())
    (verdict,) = (markdown.value for markdown in app.markdown if "Sobel y finds horizontal edges" in markdown.value)
    assert "Right." in verdict
