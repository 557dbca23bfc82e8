"""What the layer types with kernels share: how the kernels of this one layer start, and the penalty on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from visualizer.architecture.activations import NO_ACTIVATION, OPTIONAL_FUNCTION_OPTIONS
from visualizer.architecture.initialization import INITIALIZATIONS, Initialization
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer
from visualizer.architecture.penalty import Penalty
from visualizer.architecture.settings import Choice, Real, setting

AS_NETWORK: Literal["network"] = "network"


def activation_setting() -> Any:
    """The function that a layer with kernels applies to what it computed."""
    return setting(
        "relu", Choice("Activation", "The function applied to every number that leaves.", OPTIONAL_FUNCTION_OPTIONS)
    )


def kernel_form(
    names: tuple[str, ...],
    arguments: tuple[str, ...],
    required: tuple[str, ...],
    *,
    kernels: tuple[str, ...] = ("kernel",),
    defaults: Mapping[str, Any] | None = None,
    same_without: Mapping[str, Callable[[Any, Mapping[str, Any]], bool]] | None = None,
) -> KerasForm:
    """How Keras writes a layer with kernels.

    Args:
        names: See `KerasForm`.
        arguments: The positional ones as far as the activation, which follows, and the bias.
        required: See `KerasForm`.
        kernels: What Keras calls each of its sets of kernels.
        defaults: Keras's, where they differ from ours; the activation's always does.
        same_without: See `KerasForm`.
    """
    return KerasForm(
        names,
        (*arguments, "activation", "use_bias"),
        required=required,
        defaults={"activation": NO_ACTIVATION, **(defaults or {})},
        same_without=same_without or {},
        initializers=tuple(f"{kernel}_initializer" for kernel in kernels),
        regularizers=tuple(f"{kernel}_regularizer" for kernel in kernels),
    )


@dataclass(frozen=True, kw_only=True)
class KernelLayer(Layer):
    """A layer with kernels. Its settings come after those of its type, and are stored only where they are used."""

    kernel_initializer: Initialization | Literal["network"] = setting(
        AS_NETWORK,
        Choice(
            "Initial weights",
            "How the first kernels of this layer are drawn. Usually all layers start as Train says for the network.",
            ((AS_NETWORK, "as the network's"), *INITIALIZATIONS.items()),
        ),
        added_later=True,
        advanced=True,
    )
    l1: float = setting(
        0.0,
        Real(
            "L1 penalty",
            "Training adds so many times the sum of the kernels' sizes |w| to the loss: what is not needed becomes 0.",
            0.0,
            1.0,
            0.0001,
        ),
        added_later=True,
        advanced=True,
    )
    l2: float = setting(
        0.0,
        Real(
            "L2 penalty",
            "Training adds so many times the sum of the kernels' squares w² to the loss: no weight becomes large.",
            0.0,
            1.0,
            0.0001,
        ),
        added_later=True,
        advanced=True,
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        (form,) = super().keras_forms()
        shared = ("kernel_initializer", "l1", "l2")
        names = tuple(name for name in form.arguments if name not in shared)
        own = replace(form, initializers=("kernel_initializer",), regularizers=("kernel_regularizer",))
        return (replace(own, arguments=names, written=names),)

    @property
    def own_initialization(self) -> Initialization | None:
        return None if self.kernel_initializer == AS_NETWORK else self.kernel_initializer

    @property
    def penalty(self) -> Penalty | None:
        return Penalty(self.l1, self.l2) if self.l1 or self.l2 else None
