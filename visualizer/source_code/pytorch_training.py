"""Turns PyTorch's training loops into values for `TrainingSettings`: optimiser, loss, batch size, epochs.

torch's own defaults, which apply if the source says nothing: https://docs.pytorch.org/docs/stable/optim.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from visualizer.source_code.notes import Notes
from visualizer.source_code.python.values import REST, describe_value
from visualizer.source_code.setting_numbers import setting_number
from visualizer.training.optimizers import OPTIMIZERS

# The names of losses, as classes and as functions; how each is trained here.
CROSS_ENTROPY = ("CrossEntropyLoss", "cross_entropy")
NEGATIVE_LOG = ("NLLLoss", "nll_loss")
_MEAN_SQUARED = ("MSELoss", "mse_loss")
# fmt: off
_OTHER_LOSSES = (
    "BCELoss", "BCEWithLogitsLoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "KLDivLoss", "MultiMarginLoss",
    "MultiLabelSoftMarginLoss", "HingeEmbeddingLoss", "PoissonNLLLoss", "CTCLoss", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div", "multi_margin_loss",
)
LOSSES = (*CROSS_ENTROPY, *NEGATIVE_LOG, *_MEAN_SQUARED, *_OTHER_LOSSES)
OPTIMIZER_NAMES = (
    "SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "LBFGS", "Rprop", "ASGD",
)
# fmt: on
# torch's arguments of optimisers that change nothing at these values.
_NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "betas": ((0.9, 0.999), [0.9, 0.999]),
    "alpha": (0.99,),
    "eps": (1e-8,),
    "dampening": (0,),
    "nesterov": (False,),
    "amsgrad": (False,),
    "centered": (False,),
    "weight_decay": (0,),
    "maximize": (False,),
}
_NEUTRAL_IN_LOSSES: Mapping[str, tuple[Any, ...]] = {"label_smoothing": (0,), "ignore_index": (-100,)}
_DEFAULT_RATES = {"sgd": 0.001, "adam": 0.001, "rmsprop": 0.01}
_PLACES: Mapping[str, tuple[str, ...]] = {
    "sgd": ("params", "lr", "momentum", "dampening", "weight_decay", "nesterov"),
    "adam": ("params", "lr", "betas", "eps", "weight_decay", "amsgrad"),
    "rmsprop": ("params", "lr", "alpha", "eps", "weight_decay", "momentum", "centered"),
}
_LOADER_PLACES = ("dataset", "batch_size", "shuffle")


def read_optimizer(
    name: str, arguments: list[Any], keywords: Mapping[str, Any], line: int, notes: Notes
) -> dict[str, Any]:
    """The settings in `torch.optim.NAME(...)`: optimiser, learning rate, momentum."""
    known = {optimizer.torch_class: key for key, optimizer in OPTIMIZERS.items()}
    key = known.get(name, "adam")
    if name not in known:
        notes.add(line, f"The optimiser “{name}” is not known here; Adam is used.")
    given = dict(zip(_PLACES[key], arguments, strict=False)) | dict(keywords)
    groups = given.pop("params", None)
    groups = [group for group in groups if isinstance(group, dict)] if isinstance(groups, list | tuple) else []
    if groups and "lr" not in given:
        given["lr"] = groups[0].get("lr")
    for group in groups:
        for argument, value in group.items():
            if argument != "params" and value != given.get(argument):
                of = "of a group of weights is left out: all layers learn in one way here."
                notes.add(line, f"“{argument}={describe_value(value)}” {of}")
    settings: dict[str, Any] = {"optimizer": key}
    settings["learning_rate"] = _number("learning_rate", given.pop("lr", None), _DEFAULT_RATES[key], line, notes)
    momentum = given.pop("momentum", 0.0)
    if OPTIMIZERS[key].has_momentum:
        settings["momentum"] = _number("momentum", momentum, 0.0, line, notes)
    elif momentum:
        notes.add(line, f"“momentum={describe_value(momentum)}” of {name} is left out.")
    for argument, value in given.items():
        if value is not None and not _is_neutral(value, _NEUTRAL.get(argument, ())):
            notes.add(line, f"“{argument}={describe_value(value)}” of {name} is left out.")
    return settings


def _is_neutral(value: Any, neutral: tuple[Any, ...]) -> bool:
    return isinstance(value, int | float | tuple | list) and value in neutral


def read_loss(
    name: str, arguments: Sequence[Any], keywords: Mapping[str, Any], line: int, notes: Notes
) -> dict[str, Any]:
    """The setting in a loss's class, with its arguments, or function, without what it compares."""
    places = ("size_average", "reduce", "reduction") if name in _MEAN_SQUARED else ("weight",)
    keywords = dict(zip(places, arguments, strict=False)) | dict(keywords)
    for argument, value in keywords.items():
        if _is_neutral(value, _NEUTRAL_IN_LOSSES.get(argument, ())):
            continue
        if argument not in ("reduction", "input", "target") and value is not None:
            notes.add(line, f"“{argument}={describe_value(value)}” of {name} is left out.")
    if keywords.get("reduction", "mean") != "mean":
        notes.add(line, f"“reduction” of {name} is left out: the loss is the mean over the pictures here.")
    if name in (*CROSS_ENTROPY, *NEGATIVE_LOG):
        return {"loss": "cross_entropy"}
    if name in _MEAN_SQUARED:
        return {"loss": "mse"}
    notes.add(line, f"The loss “{name}” is not known here; cross-entropy over the classes is used.")
    return {"loss": "cross_entropy"}


def read_loader(arguments: list[Any], keywords: Mapping[str, Any], line: int, notes: Notes) -> dict[str, Any]:
    """The batch size in `DataLoader(...)`."""
    given = dict(zip(_LOADER_PLACES, arguments, strict=False)) | dict(keywords)
    if "batch_size" not in given:
        # torch takes the pictures one by one, unless something else makes batches.
        return {"batch_size": 1} if given and not {"batch_sampler", REST} & given.keys() else {}
    if given["batch_size"] is None:
        return {}
    return {"batch_size": _number("batch_size", given["batch_size"], 32, line, notes)}


def read_epochs(count: Any, line: int, notes: Notes) -> dict[str, Any]:
    """The setting for how often a loop over epochs runs."""
    return {"epochs": _number("epochs", count, 10, line, notes)}


def _number(name: str, value: Any, default: float, line: int, notes: Notes) -> float:
    """As `setting_number`; the default without a note where the source says nothing."""
    return default if value is None else setting_number(name, value, default, line, notes)
