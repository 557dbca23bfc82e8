"""Modules of other makers as nodes; small ones, written here."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from visualizer.architecture.flow import PICTURE
from visualizer.architecture.shapes import is_maps
from visualizer.architecture.span import places_of
from visualizer.errors import UserError
from visualizer.inspection.pixel import explain, field
from visualizer.inspection.probe import probe
from visualizer.inspection.receptive_field.fields import layer_fields, pixel_box, pixels_seen_together
from visualizer.inspection.steps import Spot, Unexplained
from visualizer.pretrained.converter import convert

MEAN, SPREAD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)


class Residual(nn.Module):
    """Like a block of ResNet, with activations in place."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.act = nn.ReLU(inplace=True)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, arrived: torch.Tensor) -> torch.Tensor:
        left = self.second(self.act(self.norm(self.first(arrived))))
        left += arrived
        return functional.relu(left)


class SameConv(nn.Conv2d):
    """Pads by TensorFlow's rule, more at the bottom and the right."""

    def forward(self, arrived: torch.Tensor) -> torch.Tensor:
        return super().forward(functional.pad(arrived, (0, 1, 0, 1)))


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, 8, 3, stride=2, bias=False)
        self.blocks = nn.ModuleList([Residual(8), Residual(8)])
        self.depthwise = nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8)
        self.widen = nn.Conv2d(8, 12, 1)
        self.act = nn.ReLU6(inplace=True)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(12, 5)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        flowing = self.stem(pictures)
        for block in self.blocks:
            flowing = block(flowing)
        flowing = self.pool(self.act(self.widen(self.depthwise(flowing))))
        flowing = functional.adaptive_avg_pool2d(flowing, 1)
        return self.fc(flowing.view(flowing.size(0), -1))


def small() -> Small:
    torch.manual_seed(0)
    module = Small().eval()
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.uniform_(norm.running_mean, -1, 1)
            nn.init.uniform_(norm.running_var, 0.5, 2)
    return module


def test_the_logits_are_the_module_s_own():
    module = small()
    network = convert(module, (3, 32, 32), MEAN, SPREAD)
    pictures = torch.rand(4, 3, 32, 32)
    normalised = (pictures - torch.tensor(MEAN)[:, None, None]) / torch.tensor(SPREAD)[:, None, None]
    with torch.inference_mode():
        torch.testing.assert_close(network.logits(pictures), module(normalised), rtol=1e-5, atol=1e-5)


def test_layers_blocks_and_shortcuts_are_found():
    network = convert(small(), (3, 32, 32), MEAN, SPREAD)
    assert [(node.layer.summary(), node.sources) for node in network.nodes] == [
        ("Normalise the colours", (PICTURE,)),
        ("Convolution 3 × 3, 8 maps, stride 2", (0,)),
        ("Convolution 3 × 3, 8 maps", (1,)),
        ("Convolution 3 × 3, 8 maps", (2,)),
        ("Add the shortcut", (3, 1)),
        ("Convolution 3 × 3, 8 maps", (4,)),
        ("Convolution 3 × 3, 8 maps", (5,)),
        ("Add the shortcut", (6, 4)),
        ("Depthwise 3 × 3, 8 maps, stride 2", (7,)),
        ("Expand 1 × 1, 12 maps", (8,)),
        ("Largest of 2 × 2", (9,)),
        ("Mean of each map", (10,)),
        ("Dense 5", (11,)),
    ]
    named = [node.block for node in network.nodes]
    assert named[2] == named[3] == named[4] == "Residual block 1: convolution, convolution, add"
    assert named[7] == "Residual block 2: convolution, convolution, add"
    assert not any(named[:2] + named[8:])
    assert [name for name, _ in network.nodes[2].stages] == ["convolution", "batch_normalization", "relu"]
    assert [name for name, _ in network.nodes[1].stages] == ["pad", "convolution"]


def test_any_number_is_explained():
    network = convert(small(), (3, 32, 32), MEAN, SPREAD)
    random = np.random.default_rng(0)
    seen = probe(network, random.random((3, 32, 32), dtype=np.float32))
    for view in seen.layers:
        place = tuple(int(random.integers(size)) for size in view.output.shape)
        explanation = explain(network, seen, Spot(view.index, place))
        assert explanation.value == pytest.approx(float(view.output[place]), abs=1e-5)
        assert explanation.steps[-1].result == pytest.approx(explanation.value, abs=1e-5)
        before = view.before_activation
        assert before is None or (before < 0).any()  # an activation in place would have written over it


class NormalizedAndActivated(nn.BatchNorm2d):
    """Like timm's normalisation that holds its activation."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.drop, self.act = nn.Identity(), nn.ReLU(inplace=True)

    def forward(self, arrived: torch.Tensor) -> torch.Tensor:
        return self.act(self.drop(super().forward(arrived)))


def test_a_normalisation_that_holds_its_activation_is_told_apart():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), NormalizedAndActivated(4)).eval()
    nn.init.uniform_(module[1].running_mean, -1, 1)
    network = convert(module, (3, 8, 8), MEAN, SPREAD)
    assert [name for name, _ in network.nodes[1].stages] == ["convolution", "batch_normalization", "relu"]
    view = probe(network, np.random.default_rng(0).random((3, 8, 8), dtype=np.float32)).layers[1]
    assert view.before_activation.min() < 0 <= view.output.min()


def test_maps_are_still_seen_before_they_become_a_vector():
    torch.manual_seed(0)
    pools = (nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(5), nn.AdaptiveAvgPool2d((2, 3)))
    module = nn.Sequential(nn.Conv2d(3, 4, 3), *pools, nn.Dropout(), nn.Flatten(), nn.Linear(24, 2))
    network = convert(module, (3, 12, 12), MEAN, SPREAD)
    assert [node.layer.summary() for node in network.nodes[2:]] == [
        "Largest of 2 × 2",
        "Mean of each of 2 × 3 parts",
        "Flatten",
        "Dense 2",
    ]
    seen = probe(network, np.random.default_rng(0).random((3, 12, 12), dtype=np.float32))
    assert [view.output.shape for view in seen.layers[2:]] == [(4, 5, 5), (4, 2, 3), (24,), (2,)]
    for view in seen.layers:
        for place in np.ndindex(view.output.shape):
            explanation = explain(network, seen, Spot(view.index, place))
            assert explanation.steps[-1].result == pytest.approx(float(view.output[place]), abs=1e-5)


class PadsByItself(nn.MaxPool2d):
    """As poolings of other libraries do."""

    def forward(self, arrived: torch.Tensor) -> torch.Tensor:
        return super().forward(nn.functional.pad(arrived, (0, 1, 0, 1)))


SEEING: dict[str, nn.Module] = {
    # The padding stands between two layers: it belongs to what comes after it.
    "pad": nn.Sequential(nn.Conv2d(3, 4, 3), nn.ZeroPad2d((2, 0, 1, 3)), nn.AvgPool2d(2, 1), nn.ReLU()),
    "pad first": nn.Sequential(nn.ZeroPad2d((0, 3, 2, 0)), nn.Conv2d(3, 2, 3, stride=2), nn.BatchNorm2d(2)),
    "crop": nn.Sequential(nn.Conv2d(3, 4, 1), nn.ZeroPad2d((-1, 0, -2, -1)), nn.Conv2d(4, 2, 3, padding=1)),
    "parts": nn.Sequential(nn.Conv2d(3, 4, 2), nn.AdaptiveAvgPool2d((4, 3)), nn.Conv2d(4, 2, 2, padding=1)),
    "parts of width": nn.Sequential(nn.Conv2d(3, 4, 2), nn.AdaptiveAvgPool2d((None, 5))),
    "gaps": nn.Sequential(nn.Conv2d(3, 4, 3, dilation=2, padding=2), nn.MaxPool2d(3, 2, 1, dilation=(1, 2))),
    "same": nn.Sequential(SameConv(3, 4, 3, stride=2), nn.Sigmoid(), nn.MaxPool2d(3, 2, 1, ceil_mode=True)),
    "mean": nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)),
}


@pytest.mark.parametrize("name", SEEING)
def test_a_unit_sees_exactly_the_pixels_without_which_it_has_no_number(name):
    """A hole in the picture spoils every unit that reads it, and no other."""
    height, width = 11, 13
    network = convert(SEEING[name], (3, height, width), (0.0,) * 3, (1.0,) * 3).double()
    pictures = torch.rand(height * width, 3, height, width, dtype=torch.float64)
    for pixel, picture in enumerate(pictures):
        picture[:, pixel // width, pixel % width] = torch.nan
    outputs = {PICTURE: pictures}
    with torch.no_grad():
        for node in network.nodes:
            outputs[node.index] = node.input_from(outputs)
            for _, module in node.stages:
                outputs[node.index] = module(outputs[node.index])
            places = places_of(node.shape)
            spoilt = outputs[node.index].isnan().any(dim=1).reshape(height, width, *places).numpy()
            if not is_maps(node.shape) and node.stages[0][0] == "flatten":
                continue  # whose every number is one of the maps'
            for place in np.ndindex(places):
                field_of_unit = pixels_seen_together(network, [(node.index, place)])
                message = f"{node.layer.summary()}, {place}"
                np.testing.assert_array_equal(field_of_unit, spoilt[:, :, place[0], place[1]], message)


def test_what_a_kind_of_its_own_sees_is_not_known_rather_than_wrong():
    module = nn.Sequential(nn.Conv2d(3, 4, 3), PadsByItself(2), nn.Conv2d(4, 2, 1))
    network = convert(module, (3, 8, 8), MEAN, SPREAD)
    assert [layer_fields(network, node) is None for node in range(4)] == [False, False, True, True]
    seen = probe(network, np.random.default_rng(0).random((3, 8, 8), dtype=np.float32))
    assert field(network, explain(network, seen, Spot(3, (0, 1, 1)))) is None


class ConvolutionAndActivation(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Conv2d(3, 3, 1), nn.ReLU())


class Plain(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.conv(pictures)


def test_only_what_repeats_and_holds_several_layers_is_a_block():
    row = nn.Sequential(ConvolutionAndActivation(), Plain(), nn.Sequential(Residual(3), Residual(3)))
    network = convert(row, (3, 8, 8), MEAN, SPREAD)
    blocks = ["Residual block 1: convolution, convolution, add", "Residual block 2: convolution, convolution, add"]
    assert [node.block for node in network.nodes] == ["", "", ""] + [blocks[0]] * 3 + [blocks[1]] * 3


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.plain, self.second = Residual(3), Plain(), Residual(3)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.second(self.plain(self.first(pictures)))


def test_where_nothing_is_numbered_a_block_is_of_a_kind_that_comes_several_times():
    network = convert(Named(), (3, 8, 8), MEAN, SPREAD)
    said = [node.block.partition(":")[0] for node in network.nodes]
    assert said == ["", *["Residual block 1"] * 3, "", *["Residual block 2"] * 3]


class Excitation(nn.Module):
    """Squeeze and excitation, as https://arxiv.org/abs/1709.01507 has it."""

    def __init__(self, channels: int, gate_first: bool) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, 2, 1), nn.Conv2d(2, channels, 1)
        self.act, self.gate_first = nn.Hardswish(), gate_first

    def forward(self, arrived: torch.Tensor) -> torch.Tensor:
        gate = torch.sigmoid(self.up(self.act(self.down(arrived.mean((2, 3), keepdim=True)))))
        return gate * arrived if self.gate_first else arrived * gate


class Meeting(nn.Module):
    """Like a part of GoogLeNet, then one of DenseNet, between gates."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.wide = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 5, 5, padding=2)
        self.before, self.after = Excitation(4, gate_first=True), Excitation(9, gate_first=False)
        self.norm, self.last = nn.BatchNorm2d(13), nn.Conv2d(13, 3, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        stem = self.before(functional.hardswish(self.stem(pictures)))
        pooled = functional.max_pool2d(stem, kernel_size=3, stride=1, padding=1)
        both = self.after(torch.cat([self.wide(stem), pooled], 1))
        all_of_them = functional.relu(self.norm(torch.cat((both, stem), dim=1)))
        return functional.avg_pool2d(self.last(all_of_them), 4).flatten(1)


def test_gates_and_joined_maps_are_layers_and_any_number_is_explained():
    torch.manual_seed(0)
    module = Meeting().eval()
    nn.init.uniform_(module.norm.running_mean, -1, 1)
    network = convert(module, (3, 8, 8), (0.0,) * 3, (1.0,) * 3)
    pictures = torch.rand(2, 3, 8, 8)
    with torch.inference_mode():
        torch.testing.assert_close(network.logits(pictures), module(pictures), rtol=1e-5, atol=1e-5)
    meeting = [(node.layer.summary(), node.sources, node.meeting) for node in network.nodes if len(node.sources) > 1]
    assert meeting == [
        ("Multiply by a gate", (1, 4), "product"),
        ("Join the maps of 2 layers", (7, 6), "concatenation"),
        ("Multiply by a gate", (8, 11), "product"),
        ("Join the maps of 2 layers", (12, 5), "concatenation"),
    ]
    seen = probe(network, pictures[0].numpy())
    spots = [
        Spot(view.index, place, arriving)
        for view in seen.layers
        for arriving in (False, True)
        for place in np.ndindex(view.input.shape if arriving else view.output.shape)
    ]
    for spot in spots:
        own = seen.layers[spot.node].input if spot.is_input else seen.layers[spot.node].output
        explanation = explain(network, seen, spot)
        assert not any(isinstance(step, Unexplained) for step in explanation.steps)
        assert explanation.steps[-1].result == pytest.approx(float(own[spot.place]), abs=1e-5)


class Joined(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.narrow, self.wide = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 2, 5, padding=2)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.narrow(pictures), self.wide(pictures)], dim=1)


def test_a_gate_lets_a_number_see_the_whole_picture_and_joined_maps_only_their_own():
    network = convert(Meeting().eval(), (3, 20, 20), (0.0,) * 3, (1.0,) * 3)
    seen = probe(network, np.random.default_rng(0).random((3, 20, 20), dtype=np.float32))
    assert pixel_box(field(network, explain(network, seen, Spot(1, (0, 9, 9))))) == ((8, 10), (8, 10))
    assert pixel_box(field(network, explain(network, seen, Spot(5, (0, 9, 9))))) == ((0, 19), (0, 19))
    joined = convert(Joined(), (3, 20, 20), MEAN, SPREAD)
    seen = probe(joined, np.random.default_rng(0).random((3, 20, 20), dtype=np.float32))
    first, second = (explain(joined, seen, Spot(3, (channel, 9, 9))) for channel in (3, 4))
    assert pixel_box(field(joined, first)) == ((9, 9), (9, 9))
    assert pixel_box(field(joined, second)) == ((7, 11), (7, 11))


class Stacked(nn.Module):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.cat([pictures, pictures], dim=2)


class Louder(nn.Module):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures * 2


class Deciding(nn.Module):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures if pictures.mean() > 0 else -pictures


class Both(nn.Module):
    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return pictures, pictures


class Doubled(nn.ReLU):
    def forward(self, arrived: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(arrived)


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (Stacked(), "“cat”"),
        (Louder(), "“mul”"),
        (Deciding(), "depends on the picture"),
        (nn.Sequential(Doubled()), "“Doubled”"),
        (Both(), "several outputs"),
    ],
)
def test_what_is_not_known_is_named(module, says):
    with pytest.raises(UserError, match=says):
        convert(module, (3, 8, 8), MEAN, SPREAD)
