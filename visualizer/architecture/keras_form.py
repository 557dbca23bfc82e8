"""How a layer type is written in Keras source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Packed:
    """An argument of Keras that holds several settings, or one in another form.

    Attributes:
        unpack: The settings that follow from a value, by name; None for a value that has no counterpart here.
        pack: The value for a layer's settings.
    """

    unpack: Callable[[Any], Mapping[str, Any] | None]
    pack: Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class KerasForm:
    """One way in which Keras source writes a layer type.

    Attributes:
        names: What Keras calls it, the usual name first.
        arguments: Keras's positional arguments in order, including those that have no setting here.
        required: The arguments without a default in Keras.
        written: The arguments that are written even with their default.
        when: The name means this form only with these values of arguments.
        within: The name means this form only where these arguments, if they are numbers, lie in these ranges.
        otherwise: Why a call outside these ranges can be left out, in a sentence.
        function_argument: The argument whose value a plain function such as `tf.nn.relu(x)` has in its name.
        function_arguments: What such a function takes after its tensor, in order, by its name.
        functions: Functions of several tensors that do the same, such as `concatenate`.
        operator: Python's operator between two tensors that does the same, such as "+".
        renamed: Our names of settings by Keras's names, where they differ.
        packed: Arguments that hold other settings than the one of their name.
        implied: Settings that follow from the name, such as the function of `LeakyReLU`.
        defaults: Keras's defaults, where they differ from ours.
        same: Settings that, left out, equal another one, such as the stride of a pooling and its window.
        same_without: Arguments that have no setting here and can make another layer of it, with whether a value makes
            none, given the layer's settings.
        initializers: Its arguments that say how kernels start; the type is a `KernelLayer`.
        regularizers: Its arguments that say what penalty is on kernels; the type is a `KernelLayer`.
        definition: Python lines that define it, where Keras has no such class; they want `keras` and its `layers`.
        guessed: Whether this form is only the default of `Layer.keras_forms`, so that Keras's defaults are unknown.
    """

    names: tuple[str, ...]
    arguments: tuple[str, ...]
    required: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    when: Mapping[str, Any] = field(default_factory=dict)
    within: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    otherwise: str = ""
    function_argument: str | None = None
    function_arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    functions: tuple[str, ...] = ()
    operator: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    packed: Mapping[str, Packed] = field(default_factory=dict)
    implied: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    same_without: Mapping[str, Callable[[Any, Mapping[str, Any]], bool]] = field(default_factory=dict)
    initializers: tuple[str, ...] = ()
    regularizers: tuple[str, ...] = ()
    definition: str = ""
    guessed: bool = False

    def setting(self, argument: str) -> str:
        """Our name of one of Keras's arguments."""
        return self.renamed.get(argument, argument)
