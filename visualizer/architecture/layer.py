"""What every layer type has, and the registry that finds them."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from visualizer.architecture.initialization import Initialization
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import KernelSet, Stage, kernel_sets
from visualizer.architecture.penalty import Penalty
from visualizer.architecture.settings import IntegerPair, Setting, SettingError, settings_of
from visualizer.architecture.shapes import Shape, is_maps
from visualizer.architecture.span import Sees, Span, same_place
from visualizer.architecture.torch_form import TorchForm
from visualizer.errors import short_repr
from visualizer.modules import import_all
from visualizer.words import counted, listed

if TYPE_CHECKING:
    import torch
    from torch import nn


# How the outputs of several layers become the input of one: computed number by number, where one number may stand for a
# whole map, or concatenated along the channels.
Meeting = Literal["sum", "difference", "product", "average", "maximum", "concatenation"]


@dataclass(frozen=True)
class Fix:
    """A change that would make a layer fit.

    Attributes:
        label: What a button says that does it.
        replacement: The layers (none, one or several) to put in its place, or on one of its inputs.
        on_input: Which of its inputs `replacement` is put on, from 0; None to replace the layer.
        connect: The layer, by index, whose output becomes one more input of this one; then nothing is replaced.
        to_the_end: Whether all layers after it go too.
        network: Another `Architecture`, which takes the place of the whole one; then nothing else is done. Not named as
            a type here, since architectures are made of layers.
    """

    label: str
    replacement: tuple["Layer", ...] = ()
    on_input: int | None = None
    connect: int | None = None
    to_the_end: bool = False
    network: object = None


@dataclass(frozen=True)
class Problem:
    """Why a network, or one of its layers, cannot be used as it is.

    Attributes:
        arrives: What there is, or what the layer gets, one sentence.
        needs: What is needed instead, or what to do, in whole sentences.
        fixes: Changes of the layer that would fix it, best first.
        batch_size: The largest batch size that would fix it, where a smaller batch does.
        place: The layer, by index, that a problem with the output is put on; None for the last that changes the shape.
    """

    arrives: str
    needs: str
    fixes: tuple[Fix, ...] = ()
    batch_size: int | None = None
    place: int | None = None

    def __str__(self) -> str:
        return f"{self.arrives} {self.needs}"


class LayerDoesNotFit(Exception):
    """Raised by a layer's shape rule; the arguments are those of its `problem`."""

    def __init__(self, arrives: str, needs: str, fixes: tuple[Fix, ...]) -> None:
        self.problem = Problem(arrives, needs, fixes)
        super().__init__(str(self.problem))


PoolingKind = Literal["max", "average"]


@dataclass(frozen=True)
class PoolingWindow:
    """A window that pools; every pair is (height, width), and `before` is the padding at the top and the left."""

    kind: PoolingKind
    size: tuple[int, int]
    strides: tuple[int, int]
    before: tuple[int, int]


# The kinds of layer types, in the order in which Build offers them and of the drawing's legend.
GROUPS = (
    "Convolution",
    "Pooling",
    "Activation and regularisation",
    "Dense",
    "Normalisation",
    "Size and shape",
    "Merging",
    "Other",
)


@dataclass(frozen=True)
class Layer(ABC):
    """One layer of an architecture: plain data with its rules. A subclass is one layer type, in one file.

    Subclasses are frozen dataclasses whose fields come from `setting(...)`. A file put into
    `visualizer/architecture/layers/` is found automatically: the form, the JSON, the shape check, the drawing and the
    training need no other change. `group` is one of `GROUPS`, under which it is offered.
    """

    title: ClassVar[str]
    group: ClassVar[str] = "Other"
    icon: ClassVar[str]
    explanation: ClassVar[str]
    # Whether it works at random while training, and only then: that makes training harder than validation, and the
    # network overfits less.
    is_random_in_training: ClassVar[bool] = False
    # Whether it draws its output from a distribution that its input describes, as variational autoencoders need it.
    draws_codes: ClassVar[bool] = False
    # How many outputs of other layers it takes, and what it makes of several.
    least_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int] = 1
    meeting: ClassVar[Meeting] = "sum"

    def __post_init__(self) -> None:
        for setting in self.settings():
            value = getattr(self, setting.name)
            if why := setting.spec.check(value):
                raise SettingError(
                    f"{self.title} has {setting.name} = {short_repr(value)}.", why, f"Change {setting.name}."
                )

    @classmethod
    def settings(cls) -> list[Setting]:
        """The settings of this layer type, in the order of the form."""
        return list(settings_of(cls))

    def with_settings(self, **changes: Any) -> "Layer":
        """This layer with some settings changed. Raises SettingError where one is out of range."""
        return dataclasses.replace(self, **changes)

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        """How Keras source writes this layer type; unless overridden, as a class of the same name and settings.

        Keras's own default for a setting is then unknown: a note names each setting that the source leaves out.
        """
        names = tuple(setting.name for setting in cls.settings())
        # Keras's defaults are unknown here, so everything is written.
        return (KerasForm((cls.__name__,), names, written=names, guessed=True),)

    def keras_form(self) -> KerasForm:
        """The form that this layer is written in."""
        return self.keras_forms()[0]

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        """How PyTorch source writes this layer type; unless overridden, not at all."""
        return ()

    def keras_remark(self, input_shape: Shape) -> str:
        """A sentence about how this layer differs in Keras; empty where it is the same."""
        return ""

    def summary(self) -> str:
        """The layer in one short line, for its card and for figures."""
        return self.title

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Of its input, made of the outputs that it takes, which have these shapes. Raises LayerDoesNotFit."""
        (shape,) = shapes
        return shape

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Of its output, without the batch. Raises LayerDoesNotFit."""

    def parameter_count(self, input_shape: Shape) -> int:
        """Trainable numbers; `kept_count` has the others."""
        return 0

    def kept_count(self, input_shape: Shape) -> int:
        """Numbers that are used but not trained, such as running means; Keras counts these as parameters too."""
        return 0

    def multiply_adds(self, input_shape: Shape) -> int:
        """Multiplications that are each followed by an addition, for one picture."""
        return 0

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span | None:
        """The places of the input that the places `span` of the output read, as if a map had no edge.

        Called wherever the input or the output is feature maps; `visualizer/architecture/span.py` has the formulas.
        None means unknown, and the app says so: a wrong default would be believed.

        Args:
            axis: 0 along the height, 1 along the width.
            span: Places of the output; of a vector its one place, 0.
            input_shape: Without the batch.
        """
        return None

    def smallest_batch(self, input_shape: Shape) -> int:
        """The least number of pictures in a training batch."""
        return 1

    def pooled(self, input_shape: Shape) -> PoolingWindow | None:
        """Its window, where it pools each map; Look inside then shows the map before and after. Else None."""
        return None

    @property
    def told_classes(self) -> int:
        """How many classes it can be told that a picture has; 0 where it is told none, as unless overridden."""
        return 0

    def giving(self, count: int) -> Fix | None:
        """The change after which its output is a vector of `count` numbers; None where no setting does that."""
        return None

    def giving_maps(self, count: int) -> Fix | None:
        """The change after which its output is `count` feature maps; None where no setting does that."""
        return None

    @property
    def keeps_shape(self) -> bool:
        """True where whatever arrives leaves in the same shape, so that an earlier layer sets the number of classes."""
        return False

    @abstractmethod
    def stages(self, input_shape: Shape) -> list[tuple[str, "nn.Module"]]:
        """The torch modules that make up the layer, named, in order: (N, *input_shape) in, (N, *output_shape) out."""

    def kernels(self, stages: Sequence[Stage]) -> tuple[KernelSet, ...]:
        """The kernels of its torch modules, one set for each stage that has kernels, in order.

        Unless overridden, those of torch's convolutions and dense layers; override it for a module of another kind.
        """
        return tuple(kernel_sets(stages))

    @property
    def own_initialization(self) -> Initialization | None:
        """How its first weights are drawn; None for the way that is chosen for the whole network."""
        return None

    @property
    def penalty(self) -> Penalty | None:
        """What training adds to the loss for all its weights but the biases; None for nothing."""
        return None

    def drawn_shape(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape that weights are drawn in, (outputs, inputs, ...): from it follows how large they start.

        Unless overridden, their own; another one holds the same count of numbers.

        Args:
            name: Of the weights among those of all its stages, such as "convolution.weight".
            shape: Their own.
        """
        return shape

    def start_weights(self, module: "nn.Module", draw: Callable[["torch.Tensor"], object]) -> None:
        """Give its weights their first values, in place, as the chosen initialisation says.

        Unless overridden, a bias becomes 0. Weights that scale or shift keep torch's start: those of one axis, and
        those that torch starts with ones or zeros. All others are drawn.

        Args:
            module: All its stages in order, as torch made them.
            draw: Draws one tensor of weights.
        """
        for name, weights in module.named_parameters():
            if is_bias(name):
                weights.data.zero_()
            elif not keeps_its_start(weights):
                draw(weights.data.view(self.drawn_shape(name, tuple(weights.shape))))


@dataclass(frozen=True)
class PlacewiseLayer(Layer):
    """A layer whose output at each place comes from the same place of the input alone; it keeps the shape."""

    @property
    def keeps_shape(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return span


def is_bias(name: str) -> bool:
    """Whether a parameter of that name in a torch module is a bias."""
    return name.rpartition(".")[2] == "bias"


def keeps_its_start(weights: "torch.Tensor") -> bool:
    """Whether weights, as torch made them, scale or shift: they have one axis, or are all ones or all zeros."""
    return weights.ndim < 2 or bool((weights == 1).all()) or bool((weights == 0).all())


_registry: dict[str, type[Layer]] = {}


def register(layer_type: type[Layer]) -> type[Layer]:
    """Class decorator: enter a layer type in the registry under its class name."""
    assert layer_type.group in GROUPS, f"{layer_type.__name__}: its group must be one of {', '.join(GROUPS)}"
    _registry[layer_type.__name__] = layer_type
    return layer_type


def layer_types() -> dict[str, type[Layer]]:
    """Every layer type by its name, from each file of `visualizer/architecture/layers/`."""
    import_all(f"{__package__}.layers")
    return dict(sorted(_registry.items(), key=lambda item: (GROUPS.index(item[1].group), item[0])))


def grouped_layer_types() -> dict[str, dict[str, type[Layer]]]:
    """Every layer type by its name, in its group; groups without one are left out."""
    groups: dict[str, dict[str, type[Layer]]] = {}
    for name, layer_type in layer_types().items():
        groups.setdefault(layer_type.group, {})[name] = layer_type
    return groups


def sees_of(layer: Layer, input_shape: Shape, output_shape: Shape) -> Sees:
    """What the layer sees, in its place in a network."""
    if not is_maps(input_shape) and not is_maps(output_shape):
        return same_place  # a vector has only one place
    return lambda axis, span: layer.sees(axis, span, input_shape)


def layer_to_dict(layer: Layer) -> dict[str, Any]:
    """The layer as plain JSON values, its type under "type"."""
    values = {
        setting.name: getattr(layer, setting.name)
        for setting in layer.settings()
        if not setting.added_later or getattr(layer, setting.name) != getattr(type(layer), setting.name)
    }
    return {"type": type(layer).__name__} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
    }


def layer_from_dict(data: Any) -> Layer:
    """The layer that `layer_to_dict` wrote; settings left out take their defaults.

    Raises:
        SettingError: It names an unknown type or setting, or a value is out of range.
    """
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise SettingError("A layer could not be read.", 'It is not an object with a "type".', 'Add "type": "Conv2D".')
    # Looking for new files takes far longer than all else here, and a history has many thousands of layers.
    layer_type = _registry.get(data["type"]) or layer_types().get(data["type"])
    if layer_type is None:
        alike = get_close_matches(data["type"][:40], layer_types(), 3, 0.0)
        raise SettingError(
            f"The layer type {short_repr(data['type'])} is not known.",
            remedy=f"Use one that Build offers, such as {listed(alike, 'or')}.",
        )
    specs = {setting.name: setting.spec for setting in layer_type.settings()}
    values = {}
    for name, value in data.items():
        if name == "type":
            continue
        if name not in specs:
            raise SettingError(
                f"{layer_type.title} has no setting {short_repr(name)}.",
                f"Its settings are {listed(specs)}." if specs else "It has no settings.",
                "Remove or rename it.",
            )
        is_pair = isinstance(specs[name], IntegerPair) and isinstance(value, list)
        values[name] = tuple(value) if is_pair else value
    return layer_type(**values)


def require_maps(layer: Layer, input_shape: Shape) -> None:
    """Raise LayerDoesNotFit unless feature maps arrive."""
    if not is_maps(input_shape):
        raise LayerDoesNotFit(
            f"A vector of {counted(input_shape[0], 'number')} arrives.",
            f"{layer.title} needs feature maps (height × width × channels). Move it above Flatten.",
            (Fix(f"Remove this {layer.title}", ()),),
        )
