"""The optimizers that a network can be trained with: an entry each, from which training, forms and scripts are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Optimizer:
    """One of PyTorch's optimizers, and the one of Keras that follows the same rule.

    Attributes:
        title: Its name for people.
        torch_class: Its class in `torch.optim`; what is not named here has torch's default.
        keras_class: Its class in `keras.optimizers`.
        keras_learning_rate: The learning rate that Keras takes where its source names none.
        keras_options: Arguments with which Keras does what torch does by default.
        fused: Whether torch has it as one pass over all weights: the same rule, a tenth faster for a small network.
        has_momentum: Whether the setting "momentum" is one of its arguments.
        keras_difference: An argument that Keras's source mostly leaves out, and what is different here then.
    """

    title: str
    torch_class: str
    keras_class: str
    keras_learning_rate: float
    keras_options: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    fused: bool = False
    has_momentum: bool = False
    keras_difference: tuple[str, str] | None = None


# By the names that settings, links and stored runs have for them.
OPTIMIZERS: dict[str, Optimizer] = {
    "adam": Optimizer("Adam", "Adam", "Adam", 0.001, {"epsilon": 1e-8}, fused=True),
    "sgd": Optimizer("SGD with momentum", "SGD", "SGD", 0.01, fused=True, has_momentum=True),
    "rmsprop": Optimizer(
        "RMSprop",
        "RMSprop",
        "RMSprop",
        0.001,
        {"rho": 0.99, "epsilon": 1e-8},
        keras_difference=("rho", "RMSprop forgets more slowly here, as in PyTorch: rho is 0.99, in Keras 0.9."),
    ),
}
