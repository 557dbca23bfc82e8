"""Numbers of source as values for settings of training."""

from math import isnan
from typing import Any

from visualizer.architecture.settings import Integer, Real
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.values import describe_value
from visualizer.training.settings import SETTING_SPECS


def setting_number(name: str, value: Any, default: float, line: int, notes: Notes) -> float:
    """A number in the range of its setting, with a note if it differs from the written one.

    Args:
        name: The setting, in `SETTING_SPECS`.
        value: As the source has it; whatever is no number gives the default.
        default: What is used instead.
        line: The line that a note is about.
        notes: Where it goes.
    """
    spec = SETTING_SPECS[name]
    assert isinstance(spec, Integer | Real)
    if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
        notes.add(
            line, f"“{describe_value(value)}” does not follow from the text; {default:g} is used for “{spec.label}”."
        )
        return default
    kind = int if isinstance(spec, Integer) else float
    nearest = kind(min(max(value, spec.minimum), spec.maximum))
    if nearest != value:
        notes.add(line, f"{spec.label} {value:g} is out of range here; {nearest:g} is used.")
    return nearest
