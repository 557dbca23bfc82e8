"""A form's fields, drawn from the settings themselves: a new setting or layer type needs no form of its own."""

from collections.abc import Callable
from typing import Any

from visualizer.architecture.settings import Choice, Integer, IntegerPair, Real, Setting, Spec
from visualizer.ui.kit import bound


def setting_field(
    owner: object,
    setting: Setting,
    key: str,
    on_change: Callable[[dict[str, Any]], None],
    *,
    number_width: int,
    choice_width: int,
) -> None:
    """Draw one setting of `owner`; a changed one calls `on_change({setting: new value})` before the page reruns.

    Args:
        owner: The layer or the training settings, whose value is shown.
        setting: Which of its settings.
        key: Unique on the page.
        on_change: Called with what was changed.
        number_width: Pixels of a field for a number.
        choice_width: Pixels of a select box.
    """

    def field(spec: Spec, value: Any, key: str, changed: Callable[[Any], None]) -> None:
        if isinstance(spec, Integer | Real):
            look = {"step": spec.step, "format": "%g"} if isinstance(spec, Real) else {}
            number = float(value) if isinstance(spec, Real) else value
            bound.number(
                spec.label, number, changed, key, spec.minimum, spec.maximum, help=spec.help, width=number_width, **look
            )
        elif isinstance(spec, Choice):
            bound.choice(spec.label, value, changed, key, dict(spec.options), help=spec.help, width=choice_width)
        else:
            bound.toggle(spec.label, value, changed, key, help=spec.help)

    spec, value = setting.spec, getattr(owner, setting.name)
    if isinstance(spec, IntegerPair):
        for place, side in enumerate(("height", "width")):
            one_side = Integer(f"{spec.label} {side}", spec.help, spec.minimum, spec.maximum)

            def put(new: int, place: int = place) -> None:
                on_change({setting.name: (new, value[1]) if place == 0 else (value[0], new)})

            field(one_side, value[place], f"{key}-{side}", put)
    else:
        field(spec, value, key, lambda new: on_change({setting.name: new}))
