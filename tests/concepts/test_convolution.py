"""Convolution and its transpose: every output pixel is the sum over its window, and torch's own number."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tests.windows import window_at
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.concepts.convolution import ConvolutionSettings, convolve, output_size, transpose_convolve
from visualizer.errors import UserError

SETTINGS = st.builds(
    ConvolutionSettings,
    stride=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same"]),
    padding_mode=st.sampled_from(["zeros", "reflect"]),
    dilation=st.integers(1, 3),
)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def pixel_sum(slide, index, row, column):
    products = window_at(slide, row, column).astype(np.float64) * slide.kernels[index]
    return products.sum() + slide.biases[index]


def assert_each_pixel_is_its_sum(slide):
    filters, rows, columns = slide.output.shape
    for index, row, column in np.ndindex(filters, rows, columns):
        assert pixel_sum(slide, index, row, column) == pytest.approx(slide.output[index, row, column], abs=1e-5)


@given(SETTINGS, st.sampled_from([1, 3]), st.sampled_from([3, 5, 7]), st.integers(0, 9))
def test_every_pixel_of_a_convolution_is_its_sum(settings, channels, size, seed):
    picture, kernels, biases = random(channels, 20, 23, seed=seed), random(2, channels, size, size), random(2)
    slide = convolve(picture, kernels, biases, settings)
    expected = tuple(output_size(length, size, settings) for length in (20, 23))
    assert slide.output.shape == (2, *expected)
    assert slide.input[:, slide.real].reshape(picture.shape) == pytest.approx(picture)
    row, column = (seed % expected[0], seed % expected[1])
    assert window_at(slide, row, column).shape == (channels, size, size)
    expected_pixel = pixel_sum(slide, 1, row, column)
    assert expected_pixel == pytest.approx(slide.output[1, row, column], abs=1e-4 if size == 7 else 1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        ConvolutionSettings(),
        ConvolutionSettings(stride=2, dilation=2),
        ConvolutionSettings(padding="same"),
        ConvolutionSettings(padding="same", padding_mode="reflect", dilation=3),
        ConvolutionSettings(stride=3, padding="same", padding_mode="reflect"),
    ],
    ids=str,
)
@pytest.mark.parametrize("channels", [1, 3])
def test_all_pixels_of_small_convolutions_are_their_sums(settings, channels):
    assert_each_pixel_is_its_sum(convolve(random(channels, 9, 8), random(2, channels, 3, 3), random(2), settings))


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("dilation", [1, 2])
def test_a_convolution_is_the_layer_of_build(stride, padding, dilation):
    """The same weights in the layer's own torch module: Keras's padding rule, which torch lacks for strides."""
    picture, kernels, biases = random(3, 11, 14), random(4, 3, 5, 5), random(4)
    layer = Conv2D(
        filters=4,
        kernel_size=(5, 5),
        strides=(stride, stride),
        padding=padding,
        dilation_rate=(dilation, dilation),
        activation="linear",
    )
    maps = torch.from_numpy(picture)[None]
    for name, module in layer.stages((3, 11, 14)):
        if name == "convolution":
            module.load_state_dict({"weight": torch.from_numpy(kernels), "bias": torch.from_numpy(biases)})
        maps = module(maps)
    slide = convolve(picture, kernels, biases, ConvolutionSettings(stride, padding, "zeros", dilation))
    assert slide.output == pytest.approx(maps[0].detach().numpy(), abs=1e-5)


def test_mirrored_padding_is_torchs():
    picture, kernels, biases = random(1, 7, 7), random(1, 1, 5, 5), random(1)
    module = torch.nn.Conv2d(1, 1, 5, padding=2, padding_mode="reflect")
    module.load_state_dict({"weight": torch.from_numpy(kernels), "bias": torch.from_numpy(biases)})
    slide = convolve(picture, kernels, biases, ConvolutionSettings(padding="same", padding_mode="reflect"))
    assert slide.output == pytest.approx(module(torch.from_numpy(picture)[None])[0].detach().numpy(), abs=1e-5)
    assert slide.input[0, 0] == pytest.approx(slide.input[0, 4])
    assert slide.real.sum() == 49


@given(
    st.integers(1, 3), st.sampled_from(["valid", "same"]), st.integers(1, 3), st.sampled_from([1, 3]), st.integers(0, 9)
)
def test_every_pixel_of_a_transposed_convolution_is_its_sum(stride, padding, dilation, channels, seed):
    picture, kernels, biases = random(channels, 5, 6, seed=seed), random(2, channels, 3, 3), random(2)
    settings = ConvolutionSettings(stride, padding, dilation=dilation)
    slide = transpose_convolve(picture, kernels, biases, settings)
    assert slide.output.shape[1:] == tuple(output_size(length, 3, settings, transposed=True) for length in (5, 6))
    assert slide.input[:, slide.real].reshape(picture.shape) == pytest.approx(picture)
    assert slide.input[:, ~slide.real].sum() == 0
    assert_each_pixel_is_its_sum(slide)


def test_a_transposed_convolution_stamps_the_kernel():
    picture = np.zeros((1, 3, 3), dtype=np.float32)
    picture[0, 1, 2] = 2
    kernels = random(1, 1, 3, 3)
    slide = transpose_convolve(picture, kernels, np.zeros(1, dtype=np.float32), ConvolutionSettings(stride=2))
    expected = np.zeros((7, 7))
    expected[2:5, 4:7] = 2 * kernels[0, 0]
    assert slide.output[0] == pytest.approx(expected)


def test_transposing_same_is_the_gradient_of_same():
    """The definition: what backpropagation does to the input of a convolution with the same settings."""
    kernels = random(1, 1, 3, 3)
    large = torch.zeros(1, 1, 10, 10, requires_grad=True)
    small = functional.conv2d(functional.pad(large, (0, 1, 0, 1)), torch.from_numpy(kernels), stride=2)
    gradient = torch.from_numpy(random(*small.shape))
    small.backward(gradient)
    slide = transpose_convolve(
        gradient[0].numpy(), kernels, np.zeros(1, dtype=np.float32), ConvolutionSettings(stride=2, padding="same")
    )
    assert slide.output == pytest.approx(large.grad[0].numpy(), abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "size", "message"),
    [
        (ConvolutionSettings(dilation=3), 5, "covers 13 × 13"),
        (ConvolutionSettings(padding="same", padding_mode="reflect", dilation=3), 7, "cannot be mirrored by 9 pixels"),
    ],
)
def test_a_kernel_that_does_not_fit_is_an_error(settings, size, message):
    with pytest.raises(UserError, match=message):
        convolve(random(1, 8, 8), random(1, 1, size, size), random(1), settings)
