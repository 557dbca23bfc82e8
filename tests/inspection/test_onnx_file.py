"""What is exported as ONNX gives the same answers in another program."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings

from tests.branching import BRANCHING
from tests.strategies import architectures, graphs
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import PRESETS
from visualizer.inspection.onnx_file import onnx_bytes


def answers(data: bytes, pictures: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (found,) = session.run(["answers"], {"pictures": pictures})
    return np.asarray(found)


def assert_same_answers(network: Network, count: int) -> None:
    pictures = np.random.default_rng(count).random((count, *network.input_shape), dtype=np.float32)
    data = onnx_bytes(network, ())
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(pictures)).numpy()
    np.testing.assert_allclose(answers(data, pictures), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize("count", [1, 5])
def test_a_preset_gives_the_same_answers_to_any_number_of_pictures(preset, count):
    assert_same_answers(build(preset.architecture, seed=count), count)


@settings(max_examples=8)
@given(architectures() | graphs())
def test_any_network_gives_the_same_answers(architecture):
    network = build(architecture, "he_normal", 3)
    # Running means and variances that are not those of an untrained layer.
    network.train()
    with torch.no_grad():
        network(torch.rand(4, *network.input_shape))
    assert_same_answers(network, 3)  # not as many as the example that the exporter is given


def test_a_network_with_every_kind_of_meeting_gives_the_same_answers():
    assert_same_answers(build(BRANCHING, "he_normal", 3), 3)


def test_the_file_names_the_classes_and_says_what_it_takes():
    network = build(PRESETS[0].architecture)
    model = onnx.load_from_string(onnx_bytes(network, ["cat", "dog ü"]))
    onnx.checker.check_model(model)
    about = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(about["classes"]) == ["cat", "dog ü"]
    (entry,) = model.graph.input
    assert entry.name == "pictures"
    assert [side.dim_value for side in entry.type.tensor_type.shape.dim][1:] == list(network.input_shape)
