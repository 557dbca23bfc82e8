"""What the layer types with kernels share: how the kernels of this one layer start, and the penalty on them."""

from dataclasses import dataclass, replace
from typing import Literal

from visualizer.architecture.initialization import INITIALIZATIONS, Initialization
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer
from visualizer.architecture.penalty import Penalty
from visualizer.architecture.settings import Choice, Real, setting

AS_NETWORK: Literal["network"] = "network"


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
