"""Each layer type's torch module against a plain numpy computation, Keras's rules included."""

import numpy as np
import pytest
import torch
from hypothesis import given, reject
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tests.inspection.fields import reading_no_more_than_counts
from tests.strategies import input_shapes, layers, layers_of
from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.layer import Layer, LayerDoesNotFit, layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.depthwise_conv2d import DepthwiseConv2D
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.gaussian_noise import GaussianNoise
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.global_max_pooling2d import GlobalMaxPooling2D
from visualizer.architecture.layers.group_normalization import GroupNormalization
from visualizer.architecture.layers.layer_normalization import LayerNormalization
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.p_relu import PReLU
from visualizer.architecture.layers.rescaling import Rescaling
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.separable_conv2d import SeparableConv2D
from visualizer.architecture.layers.spatial_dropout2d import SpatialDropout2D
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D
from visualizer.architecture.shapes import window_output_size, window_padding
from visualizer.architecture.span import Span, places_of


def output_shape_or_reject(layer: Layer, input_shape: tuple[int, ...]) -> tuple[int, ...]:
    """The layer's output shape; an example in which it does not fit does not count."""
    try:
        return layer.output_shape(input_shape)
    except LayerDoesNotFit:
        reject()


def fixed_or_reject(layer: Layer, input_shape: tuple[int, ...]) -> Layer:
    """The layer with the change that makes it fit; an example in which only another layer would fit does not count."""
    try:
        layer.output_shape(input_shape)
    except LayerDoesNotFit as error:
        replacement = error.problem.fixes[0].replacement
        if [type(new) for new in replacement] != [type(layer)]:
            reject()
        (layer,) = replacement
    return layer


def module_of(layer: Layer, input_shape: tuple[int, ...]) -> nn.Sequential:
    """The layer's stages in order, in evaluation mode."""
    return nn.Sequential(*(module for _, module in layer.stages(input_shape))).eval()


def run(layer: Layer, values: np.ndarray) -> np.ndarray:
    """The layer on one example, in double precision: (*input_shape) in, (*output_shape) out."""
    with torch.no_grad():
        return module_of(layer, values.shape).double()(torch.from_numpy(values)[None])[0].numpy()


def maps(shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def windows(values: np.ndarray, layer: Layer, size: tuple[int, int], dilation: tuple[int, int], fill: float):
    """Every window of (C, H, W), with its place in the output: cut out one by one, with TensorFlow's padding rule."""
    places = []
    for axis in (0, 1):
        extent = (size[axis] - 1) * dilation[axis] + 1
        length, stride = values.shape[axis + 1], layer.strides[axis]
        before = 0
        if layer.padding == "same":
            total = max(extent - (length % stride or stride), 0)
            before = total // 2
        count = window_output_size(length, size[axis], stride, dilation[axis], layer.padding)
        places.append(
            [[place * stride - before + step * dilation[axis] for step in range(size[axis])] for place in range(count)]
        )
    height, width = values.shape[1:]
    for row, rows in enumerate(places[0]):
        for column, columns in enumerate(places[1]):
            window = np.full((values.shape[0], *size), fill)
            for i, y in enumerate(rows):
                for j, x in enumerate(columns):
                    if 0 <= y < height and 0 <= x < width:
                        window[:, i, j] = values[:, y, x]
            yield row, column, window


@given(layers_of(Conv2D), input_shapes())
def test_conv2d_is_the_sum_of_products(layer, shape):
    layer = fixed_or_reject(layer.with_settings(activation="linear"), shape)
    output_shape = layer.output_shape(shape)
    module = module_of(layer, shape).double()
    values = maps(shape)
    with torch.no_grad():
        output = module(torch.from_numpy(values)[None])[0].numpy()
    weights = module[-1].weight.detach().numpy()
    biases = module[-1].bias.detach().numpy() if layer.use_bias else np.zeros(layer.filters)
    expected = np.empty(output_shape)
    for row, column, window in windows(values, layer, layer.kernel_size, layer.dilation_rate, 0.0):
        # Each filter sees the maps of its own group.
        of_groups = window.reshape(layer.groups, -1, *layer.kernel_size).repeat(layer.filters // layer.groups, axis=0)
        expected[:, row, column] = (weights * of_groups).sum(axis=(1, 2, 3)) + biases
    np.testing.assert_allclose(output, expected, atol=1e-10)


@pytest.mark.parametrize(
    ("channels", "filters", "groups", "fitting"), [(6, 9, 4, 1), (6, 9, 6, 3), (8, 12, 16, 4), (5, 10, 5, None)]
)
def test_groups_that_do_not_divide_the_maps_are_told_and_fixed(channels, filters, groups, fitting):
    layer = Conv2D(filters=filters, groups=groups)
    if fitting is None:
        assert layer.parameter_count((channels, 9, 9)) == filters * (channels // groups * 9 + 1)
        assert layer.output_shape((channels, 9, 9)) == (filters, 7, 7)
        return
    with pytest.raises(LayerDoesNotFit, match=f"cannot be split evenly into {groups} groups") as caught:
        layer.output_shape((channels, 9, 9))
    (fixed,) = caught.value.problem.fixes[0].replacement
    assert (fixed.groups, fixed.output_shape((channels, 9, 9))) == (fitting, (filters, 7, 7))


@pytest.mark.parametrize("pooling", [MaxPooling2D, AveragePooling2D])
@given(data=st.data())
def test_pooling_looks_at_the_pixels_that_are_there(pooling, data):
    layer, shape = data.draw(layers_of(pooling)), data.draw(input_shapes())
    expected = np.empty(output_shape_or_reject(layer, shape))
    values = maps(shape) - 5  # negative, so that a padded zero would win
    for row, column, window in windows(values, layer, layer.pool_size, (1, 1), np.nan):
        reduce = np.nanmax if pooling is MaxPooling2D else np.nanmean
        expected[:, row, column] = reduce(window, axis=(1, 2))
    np.testing.assert_allclose(run(layer, values), expected, atol=1e-10)


def test_average_pooling_leaves_the_padding_out_by_hand():
    values = np.arange(1.0, 10.0).reshape(1, 3, 3)
    layer = AveragePooling2D(pool_size=(2, 2), strides=(2, 2), padding="same")
    # 1 2 | 3     the right column and the bottom row of windows reach over the edge
    # 4 5 | 6
    # ----+--
    # 7 8 | 9
    assert run(layer, values).tolist() == [[[3.0, 4.5], [7.5, 9.0]]]


def test_max_pooling_padding_never_wins_by_hand():
    values = -np.arange(1.0, 10.0).reshape(1, 3, 3)
    layer = MaxPooling2D(pool_size=(2, 2), strides=(2, 2), padding="same")
    assert run(layer, values).tolist() == [[[-1.0, -3.0], [-7.0, -9.0]]]


def test_global_average_pooling_is_the_mean_of_each_map():
    values = maps((3, 5, 4))
    np.testing.assert_allclose(run(GlobalAveragePooling2D(), values), values.mean(axis=(1, 2)))


def test_flatten_goes_channel_after_channel():
    values = np.arange(12.0).reshape(2, 3, 2)
    assert run(Flatten(), values).tolist() == list(range(12))


@given(layers_of(Dense))
def test_dense_is_the_weighted_sum(layer):
    layer = layer.with_settings(activation="linear")
    module = module_of(layer, (7,)).double()
    values = maps((7, 1, 1)).ravel()
    biases = module[0].bias.detach().numpy() if layer.use_bias else 0
    with torch.no_grad():
        output = module(torch.from_numpy(values)[None])[0].numpy()
    np.testing.assert_allclose(output, module[0].weight.detach().numpy() @ values + biases, atol=1e-12)


FORMULAS = {
    "relu": lambda x: np.maximum(0, x),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.3 * x),
    "relu6": lambda x: np.minimum(np.maximum(0, x), 6),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "gelu": lambda x: x * torch.distributions.Normal(0.0, 1.0).cdf(torch.from_numpy(x)).numpy(),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(axis=0, keepdims=True),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", [(4, 3, 2), (5,)])
def test_activation_functions(name, shape):
    values = np.random.default_rng(1).normal(size=shape) * 2
    output = run(Activation(function=name, negative_slope=0.3), values)
    np.testing.assert_allclose(output, FORMULAS[name](values), atol=1e-6)


@given(layers_of(Conv2DTranspose), input_shapes())
def test_a_transposed_convolution_adds_up_what_every_number_paints(layer, shape):
    layer = layer.with_settings(activation="linear")
    module = module_of(layer, shape).double()
    values = maps(shape)
    weights = module[0].weight.detach().numpy()
    biases = module[0].bias.detach().numpy() if layer.use_bias else np.zeros(layer.filters)
    sizes, (rows, columns) = shape[1:], layer.kernel_size
    full = np.zeros(
        (
            layer.filters,
            *((size - 1) * step + max(rows, columns, step) for size, step in zip(sizes, layer.strides, strict=True)),
        )
    )
    for (channel, row, column), value in np.ndenumerate(values):
        top, left = row * layer.strides[0], column * layer.strides[1]
        full[:, top : top + rows, left : left + columns] += value * weights[channel]
    # TensorFlow defines "same" as what carries a gradient back through a convolution that pads to "same".
    first, output_size = [0, 0], layer.output_shape(shape)[1:]
    for axis in (0, 1):
        if layer.padding == "same":
            assert output_size[axis] == sizes[axis] * layer.strides[axis]
            through = window_padding(output_size[axis], layer.kernel_size[axis], layer.strides[axis], 1, "same")
            first[axis] = through[0]
        else:
            reach = max(layer.kernel_size[axis], layer.strides[axis])
            assert output_size[axis] == (sizes[axis] - 1) * layer.strides[axis] + reach
    expected = full[:, first[0] : first[0] + output_size[0], first[1] : first[1] + output_size[1]]
    with torch.no_grad():
        output = module(torch.from_numpy(values)[None])[0].numpy()
    np.testing.assert_allclose(output, expected + biases[:, None, None], atol=1e-10)


def test_a_depthwise_convolution_never_mixes_maps_and_a_separable_one_does_afterwards():
    values = maps((3, 6, 5))
    layer = DepthwiseConv2D((2, 3), depth_multiplier=2, activation="linear", padding="same", strides=(2, 2))
    module = module_of(layer, values.shape).double()
    weights, biases = (numbers.detach().numpy() for numbers in module[-1].parameters())
    expected = np.empty(layer.output_shape(values.shape))
    for row, column, window in windows(values, layer, layer.kernel_size, (1, 1), 0.0):
        expected[:, row, column] = (weights[:, 0] * window.repeat(2, axis=0)).sum(axis=(1, 2)) + biases
    with torch.no_grad():
        np.testing.assert_allclose(module(torch.from_numpy(values)[None])[0], expected, atol=1e-12)
    separable = SeparableConv2D(4, (2, 3), 2, "linear", "same", (2, 2))
    assert separable.parameter_count((3, 6, 5)) == 3 * 2 * 6 + 6 * 4 + 4
    assert separable.multiply_adds((3, 6, 5)) == 3 * 3 * (6 * 6 + 6 * 4)
    module = module_of(separable, values.shape).double()
    module[-2].weight.data.copy_(torch.from_numpy(weights))
    mixed = np.einsum("fc,chw->fhw", module[-1].weight.detach().numpy()[:, :, 0, 0], expected - biases[:, None, None])
    with torch.no_grad():
        output = module(torch.from_numpy(values)[None])[0].numpy()
    np.testing.assert_allclose(output, mixed + module[-1].bias.detach().numpy()[:, None, None], atol=1e-12)


def test_prelu_has_a_slope_for_each_map_or_each_place():
    values = maps((2, 3, 4))
    for layer, shape in ((PReLU(), (2, 1, 1)), (PReLU(shared=False), (2, 3, 4))):
        module = module_of(layer, values.shape).double()
        (slopes,) = module.parameters()
        assert slopes.shape == shape
        assert not slopes.any()  # it starts as ReLU
        slopes.data.uniform_(-1, 1, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            output = module(torch.from_numpy(values)[None])[0].numpy()
        np.testing.assert_allclose(output, np.where(values > 0, values, slopes.detach().numpy() * values))
    with pytest.raises(LayerDoesNotFit):
        PReLU().output_shape((5,))


def test_zero_padding_and_cropping_by_hand():
    values = np.arange(1.0, 7.0).reshape(1, 2, 3)
    assert run(ZeroPadding2D(1, 0, 0, 2), values).tolist() == [[[0, 0, 0, 0, 0], [1, 2, 3, 0, 0], [4, 5, 6, 0, 0]]]
    assert run(Cropping2D(0, 1, 2, 0), values).tolist() == [[[3]]]
    with pytest.raises(LayerDoesNotFit, match="Cropping 2 rows and 2 columns leaves nothing") as caught:
        Cropping2D().output_shape((1, 2, 3))
    assert caught.value.problem.fixes[0].replacement == (Cropping2D(top=0, bottom=1),)


def test_upsampling_repeats_or_interpolates():
    values = np.array([[[0.0, 8.0]]])
    assert run(UpSampling2D((2, 3)), values).tolist() == [[[0, 0, 0, 8, 8, 8]] * 2]
    smooth = UpSampling2D((2, 4), interpolation="bilinear")
    assert run(smooth, values).tolist() == [[[0, 0, 1, 3, 5, 7, 8, 8]] * 2]
    assert smooth.multiply_adds((1, 1, 2)) == 4 * 16
    assert [smooth.sees(1, Span(place, place), (1, 1, 2))[:2] for place in (0, 1, 2, 5, 6)] == [
        (-1, 0),
        (-1, 0),
        (0, 1),
        (0, 1),
        (1, 2),
    ]


def test_rescaling_multiplies_and_adds():
    assert run(Rescaling(scale=2.0, offset=-1.0), np.array([0.0, 0.25, 1.0])).tolist() == [-1.0, -0.5, 1.0]


def test_an_activation_setting_is_a_stage_of_its_own_with_kerass_slope():
    stages = Conv2D(activation="leaky_relu").stages((1, 5, 5))
    assert [name for name, _ in stages] == ["convolution", "leaky_relu"]
    assert stages[-1][1](torch.tensor([-1.0, 2.0])).tolist() == pytest.approx([-0.2, 2.0])
    assert [name for name, _ in Dense(activation="linear").stages((3,))] == ["dense"]


@pytest.mark.parametrize("shape", [(2, 4, 4), (3,)])
def test_batch_normalization_normalizes_each_channel_and_keeps_kerass_share(shape):
    module = nn.Sequential(*(module for _, module in BatchNormalization(momentum=0.9, epsilon=0.1).stages(shape)))
    batch = torch.randn((16, *shape), generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3 + 5
    output = module.double().train()(batch)
    axes = (0, 2, 3) if len(shape) == 3 else (0,)
    shaped = (slice(None),) + (None,) * (len(shape) - 1)
    mean, variance = batch.mean(dim=axes), batch.var(dim=axes, unbiased=False)
    expected = (batch - mean[shaped]) / torch.sqrt(variance[shaped] + 0.1)
    torch.testing.assert_close(output, expected)
    # Keras: moving = moving * momentum + batch * (1 - momentum), from 0.
    torch.testing.assert_close(module[0].running_mean, 0.1 * mean)


def test_global_max_pooling_is_the_largest_number_of_each_map():
    values = maps((3, 5, 4)) - 5
    np.testing.assert_array_equal(run(GlobalMaxPooling2D(), values), values.max(axis=(1, 2)))


def test_reshape_goes_pixel_by_pixel_and_back():
    values = np.arange(12.0)
    reshaped = run(Reshape("maps", 3, 2), values)
    # As in Keras: the channels of a pixel lie beside each other.
    assert reshaped[:, 0, 0].tolist() == [0, 1]
    assert reshaped[0].tolist() == [[0, 2], [4, 6], [8, 10]]
    assert run(Reshape("vector"), reshaped).tolist() == values.tolist()
    for shape, words, replacement in (
        ((12,), "cannot be split evenly into maps of 5 × 2", (Reshape("maps", 2, 2),)),
        ((2, 3, 2), "makes maps of a vector", (Reshape("vector", 5, 2), Reshape("maps", 2, 2))),
    ):
        with pytest.raises(LayerDoesNotFit, match=words) as caught:
            Reshape("maps", 5, 2).output_shape(shape)
        assert caught.value.problem.fixes[0].replacement == replacement


def test_spatial_dropout_drops_whole_maps_and_noise_is_added_to_every_number():
    ones = torch.ones(1, 1000, 2, 3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        dropped = module_of(SpatialDropout2D(rate=0.25), (1000, 2, 3)).train()(ones)[0]
        noisy = module_of(GaussianNoise(stddev=0.5), (1000, 2, 3)).train()(ones)
    assert all(len(values.unique()) == 1 for values in dropped)
    assert float((dropped[:, 0, 0] == 0).float().mean()) == pytest.approx(0.25, abs=0.05)
    assert float(dropped.max()) == pytest.approx(1 / 0.75)
    assert (float(noisy.mean()), float(noisy.std())) == pytest.approx((1, 0.5), abs=0.02)
    for layer in (SpatialDropout2D(), GaussianNoise()):
        assert layer.is_random_in_training
        assert torch.equal(module_of(layer, (1000, 2, 3))(ones), ones)


def test_layer_normalization_compares_the_channels_at_each_place():
    values = maps((4, 3, 2)) * 3 + 5
    layer = LayerNormalization(epsilon=0.1)
    expected = (values - values.mean(axis=0)) / np.sqrt(values.var(axis=0) + 0.1)
    np.testing.assert_allclose(run(layer, values), expected)
    vector = values.ravel()
    np.testing.assert_allclose(run(layer, vector), (vector - vector.mean()) / np.sqrt(vector.var() + 0.1))
    for shape in ((1, 8, 8), (1,)):
        with pytest.raises(LayerDoesNotFit, match="compares the channels"):
            layer.output_shape(shape)


def test_group_normalization_compares_the_numbers_of_a_group_of_maps():
    values = maps((6, 3, 2)) * 3 + 5
    groups = values.reshape(2, 3, 3, 2)
    mean, variance = (of(groups, axis=(1, 2, 3), keepdims=True) for of in (np.mean, np.var))
    expected = ((groups - mean) / np.sqrt(variance + 0.1)).reshape(values.shape)
    np.testing.assert_allclose(run(GroupNormalization(groups=2, epsilon=0.1), values), expected)
    for shape, groups, fitting in (((6, 3, 3), 4, 2), ((6, 1, 1), 6, 1)):
        with pytest.raises(LayerDoesNotFit) as caught:
            GroupNormalization(groups=groups).output_shape(shape)
        assert caught.value.problem.fixes[0].replacement == (GroupNormalization(groups=fitting),)


@pytest.mark.parametrize(
    "layer", [LayerNormalization(), GroupNormalization(groups=1), BatchNormalization(), Rescaling()]
)
def test_what_scales_and_shifts_takes_one_multiply_add_for_each_number(layer):
    assert layer.multiply_adds((4, 3, 2)) == 24


def test_dropout_drops_its_share_while_training_and_nothing_afterwards():
    module = module_of(Dropout(rate=0.25), (10_000,))
    ones = torch.ones(1, 10_000)
    assert torch.equal(module(ones), ones)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        dropped = module.train()(ones)
    assert float((dropped == 0).float().mean()) == pytest.approx(0.25, abs=0.02)
    assert sorted(dropped.unique().tolist()) == pytest.approx([0, 1 / 0.75])


@given(layers(), st.one_of(input_shapes(), st.tuples(st.integers(1, 50))))
def test_every_layer_keeps_what_it_says(layer, shape):
    """Output shape, parameter count and multiply-adds are those of the torch modules, for maps and vectors."""
    layer = fixed_or_reject(layer, shape)
    output_shape = layer.output_shape(shape)
    stages = layer.stages(shape)
    assert len({name for name, _ in stages}) == len(stages) >= 1
    module = module_of(layer, shape)
    with torch.no_grad(), FlopCounterMode(display=False) as flops:
        output = module(torch.randn(1, *shape))
    assert tuple(output.shape) == (1, *output_shape)
    assert layer.parameter_count(shape) == sum(parameter.numel() for parameter in module.parameters())
    if layer.keeps_shape:
        assert output_shape == shape
    # torch does not count what scales and shifts, nor bilinear upsampling.
    if layer.group != "Normalisation" and "bilinear" not in vars(layer).values():
        assert 2 * layer.multiply_adds(shape) == flops.get_total_flops()


@given(layers(), input_shapes())
def test_every_layer_type_says_which_places_it_reads(layer, shape):
    """Each place that a unit reads, and no other, makes it no number where it holds none; a vector's units together."""
    layer = fixed_or_reject(layer, shape)
    output_shape = layer.output_shape(shape)
    module = reading_no_more_than_counts(module_of(layer, shape)).double()
    height, width = shape[1:]
    pictures = torch.rand(height * width, *shape, dtype=torch.float64)
    pictures[
        torch.arange(height * width),
        :,
        torch.arange(height).repeat_interleave(width),
        torch.arange(width).repeat(height),
    ] = torch.nan
    with torch.no_grad():
        spoilt = module(pictures).isnan().any(dim=1).reshape(height, width, *places_of(output_shape)).numpy()
    for place in np.ndindex(places_of(output_shape)):
        said = [layer.sees(axis, Span(place[axis], place[axis]), shape) for axis in (0, 1)]
        assert None not in said, f"{layer.title} does not say which places it reads: give it a method `sees`"
        rows, columns = (
            {at for at in range(span.first, span.last + 1, span.every) if 0 <= at < size}
            for span, size in zip(said, (height, width), strict=True)
        )
        assert set(map(tuple, np.argwhere(spoilt[:, :, *place]))) == {
            (row, column) for row in rows for column in columns
        }


@pytest.mark.parametrize("name", layer_types())
def test_every_layer_type_explains_itself(name):
    layer_type = layer_types()[name]
    assert layer_type.__name__ == name
    assert layer_type().summary().startswith(layer_type.title)
    assert layer_type.icon.startswith(":material/")
    assert layer_type.explanation.rstrip().endswith((".", ")"))
    assert layer_type.__doc__


def test_the_issues_layer_types_are_there():
    assert set(layer_types()) >= {
        "Conv2D",
        "MaxPooling2D",
        "AveragePooling2D",
        "GlobalAveragePooling2D",
        "Activation",
        "BatchNormalization",
        "Dropout",
        "Flatten",
        "Dense",
    }


def test_the_smallest_batch_is_what_torch_can_train_on():
    for shape, smallest in (((3, 1, 1), 2), ((5,), 2), ((3, 1, 2), 1)):
        layer = BatchNormalization()
        assert layer.smallest_batch(shape) == smallest
        module = module_of(layer, shape).train()
        module(torch.randn(smallest, *shape))
        if smallest == 2:
            with pytest.raises(ValueError, match="more than 1 value per channel"):
                module(torch.randn(1, *shape))
    assert Conv2D().smallest_batch((3, 1, 1)) == 1
