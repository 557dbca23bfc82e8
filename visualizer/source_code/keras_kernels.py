"""How Keras's arguments say how the kernels of one layer start, and what penalty is on them."""

from collections.abc import Mapping, Sequence
from typing import Any

from visualizer.architecture.initialization import Initialization
from visualizer.architecture.penalty import Penalty
from visualizer.source_code.python.values import Configured, name_of

# How Keras draws the same first weights; where it does so anyway, it need not be written. PyTorch's own are uniform
# within ±1/√inputs, whose variance is 1/(3·inputs).
KERAS_INITIALIZATION: Initialization = "glorot_uniform"
INITIALIZERS: Mapping[Initialization, str] = {
    "glorot_uniform": "",
    "glorot_normal": '"glorot_normal"',
    "he_uniform": '"he_uniform"',
    "he_normal": "keras.initializers.HeNormal()",
    "lecun_normal": '"lecun_normal"',
    "torch_default": 'keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")',
    "small_normal": "keras.initializers.RandomNormal(stddev=0.01)",
    "zeros": '"zeros"',
}
_BY_NAME: Mapping[str, Initialization] = {
    "glorotuniform": "glorot_uniform",
    "glorotnormal": "glorot_normal",
    "heuniform": "he_uniform",
    "henormal": "he_normal",
    "lecunnormal": "lecun_normal",
    "zeros": "zeros",
}
# Initializers by the values of their arguments: Keras's defaults, and the values that an initialization here has.
_BY_ARGUMENTS: Mapping[str, tuple[Mapping[str, Any], Mapping[tuple[Any, ...], Initialization]]] = {
    "variancescaling": (
        {"scale": 1, "mode": "fan_in", "distribution": "truncated_normal"},
        {
            (1, "fan_avg", "uniform"): "glorot_uniform",
            (1, "fan_avg", "truncated_normal"): "glorot_normal",
            (2, "fan_in", "uniform"): "he_uniform",
            (2, "fan_in", "truncated_normal"): "he_normal",
            (1, "fan_in", "truncated_normal"): "lecun_normal",
            (1 / 3, "fan_in", "uniform"): "torch_default",
        },
    ),
    "randomnormal": ({"mean": 0, "stddev": 0.05}, {(0, 0.01): "small_normal"}),
}
# What Keras takes for a number that is left out. https://keras.io/api/layers/regularizers/
_DEFAULT_PENALTY = 0.01


def _bare(name: str | None) -> str:
    """A name in the form that a class and a string have in common: SparseX and sparse_x become sparsex."""
    return (name or "").replace("_", "").lower()


def initialization_of(value: Any) -> Initialization | None:
    """The initialization that an initializer of Keras is; None if it does not exist here."""
    name = _bare(name_of(value))
    if isinstance(value, Configured) and name in _BY_ARGUMENTS:
        defaults, known = _BY_ARGUMENTS[name]
        given = {**defaults, **dict(zip(defaults, value.arguments, strict=False)), **value.keywords}
        arguments = tuple(given[argument] for argument in defaults)
        return next((found for other, found in known.items() if other == arguments), None)
    return _BY_NAME.get(name)


def penalty_of(value: Any) -> Penalty | None:
    """The penalty that a regularizer of Keras is, of numbers as they are written; None if it is not known here."""
    name = _bare(name_of(value))
    if name not in ("l1", "l2", "l1l2"):
        return None
    if value == "l1_l2":  # a name that only Keras 2 has, where its numbers are these
        return Penalty(_DEFAULT_PENALTY, _DEFAULT_PENALTY)
    given: dict[str, Any] = {}
    if isinstance(value, Configured):
        names = ("l1", "l2") if name == "l1l2" else (name, name)
        given = dict(zip(names, value.arguments, strict=False)) | {
            # The argument of regularizers.l2 was called l in Keras 2.
            (name if key == "l" else key): number
            for key, number in value.keywords.items()
        }
    if name != "l1l2":
        given.setdefault(name, _DEFAULT_PENALTY)
    numbers = [given.pop(key, 0.0) for key in ("l1", "l2")]
    if given or any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
        return None
    return Penalty(*map(float, numbers))


def kernel_arguments(
    initializers: Sequence[str], regularizers: Sequence[str], initializer: str, penalty: Penalty | None
) -> list[str]:
    """A layer's keyword arguments for its kernels; an empty `initializer` is left out."""
    arguments = [f"{name}={initializer}" for name in initializers] if initializer else []
    if penalty is None:
        return arguments
    if penalty.l1 and penalty.l2:
        regularizer = f"L1L2(l1={penalty.l1!r}, l2={penalty.l2!r})"
    else:
        regularizer = f"L1({penalty.l1!r})" if penalty.l1 else f"L2({penalty.l2!r})"
    return [*arguments, *(f"{name}=keras.regularizers.{regularizer}" for name in regularizers)]
