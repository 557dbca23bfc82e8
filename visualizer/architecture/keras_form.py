"""How a layer type is written in Keras source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class KerasForm:
    """One way in which Keras source writes a layer type.

    Attributes:
        names: What Keras calls it, the usual name first.
        arguments: Keras's arguments in their order, as far as they can be told apart by place; those that are no
            settings of ours too.
        required: Those of them that Keras has no default for.
        written: Those that are written even where they have their default.
        when: Arguments that must have these values for the name to mean this form.
        function_argument: The argument that a function of the library's own stands for, such as `tf.nn.relu(x)`.
        renamed: Our name of a setting by Keras's name, where the two differ.
        implied: Settings that the name itself says, such as the function of `LeakyReLU`.
        defaults: What Keras takes for a setting that is left out, where that is not our default.
        same: Settings that, left out, are the same as another one, such as a pooling's stride and its window.
        initialized: Whether it takes a `kernel_initializer`.
        guessed: Whether the layer type did not say how Keras writes it, so that Keras's own defaults are not known.
    """

    names: tuple[str, ...]
    arguments: tuple[str, ...]
    required: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    when: Mapping[str, Any] = field(default_factory=dict)
    function_argument: str | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    implied: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    initialized: bool = False
    guessed: bool = False

    def setting(self, argument: str) -> str:
        """Our name of one of Keras's arguments."""
        return self.renamed.get(argument, argument)
