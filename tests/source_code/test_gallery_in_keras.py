"""The gallery's networks by Keras's own count: every script is run, and every layer that it makes is counted."""

import math
from collections.abc import Iterator
from typing import Any

import pytest

from tests.source_code.test_writers import KERAS_IMPORTS, run
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.source_code.keras_writer import keras_model

BY_NAME = {entry.name: entry for entry in GALLERY}
NETWORKS = [make() for entry in GALLERY for make in (entry.make, entry.make_small)]
KERAS_OWN = {  # the app's name and Keras's
    "VGG-16": "VGG16",
    "ResNet-50": "ResNet50",
    "DenseNet-121": "DenseNet121",
    "MobileNet": "MobileNet",
    "MobileNetV2": "MobileNetV2",
    "EfficientNet-B0": "EfficientNetB0",
}
Counts = list[tuple[int, int]]  # parameters and multiply-adds of each layer that has any, sorted


@pytest.fixture(autouse=True)
def _shapes_alone() -> Iterator[None]:
    """Weights have shapes and no numbers: those of VGG-16 alone would be 0.5 GB."""
    import keras

    with keras.device("meta"):
        yield


def counted(architecture: Architecture) -> Counts:
    """What the app says."""
    rows = summarize(architecture).layers
    return sorted((row.parameters + row.kept, row.multiply_adds) for row in rows if row.parameters or row.multiply_adds)


def counted_in_keras(model: Any) -> Counts:
    """Keras's parameters; each number of a kernel is used once at each place, one of a normalisation once in all."""
    from keras import layers

    found = []
    for layer in model.layers:
        if isinstance(layer, layers.Normalization):
            continue  # of the pictures' colours, which the app has none of
        work = 0
        if isinstance(layer, layers.BatchNormalization):
            work = math.prod(layer.output.shape[1:])
        elif layer.weights:
            # A transposed convolution spreads each place of its input; all others make each place of their output.
            placed = layer.input if isinstance(layer, layers.Conv2DTranspose) else layer.output
            work = math.prod(layer.kernel.shape) * math.prod(placed.shape[1:-1])
        if work:
            found.append((layer.count_params(), work))
    return sorted(found)


@pytest.mark.parametrize("architecture", NETWORKS, ids=lambda architecture: architecture.name)
def test_each_layer_has_keras_own_count(architecture, tmp_path):
    model = run(KERAS_IMPORTS + keras_model(architecture), tmp_path)["model"]
    report = summarize(architecture)
    assert counted(architecture) == counted_in_keras(model)
    assert report.parameters + report.kept == model.count_params()


@pytest.mark.parametrize("name", KERAS_OWN)
def test_each_layer_is_as_in_the_network_that_keras_has_itself(name):
    from keras import applications

    model = getattr(applications, KERAS_OWN[name])(weights=None)
    assert counted(BY_NAME[name].make()) == counted_in_keras(model)


def test_resnet_20_has_the_counts_that_are_printed_of_it():
    report = summarize(BY_NAME["ResNet-20"].make())
    # He and others, 2015, table 6.
    assert f"{report.parameters / 1e6:.2f} M" == "0.27 M"
    # The README of chenyaofo/pytorch-cifar-models, where only convolutions and dense layers count.
    work = sum(row.multiply_adds for row in report.layers if not isinstance(row.layer, BatchNormalization))
    assert f"{work / 1e6:.2f} M" == "40.81 M"
