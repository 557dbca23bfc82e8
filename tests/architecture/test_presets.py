"""The networks to start from, by their known numbers."""

import pytest

from visualizer.architecture.architecture import summarize
from visualizer.architecture.gallery.catalog import GALLERY, STARTERS
from visualizer.architecture.goal import class_goal
from visualizer.architecture.presets import CLASSIC, LENET, PRESETS, SMALL_VGG, TINY


def parameters(preset) -> list[int]:
    """The parameter counts of the layers that have any."""
    return [row.parameters for row in summarize(preset.architecture, class_goal(10)).layers if row.parameters]


def test_the_classic_example_layer_by_layer():
    report = summarize(CLASSIC.architecture, class_goal(10))
    assert report.fits
    assert CLASSIC.architecture.input_shape == (3, 64, 64)
    assert [(row.layer.summary(), row.output_shape, row.parameters) for row in report.layers] == [
        ("Conv2D 32, 3 × 3", (32, 62, 62), 896),
        ("MaxPooling2D 2 × 2", (32, 31, 31), 0),
        ("Conv2D 64, 3 × 3", (64, 29, 29), 18_496),
        ("MaxPooling2D 2 × 2", (64, 14, 14), 0),
        ("Flatten", (12_544,), 0),
        ("Dense 128", (128,), 1_605_760),
        ("Dense 10", (10,), 1_290),
    ]
    assert report.parameters == 1_626_442
    # Multiply-adds by hand: outputs x weights of one filter.
    assert [row.multiply_adds for row in report.layers if row.multiply_adds] == [
        62 * 62 * 32 * 27,
        29 * 29 * 64 * 288,
        12_544 * 128,
        1_280,
    ]
    assert [row.layer.activation for row in report.layers if row.parameters] == ["relu", "relu", "relu", "softmax"]


def test_lenet_5():
    assert parameters(LENET) == [156, 2_416, 48_120, 10_164, 850]
    assert summarize(LENET.architecture, class_goal(10)).parameters == 61_706


def test_the_tiny_net():
    assert parameters(TINY) == [80, 1_168, 650]


def test_the_small_vgg():
    assert parameters(SMALL_VGG) == [448, 2_320, 4_640, 9_248, 18_496, 36_928, 524_416, 1_290]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_fits_ten_classes(preset):
    report = summarize(preset.architecture, class_goal(10))
    assert report.fits
    assert preset.architecture.layers[-1].activation == "softmax"


def test_the_gallery_has_each_of_them_once_and_says_what_it_is():
    published = [entry.make() for entry in GALLERY]
    starters = [preset.architecture for preset in STARTERS]
    assert [(published + starters).count(preset.architecture) for preset in PRESETS] == [1, 1, 1, 1]
    assert all(preset.description.endswith(".") for preset in STARTERS)


def test_the_presets_have_names_of_their_own():
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
