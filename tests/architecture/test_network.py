"""From plain data to a torch module: stages, logits, and how the weights are drawn."""

import math

import pytest
import torch
from hypothesis import given
from torch import nn

from tests.strategies import architectures
from visualizer.architecture.architecture import Architecture, Block
from visualizer.architecture.initialization import INITIALIZATIONS
from visualizer.architecture.kernel_layer import KernelLayer
from visualizer.architecture.layer import layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.sampling import Sampling
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import CLASSIC, TINY

LAYERS = (
    Conv2D(filters=16, kernel_size=(5, 3), activation="linear"),
    BatchNormalization(),
    Activation(function="relu"),
    MaxPooling2D(padding="same"),
    Flatten(),
    Dense(units=200),
    Dropout(),
    Dense(units=10, activation="softmax"),
)
ARCHITECTURE = Architecture("mixed", (3, 15, 15), LAYERS)


def weights(network: Network) -> list[torch.Tensor]:
    return [module.weight.detach() for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]


def test_stages_in_order_with_the_index_of_their_layer():
    network = build(ARCHITECTURE)
    assert [(node.index, name) for node in network.nodes for name, _ in node.stages] == [
        (0, "convolution"),
        (1, "normalization"),
        (2, "relu"),
        (3, "pad"),
        (3, "max_pooling"),
        (4, "flatten"),
        (5, "dense"),
        (5, "relu"),
        (6, "dropout"),
        (7, "dense"),
        (7, "softmax"),
    ]
    assert network.architecture is ARCHITECTURE


@given(architectures())
def test_the_stages_one_after_the_other_are_the_network(architecture):
    network = build(architecture).eval()
    values = pictures = torch.rand(2, *architecture.input_shape)
    with torch.no_grad():
        for node in network.nodes:
            for _, module in node.stages:
                values = module(values)
        assert torch.equal(values, network(pictures))
        assert torch.equal(values, network.run(pictures))
        logits = network.logits(pictures)
        assert torch.equal(torch.softmax(logits, 1) if network.ends_in_softmax else logits, values)


def test_logits_leave_out_a_final_softmax_only():
    softmax_last = build(TINY.architecture)
    assert softmax_last.ends_in_softmax
    pictures = torch.rand(2, 1, 8, 8)
    assert torch.allclose(softmax_last(pictures).sum(dim=1), torch.ones(2))
    assert not torch.allclose(softmax_last.logits(pictures).sum(dim=1), torch.ones(2))
    linear_last = build(Architecture("", (1, 4, 4), (Activation(function="softmax"), Flatten(), Dense(units=3))))
    assert not linear_last.ends_in_softmax


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_the_same_seed_gives_the_same_weights(initialization):
    first, again, other = (build(ARCHITECTURE, initialization, seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    differ = [name for name in first if not torch.equal(first[name], other[name])]
    assert (differ == []) == (initialization == "zeros")


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_building_leaves_torchs_random_numbers_alone(initialization):
    before = torch.get_rng_state()
    build(TINY.architecture, initialization, seed=1)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("initialization", [name for name in INITIALIZATIONS if name != "torch_default"])
def test_biases_start_at_zero_and_normalization_at_one(initialization):
    network = build(ARCHITECTURE, initialization)
    biases = [module.bias for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    assert all(not bias.any() for bias in biases)
    normalization = dict(stage for node in network.nodes for stage in node.stages)["normalization"]
    assert torch.equal(normalization.weight, torch.ones(16))


def fans(weight: torch.Tensor) -> tuple[int, int]:
    """Inputs and outputs that one place of the kernel is connected with."""
    places = math.prod(weight.shape[2:])
    return weight.shape[1] * places, weight.shape[0] * places


def test_glorot_uniform_fills_its_range():
    # Glorot and Bengio, 2010: uniform in ± sqrt(6 / (fan in + fan out)).
    for weight in weights(build(ARCHITECTURE, "glorot_uniform")):
        bound = math.sqrt(6 / sum(fans(weight)))
        assert 0.95 * bound < float(weight.abs().max()) <= bound
        assert float(weight.std()) == pytest.approx(bound / math.sqrt(3), rel=0.1)


def test_glorot_uniform_is_the_default():
    assert all(
        torch.equal(one, other)
        for one, other in zip(weights(build(ARCHITECTURE)), weights(build(ARCHITECTURE, "glorot_uniform")), strict=True)
    )


def test_he_normal_has_its_spread():
    # He et al., 2015: standard deviation sqrt(2 / fan in).
    for weight in weights(build(ARCHITECTURE, "he_normal")):
        assert float(weight.std()) == pytest.approx(math.sqrt(2 / fans(weight)[0]), rel=0.1)


@pytest.mark.parametrize(
    ("initialization", "variance"),
    [
        ("glorot_normal", lambda inputs, outputs: 2 / (inputs + outputs)),
        ("he_uniform", lambda inputs, outputs: 2 / inputs),
        ("lecun_normal", lambda inputs, outputs: 1 / inputs),
    ],
)
def test_the_others_have_their_spread(initialization, variance):
    # Glorot and Bengio, 2010; He et al., 2015; LeCun et al., 1998: https://keras.io/api/layers/initializers/
    for weight in weights(build(ARCHITECTURE, initialization)):
        assert float(weight.var()) == pytest.approx(variance(*fans(weight)), rel=0.2)
        if initialization == "he_uniform":
            assert float(weight.abs().max()) <= math.sqrt(6 / fans(weight)[0])


WITH_KERNELS = [layer_type for layer_type in layer_types().values() if issubclass(layer_type, KernelLayer)]


def test_five_layer_types_have_kernels():
    names = ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D", "Dense"]
    assert [layer_type.__name__ for layer_type in WITH_KERNELS] == names


@pytest.mark.parametrize("own", INITIALIZATIONS)
@pytest.mark.parametrize("layer_type", WITH_KERNELS)
def test_a_layers_own_initialization_is_drawn_as_the_networks_would_be(layer_type, own):
    """And all other layers start as the network says."""

    def built(layer, initialization):
        end = (GlobalAveragePooling2D(),) if layer_type.group == "Convolution" else ()
        first = () if end else (Flatten(),)
        return build(Architecture("", (3, 6, 6), (*first, layer, *end, Dense(units=50))), initialization, seed=4)

    plain, mine = layer_type(), layer_type(kernel_initializer=own)
    place = 0 if layer_type.group == "Convolution" else 1
    found, expected = built(mine, "glorot_uniform"), built(plain, own)
    for one, other in zip(found.layers[place].parameters(), expected.layers[place].parameters(), strict=True):
        assert torch.equal(one, other)
    last = found.layers[-1].dense
    bound = math.sqrt(6 / sum(fans(last.weight)))
    assert 0.95 * bound < float(last.weight.detach().abs().max()) <= bound
    assert not last.bias.any()


def test_a_layers_own_initialization_holds_beside_torchs_default():
    layers = (Flatten(), Dense(units=20, kernel_initializer="zeros"), Dense(units=20))
    architecture = Architecture("", (1, 4, 4), layers)
    zeros, torchs = build(architecture, "torch_default", seed=2).layers[1:]
    assert not any(weights.any() for weights in zeros.parameters())
    assert torchs.dense.bias.abs().max() > 0
    untouched = build(architecture, None, seed=2)  # other weights replace these
    assert untouched.layers[1].dense.weight.any()


def test_torchs_default_stays_in_its_range():
    for weight in weights(build(ARCHITECTURE, "torch_default")):
        bound = 1 / math.sqrt(fans(weight)[0])
        assert 0.95 * bound < float(weight.abs().max()) <= bound


def test_small_normal_and_zeros():
    for weight in weights(build(ARCHITECTURE, "small_normal")):
        assert float(weight.std()) == pytest.approx(0.01, rel=0.1)
    assert not any(weight.any() for weight in weights(build(ARCHITECTURE, "zeros")))


def test_every_parameter_is_a_float32_that_can_learn():
    network = build(CLASSIC.architecture)
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_layers_know_their_block_and_blocks_of_one_title_are_told_apart():
    blocks = (Block("Residual", 0, 1), Block("Gate", 2, 2), Block("Residual", 3, 3))
    network = Network(Architecture("", (1, 4, 4), (Activation(),) * 5, blocks=blocks))
    assert [node.block for node in network.nodes] == ["Residual 1", "Residual 1", "Gate", "Residual 2", ""]


def test_sampling_draws_around_the_means_while_training_and_passes_them_on_afterwards():
    architecture = Architecture("drawn", (1, 1, 4), (Flatten(), Sampling()))
    network = build(architecture)
    pictures = torch.tensor([3.0, -1.0, math.log(4), math.log(0.25)]).expand(20_000, 1, 1, 4)
    torch.manual_seed(0)
    drawn = network.train()(pictures)
    torch.testing.assert_close(drawn.mean(0), torch.tensor([3.0, -1.0]), atol=0.05, rtol=0)
    torch.testing.assert_close(drawn.std(0), torch.tensor([2.0, 0.5]), atol=0.05, rtol=0)
    assert torch.equal(network.eval()(pictures[:1]), torch.tensor([[3.0, -1.0]]))
