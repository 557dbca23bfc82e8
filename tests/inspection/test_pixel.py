"""The arithmetic of any pixel is the module's own output, for any network."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.inspection.branching import Branching
from tests.strategies import architectures, graphs, layers_of
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.flow import PICTURE, FlowNetwork, Node
from visualizer.architecture.layer import LayerDoesNotFit, Meeting, layer_types
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.merging import MergeLayer
from visualizer.architecture.network import build
from visualizer.architecture.span import same_place
from visualizer.inspection.pixel import before, explain, field, holds, output_of
from visualizer.inspection.probe import Probe, probe
from visualizer.inspection.receptive_field.fields import pixel_box
from visualizer.inspection.steps import (
    Activated,
    Explanation,
    Given,
    Joined,
    Met,
    Normalized,
    Passed,
    Rescaled,
    Softmaxed,
    Spot,
    Unexplained,
    WeightedSum,
    WindowMaximum,
    WindowMean,
    WindowSum,
)
from visualizer.pretrained.seeing import sees_through


def unsettle(network: nn.Module, seed: int) -> None:
    """Give every number a network has a value of its own, running statistics too."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in [*network.named_parameters(), *network.named_buffers()]:
            if value.is_floating_point():
                value.copy_(torch.rand(value.shape, generator=generator) + (0.5 if "var" in name else -0.4))


def picture_for(network: FlowNetwork, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(network.input_shape, dtype=np.float32)


def close(one: float, other: float, extent: float = 0.0) -> bool:
    """To 1e-5: of the numbers that are added up where they are large, since float32 has seven digits."""
    return abs(one - other) <= 1e-5 * max(1.0, abs(other), extent)


def extent(explanation: Explanation) -> float:
    """How large the numbers are that take part, after what multiplies them."""
    first, *rest = explanation.steps
    size = float(np.abs(first.products).sum()) if isinstance(first, WindowSum | WeightedSum) else abs(first.result)
    if isinstance(first, Met) and first.meeting in ("sum", "difference", "average"):
        size = float(np.abs(first.numbers).sum())
    if isinstance(first, Normalized):
        size, rest = abs(first.before), [first, *rest]
    for step in rest:
        if isinstance(step, Rescaled):
            size = size * step.scale + abs(step.offset)
        if isinstance(step, Normalized):
            size = (size + abs(step.mean)) * abs(step.scale) / np.sqrt(step.variance + step.epsilon) + abs(step.shift)
    return size


def check(network: FlowNetwork, seen: Probe, spot: Spot) -> Explanation:
    explanation = explain(network, seen, spot)
    own = seen.layers[spot.node].input if spot.is_input else output_of(seen, spot.node)
    assert explanation.value == own[spot.place]
    assert close(explanation.steps[-1].result, explanation.value, extent(explanation)), explanation
    for step, following in zip(explanation.steps, explanation.steps[1:], strict=False):
        taken = following.values[following.chosen] if isinstance(following, Softmaxed) else following.before
        assert close(step.result, taken, extent(explanation)), explanation
    if explanation.direct:
        check_sources(network, seen, explanation)
    else:
        check_stage(network, seen, explanation)
    return explanation


def check_stage(network: FlowNetwork, seen: Probe, explanation: Explanation) -> None:
    """Of several convolutions in a layer the last one is explained: it took what the stages before it really give."""
    step, node = explanation.steps[0], network.nodes[explanation.spot.node]
    assert isinstance(step, WindowSum)
    last = max(at for at, (_, module) in enumerate(node.stages) if isinstance(module, nn.Conv2d))
    flowing = torch.tensor(seen.layers[node.index].input)[None]
    with torch.no_grad():
        for _, module in node.stages[:last]:
            flowing = module(flowing)
    for number, channel in enumerate(step.channels):
        for row, column in np.ndindex(step.window.inside.shape):
            place = step.window.place(channel, row, column)
            assert np.float32(step.values[number, row, column]) == (0 if place is None else flowing[0][place])


def check_sources(network: FlowNetwork, seen: Probe, explanation: Explanation) -> None:
    """What the first step took is what the layer before really gave there."""
    step, spot = explanation.steps[0], explanation.spot
    if isinstance(step, WindowSum):
        for number, channel in enumerate(step.channels):
            for row, column in np.ndindex(step.window.inside.shape):
                came_from(
                    network, seen, spot, step.window.place(channel, row, column), step.values[number, row, column]
                )
    elif isinstance(step, WindowMaximum | WindowMean):
        for row, column in np.ndindex(step.window.inside.shape):
            came_from(network, seen, spot, step.window.place(step.channel, row, column), step.values[row, column])
    elif isinstance(step, WeightedSum):
        for item, value in enumerate(step.inputs):
            came_from(network, seen, spot, step.place(item), value)
    elif isinstance(step, Normalized | Rescaled | Activated):
        came_from(network, seen, spot, explanation.input_place, step.before)
    elif isinstance(step, Softmaxed):
        came_from(network, seen, spot, explanation.input_place, step.values[step.chosen])
    elif isinstance(step, Passed):
        came_from(network, seen, spot, step.place, step.result)
    elif isinstance(step, Met | Joined):
        sources = (step.source,) if isinstance(step, Joined) else step.sources
        numbers = (step.result,) if isinstance(step, Joined) else step.numbers
        for source, value in zip(sources, numbers, strict=True):
            assert source.node in network.nodes[spot.node].sources
            assert output_of(seen, source.node)[source.place] == np.float32(value)


def came_from(network: FlowNetwork, seen: Probe, spot: Spot, place: tuple[int, ...] | None, value: float) -> None:
    if place is None:
        assert value in (0.0, -np.inf)
        return
    source = before(network, spot, place)
    assert holds(seen, source)
    assert explain(network, seen, source).value == np.float32(value) if source.is_input else True
    if not source.is_input:
        assert output_of(seen, source.node)[place] == np.float32(value)


def places_of(data: st.DataObject, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(data.draw(st.integers(0, size - 1)) for size in shape)


@given(architectures(), st.integers(0, 1000), st.data())
def test_any_number_of_any_network_is_explained_exactly(architecture, seed, data):
    network = build(architecture, "he_normal", seed).eval()
    unsettle(network, seed)
    seen = probe(network, picture_for(network, seed))
    for view in seen.layers:
        explanation = check(network, seen, Spot(view.index, places_of(data, view.output.shape)))
        assert not any(isinstance(step, Unexplained) for step in explanation.steps)


@given(graphs(), st.integers(0, 1000), st.data())
def test_any_number_of_any_graph_is_explained_exactly_and_sees_no_more_than_its_field(architecture, seed, data):
    network = build(architecture, "he_normal", seed).eval()
    unsettle(network, seed)
    seen = probe(network, picture_for(network, seed))
    for view in seen.layers:
        spot = Spot(view.index, places_of(data, view.output.shape))
        explanation = check(network, seen, spot)
        assert not any(isinstance(step, Unexplained) for step in explanation.steps)
        # With a merge nothing else is computed: what is said of it is its meeting.
        if isinstance(view.layer, MergeLayer):
            (step,) = explanation.steps
            assert isinstance(step, Joined) if view.layer.meeting == "concatenation" else isinstance(step, Met)
            assert np.array_equal(view.input, view.output)
        picture = torch.from_numpy(seen.picture.copy())[None].requires_grad_()
        value = network.run(picture, until=view.index)[0][spot.place]
        (gradient,) = torch.autograd.grad(value, picture, allow_unused=True)
        if gradient is not None:
            gradient[..., torch.from_numpy(field(network, explanation))] = 0
        # Rounding leaves weights of 1e-8 where bilinear interpolation has none.
        assert gradient is None or float(gradient.abs().max()) < 1e-6


@pytest.mark.parametrize("meeting", ["sum", "difference", "average", "maximum", "product"])
def test_a_merge_is_explained_by_its_meeting(meeting):
    merge = next(kind for kind in layer_types().values() if kind.most_inputs > 1 and kind.meeting == meeting)
    layers = (Conv2D(filters=2, padding="same"), Conv2D(filters=2, padding="same", activation="tanh"), merge())
    network = build(Architecture("", (1, 5, 4), layers, ((PICTURE,), (0,), (0, 1))), "he_normal")
    seen = probe(network, picture_for(network))
    (step,) = check(network, seen, Spot(2, (1, 3, 2))).steps
    assert (step.meeting, step.sources) == (meeting, (Spot(0, (1, 3, 2)), Spot(1, (1, 3, 2))))
    if meeting == "maximum":
        assert step.numbers[step.winner] == max(step.numbers)


def test_a_concatenation_says_whose_channel_it_was():
    layers = (Conv2D(filters=2, padding="same"), Conv2D(filters=3, padding="same"), Concatenate())
    network = build(Architecture("", (3, 5, 4), layers, ((PICTURE,), (0,), (1, PICTURE, 0))), "he_normal")
    seen = probe(network, picture_for(network))
    joined = [check(network, seen, Spot(2, (channel, 1, 1))).steps[0].source for channel in range(8)]
    assert [(source.node, source.place[0]) for source in joined] == [
        (1, 0), (1, 1), (1, 2), (PICTURE, 0), (PICTURE, 1), (PICTURE, 2), (0, 0), (0, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(layer_types()))
@given(data=st.data())
def test_every_layer_type_by_itself(name, data):
    layer = data.draw(layers_of(layer_types()[name]))
    for layers in ((layer,), (Flatten(), layer)):
        # What merges reads the same output several times.
        before_it = len(layers) - 2
        wires = (*((index - 1,) for index in range(len(layers) - 1)), (before_it,) * layer.least_inputs)
        architecture = Architecture("", (3, 9, 7), layers, wires)
        try:
            layer.output_shape((3, 9, 7) if len(layers) == 1 else (189,))
        except LayerDoesNotFit:
            continue
        network = build(architecture, None).eval()
        unsettle(network, 1)
        seen = probe(network, picture_for(network))
        view = seen.layers[-1]
        explanation = check(network, seen, Spot(view.index, places_of(data, view.output.shape)))
        assert not any(isinstance(step, Unexplained) for step in explanation.steps)


def test_a_network_that_branches_is_followed_down_to_the_picture():
    network = Branching().eval()
    seen = probe(network, picture_for(network))
    last = check(network, seen, Spot(3, (5, 2, 1)))
    convolution, activated = last.steps
    assert isinstance(convolution, WindowSum)
    assert isinstance(activated, Activated)
    arriving = before(network, last.spot, convolution.window.place(1, 0, 2))
    assert arriving == Spot(3, (1, 4, 4), is_input=True)
    (added,) = check(network, seen, arriving).steps
    assert added.sources == (Spot(1, (1, 4, 4)), Spot(2, (1, 4, 4)))
    # Depthwise: it looks at its own channel only.
    wide = check(network, seen, added.sources[0])
    assert wide.steps[0].channels.tolist() == [1]
    assert wide.steps[0].kernel.shape == (1, 5, 5)
    first = check(network, seen, before(network, wide.spot, (1, 4, 4)))
    assert before(network, first.spot, (2, 3, 3)) == Spot(PICTURE, (2, 3, 3))
    assert explain(network, seen, Spot(PICTURE, (2, 3, 3))).steps == (Given(float(seen.picture[2, 3, 3])),)
    for view in seen.layers:
        for place in np.ndindex(view.output.shape):
            check(network, seen, Spot(view.index, place))


class Stages(FlowNetwork):
    """One layer of any modules."""

    def __init__(self, shape: tuple[int, int, int], **stages: nn.Module) -> None:
        super().__init__()
        self.input_shape = shape
        self.body = nn.Sequential(OrderedDict(stages))
        with torch.no_grad():
            left = tuple(self.body(torch.zeros(1, *shape))[0].shape)
        self.nodes = (Node(0, Conv2D(), tuple(stages.items()), (PICTURE,), left, same_place),)

    def logits(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.body(pictures)


class Swish(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(x)


class Padding(nn.Conv2d):
    """A convolution that pads by itself, as those of other libraries do."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(nn.functional.pad(x, (0, 1, 0, 1)))


@pytest.mark.parametrize(
    ("stages", "kinds"),
    [
        (
            {"c": nn.Conv2d(4, 8, 3, stride=2, padding=1, groups=2), "n": nn.BatchNorm2d(8), "a": nn.ReLU6()},
            [WindowSum, Normalized, Activated],
        ),
        ({"c": nn.Conv2d(4, 4, 5, padding=(2, 4), groups=4, dilation=(1, 2)), "a": nn.SiLU()}, [WindowSum, Activated]),
        ({"c": nn.Conv2d(4, 2, 3, padding="same"), "a": Swish()}, [WeightedSum, Activated]),
        ({"c": Padding(4, 2, 3)}, [WindowSum]),
        ({"c": nn.Conv2d(4, 2, 3, padding=1, padding_mode="reflect")}, [WindowSum]),
        ({"c": nn.ConvTranspose2d(4, 2, 2, stride=2)}, [WeightedSum]),
        ({"c": nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups=2, dilation=2)}, [WeightedSum]),
        ({"p": nn.MaxPool2d(3, 2, 1)}, [WindowMaximum]),
        ({"p": nn.AvgPool2d(3, 2, 1)}, [WindowMean]),
        ({"p": nn.AdaptiveAvgPool2d((3, 2))}, [WindowMean]),
        ({"p": nn.ZeroPad2d(2)}, [Passed]),
        ({"u": nn.Upsample(scale_factor=2, mode="bilinear")}, [WeightedSum]),
        ({"l": nn.GroupNorm(2, 4)}, [Normalized]),
        ({"l": nn.LayerNorm((4, 8, 7))}, [Normalized]),
        ({"l": nn.LayerNorm(7)}, [Unexplained]),
    ],
)
def test_modules_of_other_networks(stages, kinds):
    network = Stages((4, 8, 7), **stages).eval()
    unsettle(network, 2)
    seen = probe(network, picture_for(network))
    shape = seen.layers[0].output.shape
    for place in ((0, 2, 1), tuple(size - 1 for size in shape), (1, 0, 0)):
        spot = Spot(0, place)
        explanation = explain(network, seen, spot)
        assert close(explanation.steps[-1].result, explanation.value, extent(explanation))
        assert explanation.value == seen.layers[0].output[place]
        if place == (0, 2, 1):
            assert [type(step) for step in explanation.steps] == kinds


def test_a_module_that_does_more_than_its_kind_is_tried_out_where_it_does():
    network = Stages((4, 8, 7), c=nn.Conv2d(4, 2, 3, padding=1, padding_mode="reflect")).eval()
    seen = probe(network, picture_for(network))
    (step,) = explain(network, seen, Spot(0, (0, 0, 0))).steps
    assert isinstance(step, WeightedSum)
    # Of the 3 × 3 pixels one row and one column are the mirror images of others.
    assert len(step.indices) == 4 * 2 * 2
    assert [step.place(item) for item in (0, 3)] == [(0, 0, 0), (0, 1, 1)]


def test_max_pooling_has_a_winner_and_average_pooling_leaves_padding_out():
    network = build(Architecture("", (1, 3, 3), (MaxPooling2D(padding="same"), AveragePooling2D(padding="same"))))
    picture = np.arange(9, dtype=np.float32).reshape(1, 3, 3) / 10
    seen = probe(network, picture)
    (most,) = explain(network, seen, Spot(0, (0, 1, 1))).steps
    assert most.winner == (0, 0)
    assert most.window.inside.tolist() == [[True, False], [False, False]]
    (mean,) = explain(network, seen, Spot(1, (0, 0, 0))).steps
    assert mean.counted.all()
    assert mean.result == pytest.approx((0.4 + 0.5 + 0.7 + 0.8) / 4)


def test_softmax_tells_all_exponentials_and_flatten_where_a_number_was():
    network = build(Architecture("", (3, 2, 3), (Flatten(), Dense(units=4, activation="softmax"))), "he_normal")
    seen = probe(network, picture_for(network))
    dense, softmax = explain(network, seen, Spot(1, (2,))).steps
    assert dense.place(7) == (7,)
    assert (softmax.chosen, softmax.values.shape) == (2, (4,))
    assert softmax.exponentials.max() == 1.0
    (passed,) = explain(network, seen, Spot(0, (7,))).steps
    assert passed.place == (1, 0, 1)


class Random(FlowNetwork):
    """Convolutions of any grouping, normalisations and activations that branch and meet in any way, as `nodes` says.

    A “gate” is the mean of each map through a sigmoid, which another layer is multiplied by.
    """

    def __init__(self, nodes: list[tuple[tuple[int, ...], str, int, int]]) -> None:
        super().__init__()
        self.input_shape, self.maps = (3, 7, 6), (4, 7, 6)
        built = [Node(0, Conv2D(), (("convolution", nn.Conv2d(3, 4, 1)),), (PICTURE,), self.maps, same_place)]
        places = [0]
        for index, (sources, kind, groups, dilation) in enumerate(nodes, start=1):
            stages: tuple[tuple[str, nn.Module], ...] = ()
            if kind == "convolution":
                convolution = nn.Conv2d(4, 4, 3, padding=dilation, groups=groups, dilation=dilation)
                stages = (("convolution", convolution), ("normalization", nn.BatchNorm2d(4)), ("gelu", nn.GELU()))
            elif kind == "pool":
                stages = (("pool", nn.MaxPool2d(3, 1, 1)),)
            used = tuple(dict.fromkeys(places[source % index] for source in sources))
            meeting: Meeting = "sum"
            if kind == "concatenation" and len(used) > 1:
                # So that what follows receives as many maps as anywhere.
                joined = (4 * len(used), 7, 6)
                built.append(Node(len(built), Conv2D(), (), used, joined, same_place, meeting="concatenation"))
                stages, used = (("convolution", nn.Conv2d(4 * len(used), 4, 1)),), (len(built) - 1,)
            elif kind == "gate":
                gate = (("average", nn.AdaptiveAvgPool2d(1)), ("sigmoid", nn.Sigmoid()))
                mean = sees_through([(module, self.maps) for _, module in gate])
                built.append(Node(len(built), Conv2D(), gate, used[:1], (4, 1, 1), mean))
                used, meeting = (used[-1], len(built) - 1), "product"
            elif kind == "product":
                meeting = "product"
            sees = sees_through([(module, self.maps) for _, module in stages])
            built.append(Node(len(built), Conv2D(), stages, used, self.maps, sees, meeting=meeting))
            places.append(len(built) - 1)
        self.nodes = tuple(built)
        self.parts = nn.ModuleList([module for node in built for _, module in node.stages])

    def logits(self, pictures: torch.Tensor) -> torch.Tensor:
        outputs = {PICTURE: pictures}
        for node in self.nodes:
            flowing = node.input_from(outputs)
            for _, module in node.stages:
                flowing = module(flowing)
            outputs[node.index] = flowing
        return flowing


def branching_nodes() -> st.SearchStrategy[list[tuple[tuple[int, ...], str, int, int]]]:
    sources = st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple)
    kinds = st.sampled_from(["convolution", "pool", "addition", "concatenation", "gate", "product"])
    return st.lists(st.tuples(sources, kinds, st.sampled_from([1, 2, 4]), st.integers(1, 2)), min_size=1, max_size=6)


@settings(max_examples=100)
@given(branching_nodes(), st.integers(0, 1000), st.data())
def test_any_number_of_a_network_that_branches_is_explained_exactly_and_sees_no_more_than_its_field(nodes, seed, data):
    network = Random(nodes).eval()
    unsettle(network, seed)
    seen = probe(network, picture_for(network, seed))
    for node in network.nodes:
        arriving = data.draw(st.booleans()) and len(node.sources) > 1
        view = seen.layers[node.index]
        shape = view.input.shape if arriving else view.output.shape
        spot = Spot(node.index, places_of(data, shape), arriving)
        explanation = check(network, seen, spot)
        assert explanation.direct
        assert not any(isinstance(step, Unexplained) for step in explanation.steps)
    last = Spot(len(network.nodes) - 1, places_of(data, (4, 7, 6)))
    pixels = torch.from_numpy(field(network, explain(network, seen, last)))
    picture = torch.from_numpy(seen.picture.copy())[None].requires_grad_()
    (gradient,) = torch.autograd.grad(network.logits(picture)[0][last.place], picture)
    gradient[..., pixels] = 0
    assert not gradient.any()


def test_a_layer_of_several_convolutions_is_opened_at_its_last():
    network = Stages((4, 8, 7), a=nn.Conv2d(4, 6, 1), b=nn.ReLU(), p=nn.ZeroPad2d(1), c=nn.Conv2d(6, 2, 3)).eval()
    seen = probe(network, picture_for(network))
    explanation = explain(network, seen, Spot(0, (1, 0, 3)))
    assert not explanation.direct
    assert explanation.steps[0].channels.tolist() == list(range(6))
    assert close(explanation.steps[-1].result, explanation.value)


def test_the_field_is_what_the_gradient_reaches():
    network = Branching().eval()
    seen = probe(network, picture_for(network))
    assert pixel_box(field(network, explain(network, seen, Spot(PICTURE, (0, 4, 5))))) == ((4, 4), (5, 5))
    assert pixel_box(field(network, explain(network, seen, Spot(0, (0, 0, 5))))) == ((0, 1), (4, 6))
    # Through the 5 x 5 path: three pixels further to each side of a pixel.
    assert pixel_box(field(network, explain(network, seen, Spot(3, (0, 5, 4), is_input=True)))) == ((2, 8), (1, 7))
    assert pixel_box(field(network, explain(network, seen, Spot(3, (0, 2, 1))))) == ((1, 9), (0, 7))
    flat = build(Architecture("", (1, 6, 6), (Conv2D(filters=2), Flatten(), Dense(units=3))))
    seen = probe(flat, picture_for(flat))
    assert pixel_box(field(flat, explain(flat, seen, Spot(1, (17,))))) == ((0, 2), (1, 3))
    assert pixel_box(field(flat, explain(flat, seen, Spot(2, (1,))))) == ((0, 5), (0, 5))


def test_a_spot_that_is_not_there_is_told():
    network = build(Architecture("", (1, 6, 6), (Conv2D(filters=2), Flatten())))
    seen = probe(network, picture_for(network))
    assert holds(seen, Spot(0, (1, 3, 3)))
    assert holds(seen, Spot(PICTURE, (0, 5, 5)))
    for spot in (Spot(0, (2, 0, 0)), Spot(0, (1,)), Spot(1, (32,)), Spot(2, (0,)), Spot(-2, (0,)), Spot(0, (0, -1, 0))):
        assert not holds(seen, spot)
