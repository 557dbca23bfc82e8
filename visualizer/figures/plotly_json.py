"""Figures as plotly.js reads them: JSON, with arrays of numbers as the base64 of their bytes."""

import json
import math
from base64 import b64encode
from typing import Any

import numpy as np

# The kinds of numbers that plotly.js knows, called as numpy does: "typedArrays" in
# https://github.com/plotly/plotly.js/blob/master/src/lib/array.js
_KINDS = frozenset(("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"))
# JavaScript has no typed array of 64-bit integers that plotly.js would take: the smallest that holds them.
_SMALLER = (np.int8, np.int16, np.int32)


def plotly_json(value: Any) -> str:
    """Dicts, lists, numpy arrays and plain values as JSON; numbers that are not finite become null outside arrays.

    Raises:
        TypeError: Something else is in it.
    """
    return json.dumps(_plain(value), separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        # An axis takes its range from a list only.
        return {key: _listed(entry) if key == "range" else _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return _typed(value)
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _listed(value: Any) -> Any:
    return _plain(value.tolist() if isinstance(value, np.ndarray) else value)


def _typed(array: np.ndarray) -> Any:
    if array.dtype == np.int64 and array.size:
        low, high = array.min(), array.max()
        fits = (kind for kind in _SMALLER if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
        array = array.astype(next(fits, array.dtype))
    kind = array.dtype.str[1:]
    if kind not in _KINDS or not array.size:
        return _plain(array.tolist())
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    typed = {"dtype": kind, "bdata": b64encode(little.tobytes()).decode("ascii")}
    return typed | ({"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {})
