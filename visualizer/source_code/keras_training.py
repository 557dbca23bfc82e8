"""Turns `compile(...)` and `fit(...)` of Keras into values for `TrainingSettings`.

Keras's own defaults, which apply if the source says nothing: https://keras.io/api/models/model_training_apis/ and
https://keras.io/api/optimizers/.
"""

from collections.abc import Mapping
from typing import Any

from visualizer.source_code.keras_data import Array, batch_size_of
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.values import REST, Configured, Rest, describe_value, name_of
from visualizer.source_code.setting_numbers import setting_number
from visualizer.training.optimizers import OPTIMIZERS

COMPILE_ARGUMENTS = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
FIT_ARGUMENTS = ("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data")

FIT_GENERATOR_ARGUMENTS = ("generator", "steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data")

_LOSSES: Mapping[str, str] = {
    "categoricalcrossentropy": "cross_entropy",
    "sparsecategoricalcrossentropy": "cross_entropy",
    "mse": "mse",
    "meansquarederror": "mse",
}
# Keras's arguments of optimisers that change nothing at these values.
_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "beta_1": (0.9,),
    "beta_2": (0.999,),
    "rho": (0.99,),
    "epsilon": (1e-7, 1e-8),
    "amsgrad": (False,),
    "nesterov": (False,),
    "centered": (False,),
    "decay": (0, 0.0),
    "weight_decay": (0, 0.0),
    "use_ema": (False,),
    "name": (),
}
# The places of optimisers' arguments.
_PLACES: Mapping[str, tuple[str, ...]] = {
    "sgd": ("learning_rate", "momentum", "nesterov"),
    "adam": ("learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad"),
    "rmsprop": ("learning_rate", "rho", "momentum", "epsilon", "centered"),
}
_METRICS = ("accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy")
_METRIC_CLASSES = ("CategoricalAccuracy", "SparseCategoricalAccuracy", "Accuracy")
_OWN_DATA = ("x", "y", "generator", "validation_split", "validation_data", "validation_steps", "validation_batch_size")


def _bare(name: str) -> str:
    """A name in the form that a class and a string have in common: SparseX and sparse_x become sparsex."""
    return name.replace("_", "").lower()


def read_compile(arguments: list[Any], keywords: Mapping[str, Any], line: int, notes: Notes) -> dict[str, Any]:
    """The settings in `model.compile(...)`: optimiser, learning rate, momentum, loss."""
    given = _placed(COMPILE_ARGUMENTS, arguments, keywords, line, notes)
    weights = given.get("loss_weights")
    if "metrics" not in keywords and isinstance(weights, list) and any(name_of(item) for item in weights):
        given["metrics"], given["loss_weights"] = weights, given.get("metrics")  # their places in Keras 2
    settings = _optimizer(given.pop("optimizer", "rmsprop"), line, notes)
    if "loss" in given:
        settings |= _loss(given.pop("loss"), line, notes)
    metrics = given.pop("metrics", None) or []
    for metric in metrics if isinstance(metrics, list | tuple) else [metrics]:
        if not (name_of(metric) in _METRICS or name_of(metric) in _METRIC_CLASSES):
            notes.add(
                line,
                f"The measure “{name_of(metric) or describe_value(metric)}” is left out; "
                "loss and accuracy are shown here.",
            )
    for name, value in given.items():
        if value is not None:
            notes.add(line, f"“{name}={describe_value(value)}” of compile is left out.")
    return settings


def read_fit(arguments: list[Any], keywords: Mapping[str, Any], line: int, notes: Notes) -> dict[str, Any]:
    """The settings in `model.fit(...)`: epochs and batch size."""
    given = _placed(FIT_ARGUMENTS, arguments, keywords, line, notes)
    settings: dict[str, Any] = {}
    data = given.get("x", given.get("generator"))
    if given.get("batch_size") is None:
        given["batch_size"] = batches = batch_size_of(data)
        if batches is None and data is not None and given.get("y") is None and not isinstance(data, Array):
            what = describe_value(data)
            notes.add(
                line, f"How large the batches of “{what}” are does not follow from the text; 32 pictures are used."
            )
    for name, default in (("batch_size", 32), ("epochs", 1)):
        value = given.pop(name, None)
        settings[name] = default if value is None else setting_number(name, value, default, line, notes)
    if any(name in given for name in _OWN_DATA):
        notes.add(line, "The pictures come from the data set that is chosen on Train, which is split there.")
    for name, value in given.items():
        if name not in _OWN_DATA and name != "verbose" and value is not None and value != []:
            notes.add(line, f"“{name}={describe_value(value)}” of fit is left out.")
    return settings


def read_fit_generator(arguments: list[Any], keywords: Mapping[str, Any], line: int, notes: Notes) -> dict[str, Any]:
    """The settings in `model.fit_generator(...)`, whose places are others."""
    return read_fit([], _placed(FIT_GENERATOR_ARGUMENTS, arguments, keywords, line, notes), line, notes)


def _placed(
    names: tuple[str, ...], arguments: list[Any], keywords: Mapping[str, Any], line: int, notes: Notes
) -> dict[str, Any]:
    """Arguments by their names; those of which the places are not known are noted."""
    known = next((place for place, item in enumerate(arguments) if isinstance(item, Rest)), len(arguments))
    for item in arguments[known:]:
        notes.add(line, f"For what “{describe_value(item)}” stands does not follow from the text; it is left out.")
    given = dict(zip(names, arguments[:known], strict=False)) | dict(keywords)
    if REST in given:
        what = describe_value(given.pop(REST))
        notes.add(line, f"What “**{what}” gives does not follow from the text and is left out.")
    return given


def is_optimizer(value: Configured) -> bool:
    """Whether an object is an optimiser that is known here."""
    return _bare(value.name) in {_bare(optimizer.keras_class) for optimizer in OPTIMIZERS.values()}


def _optimizer(value: Any, line: int, notes: Notes) -> dict[str, Any]:
    if isinstance(value, dict) and isinstance(value.get("config", {}), dict):
        value = Configured(str(value.get("class_name")), (), value.get("config", {}), line)
    name = name_of(value)
    where = value.line if isinstance(value, Configured) else line
    known = {_bare(optimizer.keras_class): key for key, optimizer in OPTIMIZERS.items()}
    optimizer = known.get(_bare(name or ""), "adam")
    chosen = OPTIMIZERS[optimizer]
    if _bare(name or "") not in known:
        notes.add(where, f"The optimiser “{name or describe_value(value)}” is not known here; Adam is used.")
    keywords = dict(value.keywords) if isinstance(value, Configured) else {}
    if isinstance(value, Configured):
        keywords = dict(zip(_PLACES.get(optimizer, ("learning_rate",)), value.arguments, strict=False)) | keywords
        for extra in value.arguments[len(_PLACES.get(optimizer, ("learning_rate",))) :]:
            notes.add(where, f"“{describe_value(extra)}” of {name} is left out.")
    settings: dict[str, Any] = {"optimizer": optimizer}
    rate = keywords.pop("learning_rate", keywords.pop("lr", None))
    if isinstance(rate, Configured):
        start = rate.keywords.get("initial_learning_rate", rate.arguments[0] if rate.arguments else None)
        notes.add(where, f"The learning rate's plan “{describe_value(rate)}” is left out; its first value stays.")
        rate = start
    default = chosen.keras_learning_rate
    settings["learning_rate"] = (
        default if rate is None else setting_number("learning_rate", rate, default, where, notes)
    )
    momentum = keywords.pop("momentum", 0.0)
    if chosen.has_momentum:
        settings["momentum"] = setting_number("momentum", momentum, 0.0, where, notes)
    elif momentum:
        notes.add(where, f"“momentum={describe_value(momentum)}” of {name} is left out.")
    if chosen.keras_difference and chosen.keras_difference[0] not in keywords:
        notes.add(where, chosen.keras_difference[1])
    for argument, other in keywords.items():
        neutral = (*_NEUTRAL.get(argument, ()), chosen.keras_options.get(argument))
        plain = isinstance(other, int | float) and other in neutral
        if other is not None and not plain and argument != "name":
            notes.add(where, f"“{argument}={describe_value(other)}” of {name} is left out.")
    return settings


def _loss(value: Any, line: int, notes: Notes) -> dict[str, Any]:
    name = name_of(value)
    loss = _LOSSES.get(_bare(name)) if name else None
    if isinstance(value, Configured):
        for argument, other in value.keywords.items():
            if argument not in ("from_logits", "name", "reduction") and other:
                notes.add(value.line, f"“{argument}={describe_value(other)}” of {name} is left out.")
    if loss is None:
        notes.add(
            getattr(value, "line", line),
            f"The loss “{name or describe_value(value)}” is not known here; cross-entropy over the classes is used.",
        )
    return {"loss": loss or "cross_entropy"}
