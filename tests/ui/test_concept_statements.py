"""What the concept pages say in words is what the numbers beside these words say, whatever the controls are set to."""

import numpy as np
import pytest

from visualizer.architecture.presets import PRESETS
from visualizer.architecture.shapes import window_extent
from visualizer.concepts.activations import ARITHMETIC, evaluate
from visualizer.concepts.convolution import ConvolutionSettings, convolve, transpose_convolve
from visualizer.concepts.kernels import KERNELS, SIZES, named_kernel
from visualizer.concepts.optimizers import ARRIVED_WITHIN, STARTING_RATES, descend
from visualizer.concepts.pooling import PoolingSettings, pool, surviving
from visualizer.concepts.surfaces import SURFACES
from visualizer.inspection.evaluation import Calibration
from visualizer.inspection.receptive_field.field_sum import field_rows
from visualizer.ui.concepts.activations_view import _ASKED_CHAIN, _chain, _units
from visualizer.ui.concepts.convolution_view import white_level
from visualizer.ui.concepts.optimizers_race import explanation
from visualizer.ui.concepts.pooling_view import what_is_lost
from visualizer.ui.train.evaluation_view import describe_calibration


def race(surface):
    paths = {name: descend(SURFACES[surface], name, rate) for name, rate in STARTING_RATES[surface].items()}
    return paths, explanation(SURFACES[surface], paths)


def test_in_the_ravine_momentums_zigzag_lasts_longest_and_its_way_along_is_shortest():
    paths, words = race("ravine")
    y = {name: np.abs(path.positions[:, 1]) for name, path in paths.items()}
    assert y["sgd"][1:20] / y["sgd"][:19] == pytest.approx(0.80)
    assert paths["sgd"].positions[1:20, 0] / paths["sgd"].positions[:19, 0] == pytest.approx(0.96)
    last = {name: int(np.flatnonzero(away > ARRIVED_WITHIN)[-1]) + 1 for name, away in y.items()}
    assert max(last, key=last.get) == "momentum"
    assert "each step leaves 0.80 of the distance across and 0.960 of the distance along" in words
    assert "Momentum leaves 0.949 across and 0.949 along: its zigzag dies out last of all" in words
    assert f"from step {last['momentum']} on, SGD’s from {last['sgd']} on" in words
    assert "cancel" not in words
    assert paths["momentum"].arrived_at < min(
        path.arrived_at or 999 for name, path in paths.items() if name != "momentum"
    )


def test_in_the_bowl_those_that_are_said_to_overshoot_do_and_the_others_do_not():
    paths, words = race("bowl")
    beyond = {name: (path.positions @ path.positions[0]).min() < -0.05 for name, path in paths.items()}
    assert beyond == {"sgd": False, "momentum": True, "rmsprop": False, "adam": True}
    assert "Momentum and Adam still have speed when they get there: they overshoot" in words


def test_on_the_saddle_rmsprops_first_step_is_as_long_as_what_it_divides_by_makes_it():
    paths, words = race("saddle")
    gradient = abs(paths["rmsprop"].gradients[0, 1])
    assert np.sqrt(paths["rmsprop"].state["square_avg"][0, 1]) == pytest.approx(0.1 * gradient)
    assert "which it estimates as 0.1 of this first gradient, so its step is 0.5 long." in words
    assert abs(paths["rmsprop"].positions[1, 1] - paths["rmsprop"].positions[0, 1]) == pytest.approx(0.5, rel=1e-3)


def test_on_beales_surface_the_gradient_is_as_long_as_it_is_said():
    paths, words = race("beale")
    first, last = (f"{np.linalg.norm(paths['sgd'].gradients[at]):.3g}" for at in (0, -1))
    assert f"SGD's gradient is {first} long on the wall" in words
    assert f"and {last} long on the valley's floor, at its last step." in words
    assert "here it can use 25 times that η" in words
    assert paths["adam"].arrived_at == min(path.arrived_at or 999 for path in paths.values())


def test_gelu_is_lowest_and_steepest_where_its_note_says():
    values, slopes = evaluate("gelu", np.linspace(-6, 6, 12001))
    x = np.linspace(-6, 6, 12001)
    assert (values[x < 0] < 0).all()
    assert (f"{x[values.argmin()]:.2f}", f"{values.min():.2f}", f"{slopes.max():.2f}") == ("-0.75", "-0.17", "1.13")
    assert "lowest at x = −0.75 (−0.17); its derivative reaches 1.13" in ARITHMETIC["gelu"].note


def test_silu_is_lowest_and_steepest_where_its_note_says():
    x = np.linspace(-6, 6, 12001)
    values, slopes = evaluate("silu", x)
    assert (values[x < 0] < 0).all()
    assert (f"{x[values.argmin()]:.2f}", f"{values.min():.2f}", f"{slopes.max():.2f}") == ("-1.28", "-0.28", "1.10")
    assert "lowest at x = −1.28 (−0.28); its derivative reaches 1.10" in ARITHMETIC["silu"].note


def test_every_step_back_through_the_asked_chain_has_a_factor_below_1():
    norms = _chain(*_ASKED_CHAIN).norms
    assert (norms[:-1] / norms[1:] < 1).all()


def test_a_unit_that_is_silent_for_some_pictures_can_come_back():
    """So the page says of no unit that it stays where it is forever."""
    shares = _units(0.5).dead_shares
    assert (np.diff(shares) < 0).any()
    assert all(_units(rate).still_learning == 0 for rate in (0.1, 0.5, 1.0, 2.0))


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("name", KERNELS)
def test_white_is_what_a_white_picture_gives_as_the_scale_says(name, transposed):
    labels = set()
    for size in SIZES[:2]:
        for stride in (1, 2, 3):
            for dilation in (1, 2):
                for padding in ("valid", "same"):
                    for bias in (0.0, 1.5):
                        kernels = named_kernel(name, size, 45, 1)[None]
                        apply = transpose_convolve if transposed else convolve
                        settings = ConvolutionSettings(stride, padding, "zeros", dilation)
                        white = apply(
                            np.ones((1, 16, 16), np.float32), kernels, np.full(1, bias, np.float32), settings
                        ).output[0]
                        extent = window_extent(size, dilation)
                        rim = extent if transposed else -(-extent // stride)
                        level, words = white_level(white, rim)
                        inside = white[rim:-rim, rim:-rim]
                        if words == "output; a white picture stays white":
                            assert np.allclose(white, level, atol=1e-4)
                        elif words == "output; a white picture stays white except at its rim":
                            assert np.allclose(inside, level, atol=1e-4)
                            assert not np.allclose(white, level, atol=1e-4)
                        else:
                            assert words == "output; white is the largest output for a white picture"
                            assert level == white.max()
                            assert not inside.size or np.ptp(inside) > 1e-4
                            assert np.ptp(white) > 1e-4
                        # A window that lies in the picture sees the same everywhere.
                        assert transposed or not inside.size or "stays white" in words
                        labels.add(words)
    if transposed and name == "bilinear":
        assert "output; a white picture stays white except at its rim" in labels


def test_the_bilinear_kernel_interpolates_with_the_stride_that_is_said():
    for size in SIZES:
        kernels, bias = named_kernel("bilinear", size, 0, 1)[None], np.zeros(1, np.float32)
        white = transpose_convolve(
            np.ones((1, 16, 16), np.float32), kernels, bias, ConvolutionSettings((size + 1) // 2)
        ).output[0]
        assert np.allclose(white[size:-size, size:-size], 1, atol=1e-5)
    assert "where the stride is (its width + 1) / 2" in KERNELS["bilinear"].effect


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("window", [2, 3, 4])
def test_what_pooling_loses_is_counted(window, stride, padding):
    values = np.random.default_rng(1).random((17, 17), dtype=np.float32)  # no two are the same
    slide = pool(values, PoolingSettings("max", window, stride, padding))
    kept = len(np.intersect1d(values, slide.output))
    assert surviving(slide) == kept
    words = what_is_lost(slide, values.size)
    assert words.startswith(f"{kept:,} of the original numbers won a window and remain; the other {289 - kept:,} are")
    means = pool(values, PoolingSettings("average", window, stride, padding))
    assert what_is_lost(means, values.size).startswith("None of the original numbers remains")
    if padding == "valid":  # a window at a padded edge may hold one number alone
        assert not len(np.intersect1d(values, means.output))


@pytest.mark.parametrize("preset", PRESETS.values() if isinstance(PRESETS, dict) else PRESETS, ids=lambda one: one.name)
def test_deeper_layers_see_at_least_as_much(preset):
    sizes = np.array([row.size for row in field_rows(preset.architecture)])
    assert (np.diff(sizes, axis=0) >= 0).all()


def test_a_network_too_sure_here_and_too_unsure_there_is_neither_on_average():
    both = Calibration(np.array([0.6, 0.9]), np.array([0.7, 0.8]), np.array([50, 50]), 0.1)
    words = describe_calibration(both)
    assert "75.0% sure and 75.0% right. It is neither too sure nor too unsure." in words
    assert "lie 10.0 percentage points above or below the line" in words
    uneven = Calibration(np.array([0.6, 0.9]), np.array([0.7, 0.8]), np.array([10, 90]), 0.1)
    assert "87.0% sure and 79.0% right. It is more sure than right by 8.0 percentage points." in describe_calibration(
        uneven
    )
    modest = Calibration(np.array([0.6, 0.9]), np.array([0.7, 0.8]), np.array([90, 10]), 0.1)
    assert "It is less sure than right by 8.0 percentage points." in describe_calibration(modest)
