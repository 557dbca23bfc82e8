"""The named kernels: their numbers by hand, and what they do."""

import numpy as np
import pytest

from visualizer.concepts.convolution import ConvolutionSettings, convolve
from visualizer.concepts.kernels import KERNELS, SIZES, binomial, named_kernel


def filtered(picture, name, size=3, angle=0.0):
    kernels = named_kernel(name, size, angle, channels=1)[np.newaxis]
    picture = np.asarray(picture, dtype=np.float32)[np.newaxis]
    return convolve(picture, kernels, np.zeros(1, dtype=np.float32), ConvolutionSettings()).output[0]


@pytest.mark.parametrize(
    ("name", "kernel"),
    [
        ("identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        ("blur", np.full((3, 3), 1 / 9)),
        ("sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        ("sobel_x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        ("sobel_y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
        ("laplacian", [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        ("emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
        ("bilinear", [[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]]),
    ],
)
def test_the_three_by_three_kernels(name, kernel):
    assert named_kernel(name, 3, 0, channels=2) == pytest.approx(np.array([kernel, kernel]))


def test_a_wider_sobel_kernel_is_opencvs_divided_by_its_smoothing():
    # cv2.getDerivKernels(1, 0, 5): [-1, -2, 0, 2, 1] times [1, 4, 6, 4, 1].
    opencv = np.outer([1, 4, 6, 4, 1], [-1, -2, 0, 2, 1])
    assert named_kernel("sobel_x", 5, 0, 1)[0] * 16 == pytest.approx(opencv)


@pytest.mark.parametrize("size", SIZES)
def test_what_the_weights_add_up_to(size):
    sums = {name: float(named_kernel(name, size, 30, 1).sum()) for name in KERNELS}
    for name in ("identity", "blur", "sharpen", "emboss"):
        assert sums[name] == pytest.approx(1, abs=1e-5)
    for name in ("sobel_x", "sobel_y", "laplacian", "gabor"):
        assert sums[name] == pytest.approx(0, abs=1e-5)
    assert binomial(size).sum() == pytest.approx(1)


@pytest.mark.parametrize("size", SIZES)
def test_edges_and_slopes(size):
    to_the_right = np.tile(np.arange(12), (12, 1))
    assert (filtered(to_the_right, "sobel_x", size) > 0).all()
    assert filtered(to_the_right, "sobel_y", size) == pytest.approx(0, abs=1e-4)
    assert (filtered(to_the_right.T, "sobel_y", size) > 0).all()
    assert filtered(to_the_right, "laplacian", size) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 120])
def test_a_gabor_kernel_answers_to_stripes_at_its_angle(angle):
    size, wavelength = 7, 7 * 2 / 3
    y, x = np.mgrid[0:25, 0:25]

    def answer(stripes_at):
        turn = np.deg2rad(stripes_at)
        # Rows count downwards: along a stripe that climbs to the right, y falls as x grows.
        stripes = np.cos(2 * np.pi * (x * np.sin(turn) + y * np.cos(turn)) / wavelength)
        return np.abs(filtered(stripes, "gabor", size, angle)).max()

    assert max(range(0, 180, 15), key=answer) == angle


def test_stripes_at_45_degrees_climb_to_the_right():
    kernel = named_kernel("gabor", 7, 45, 1)[0]
    assert kernel[5, 1] > 0 > kernel[1, 1]


def test_bilinear_interpolates():
    from visualizer.concepts.convolution import transpose_convolve

    ramp = np.tile(np.arange(6, dtype=np.float32), (1, 6, 1))
    for size in SIZES:
        stride = (size + 1) // 2
        kernel = named_kernel("bilinear", size, 0, 1)[np.newaxis]
        slide = transpose_convolve(ramp, kernel, np.zeros(1, dtype=np.float32), ConvolutionSettings(stride))
        row = slide.output[0, 2 * stride]
        assert row[stride - 1 : stride * 5] == pytest.approx(np.arange(4 * stride + 1) / stride, abs=1e-5)
