"""Keras 1, as people still paste it, in the words of Keras 2."""

from collections.abc import Mapping
from typing import Any

from visualizer.source_code.notes import Notes
from visualizer.source_code.python.values import describe_value

# What Keras 2 calls the arguments of Keras 1, of all layers.
_ARGUMENTS: Mapping[str, str] = {
    "border_mode": "padding",
    "subsample": "strides",
    "dim_ordering": "data_format",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "nb_filter": "filters",
    "output_dim": "units",
    "p": "rate",
    "sigma": "stddev",
    "atrous_rate": "dilation_rate",
}
_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}
_CONVOLUTIONS = {
    "Convolution2D": "Conv2D",
    "Conv2D": "Conv2D",
    "AtrousConvolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "Deconvolution2D": "Conv2DTranspose",
}
_SIZES = ("nb_row", "nb_col")
_MERGES = {"sum": "Add", "concat": "Concatenate", "mul": "Multiply", "ave": "Average", "max": "Maximum"}
FIT_ARGUMENTS = {"nb_epoch": "epochs", "nb_worker": "workers", "samples_per_epoch": "steps_per_epoch"}


def in_keras_2(
    name: str, arguments: list[Any], keywords: Mapping[str, Any], line: int, notes: Notes
) -> tuple[str, list[Any], dict[str, Any]]:
    """A call of a layer in the words of Keras 2: its name, its places, its named arguments. Others stay as they are."""
    old = [key for key in keywords if key in _ARGUMENTS or key in _SIZES]
    if name in ("Merge", "merge"):
        return _merge(name, arguments, dict(keywords))
    if name in _CONVOLUTIONS:
        whole = [item for item in arguments[1:3] if isinstance(item, int) and not isinstance(item, bool)]
        sizes = len(arguments) >= 3 and len(whole) == 2
        if sizes and not old and name == "Convolution2D":
            written = f"{name}({', '.join(map(describe_value, arguments[:3]))})"
            notes.add(line, f"“{written}” is read as in Keras 1: a kernel of {whole[0]} × {whole[1]}, and no stride.")
        if sizes and (old or name != "Conv2D"):
            arguments = [arguments[0], (arguments[1], arguments[2]), *arguments[3:]]
            keywords = _with_places(arguments, keywords)
            arguments = arguments[:2]
        elif any(key in keywords for key in _SIZES):
            keywords = dict(keywords)
            row = keywords.pop("nb_row", None)
            keywords["kernel_size"] = (row, keywords.pop("nb_col", row))
        if old or name != "Conv2D":
            name = _CONVOLUTIONS[name]
    made: dict[str, Any] = {}
    for key, value in keywords.items():
        ordering = key == "dim_ordering" and isinstance(value, str)
        made[_ARGUMENTS.get(key, key)] = _ORDERINGS.get(value, value) if ordering else value
    if name == "BatchNormalization":
        made.pop("mode", None)
    return name, arguments, made


# The places of Convolution2D in Keras 1 after its sizes.
_PLACES = ("init", "activation", "weights", "border_mode", "subsample", "dim_ordering")


def _with_places(arguments: list[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(_PLACES, arguments[2:], strict=False)) | dict(keywords)


def _merge(name: str, arguments: list[Any], keywords: dict[str, Any]) -> tuple[str, list[Any], dict[str, Any]]:
    mode = keywords.pop("mode", arguments[1] if len(arguments) > 1 else "sum")
    axis = keywords.pop("concat_axis", None)
    keywords.pop("output_shape", None)
    if not isinstance(mode, str) or mode not in _MERGES or name != "merge":
        return name, arguments, {**keywords, "mode": mode}
    new = _MERGES[mode].lower()
    options = {"axis": axis} if axis is not None and mode == "concat" else {}
    return new, arguments[:1], keywords | options
