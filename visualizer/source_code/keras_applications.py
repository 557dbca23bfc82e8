"""The networks of `keras.applications` that are in the gallery: the bases of transfer learning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.gallery.chains import vgg16
from visualizer.architecture.gallery.dense import densenet121
from visualizer.architecture.gallery.mobile import efficientnet_b0, mobilenet, mobilenet_v2
from visualizer.architecture.gallery.residual import resnet50
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.global_max_pooling2d import GlobalMaxPooling2D
from visualizer.source_code.keras_graph import Model, Part, Tensor, Tensors
from visualizer.source_code.keras_layers import LayerCall, SourceLayer
from visualizer.source_code.notes import Notes

_ARGUMENTS = ("include_top", "weights", "input_tensor", "input_shape", "pooling", "classes")
_POOLINGS = {"avg": GlobalAveragePooling2D, "max": GlobalMaxPooling2D}
_SHAPE = (224, 224, 3)
# Modules whose `preprocess_input` brings bytes to -1 to 1, and those whose leaves them as they are.
# Source: https://keras.io/api/applications/, on each of them.
FROM_MINUS_ONE = (
    "inception_resnet_v2", "inception_v3", "mobilenet", "mobilenet_v2", "nasnet", "resnet_v2", "xception",
)  # fmt: skip
UNCHANGED = ("convnext", "efficientnet", "efficientnet_v2", "mobilenet_v3")
MOST_CLASSES = 4096


@dataclass(frozen=True)
class Application:
    """A network of Keras's that is here too.

    Attributes:
        make: The whole network.
        head: How many of its layers come after the last feature maps.
        differs: What it does otherwise, as a sentence; empty for nothing.
        names: What Keras calls its layers, where it has the same as here.
    """

    make: Callable[[], Architecture]
    head: int
    differs: str = ""
    names: tuple[str, ...] = ()


# Of VGG16: the numbers of convolutions in its blocks say all.
_VGG16 = (
    *(
        f"block{block}_{layer}"
        for block, convolutions in enumerate((2, 2, 3, 3, 3), 1)
        for layer in (*(f"conv{number}" for number in range(1, convolutions + 1)), "pool")
    ),
    *("flatten", "fc1", "fc2", "predictions"),
)
APPLICATIONS: Mapping[str, Application] = {
    "VGG16": Application(vgg16, 4, names=_VGG16),
    "ResNet50": Application(resnet50, 2),
    "DenseNet121": Application(densenet121, 2),
    "MobileNet": Application(mobilenet, 3),
    "MobileNetV2": Application(mobilenet_v2, 2),
    "EfficientNetB0": Application(
        efficientnet_b0, 3, "In Keras it also normalises the pictures' colours first; that is left out."
    ),
}


def read_application(
    name: str, arguments: list[Any], keywords: Mapping[str, Any], line: int, tensors: Tensors, notes: Notes
) -> Model:
    """The model that `keras.applications.NAME(...)` makes, as one block; what it has besides is noted."""
    application = APPLICATIONS[name]
    given = dict(zip(_ARGUMENTS, arguments, strict=False)) | dict(keywords)
    architecture = application.make()
    top = given.pop("include_top", True)
    layers = list(architecture.layers)
    if top is not True:
        if top not in (False, 0):
            notes.add(line, f"Whether {name} has its own head is not known; it is left out.", other_network=True)
        layers = layers[: -application.head]
    shape, start = given.pop("input_shape", None), given.pop("input_tensor", None)
    if not isinstance(start, Tensor):
        start = tensors.start(line, _SHAPE if shape is None else shape)
    names = iter(application.names)
    outside, tensors.part = tensors.part, Part(name, tensors.part)
    try:
        made: list[Tensor] = []
        for layer, sources in zip(layers, architecture.sources, strict=False):
            reads = tuple(made[source] if source >= 0 else start for source in sources)
            made += _made(layer, next(names, None), reads, line, tensors)
        pooling = given.pop("pooling", None)
        if top is not True and isinstance(pooling, str) and pooling in _POOLINGS:
            made += _made(_POOLINGS[pooling](), None, (made[-1],), line, tensors)
    finally:
        tensors.part = outside
    classes = given.pop("classes", None)
    if top is True and isinstance(classes, int) and 0 < classes <= MOST_CLASSES:
        tensors.add_applied(made[:-1])
        (made[-1],) = _made(layers[-1].with_settings(units=classes), "predictions", (made[-2],), line, tensors)
    tensors.add_applied(made)
    weights = given.pop("weights", "imagenet")
    if weights is not None:
        notes.add(line, f"{name} is built as it is in the gallery; its trained weights are not loaded.")
    if application.differs:
        notes.add(line, application.differs, other_network=True)
    for argument, value in given.items():
        if argument not in ("name", "classifier_activation") and value not in (None, 1, 1.0):
            notes.add(line, f"“{argument}” of {name} is left out.", other_network=True)
    return Model(line, [start], [made[-1]], name, whole=True)


def _made(layer: Layer, name: str | None, reads: tuple[Tensor, ...], line: int, tensors: Tensors) -> list[Tensor]:
    """The output of a layer that Keras has too if it has a name."""
    source_layer = SourceLayer(layer, line)
    (output,) = tensors.chained((source_layer,), reads)
    if name is not None:
        output.made_as = (LayerCall(type(layer).__name__, line, (source_layer,), label=name), reads)
    return [output]
