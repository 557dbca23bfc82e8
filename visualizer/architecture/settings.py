"""Settings of a layer or of a training: each has its range and its help, and forms are drawn from them."""

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from visualizer.errors import UserError, short_repr


@dataclass(frozen=True)
class Integer:
    """A whole number from `minimum` to `maximum`, both included."""

    label: str
    help: str
    minimum: int
    maximum: int

    def check(self, value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int) or not self.minimum <= value <= self.maximum:
            return f"It must be a whole number from {self.minimum} to {self.maximum}."
        return None


@dataclass(frozen=True)
class IntegerPair:
    """Two whole numbers `(height, width)`, each from `minimum` to `maximum`."""

    label: str
    help: str
    minimum: int
    maximum: int

    def check(self, value: Any) -> str | None:
        single = Integer(self.label, self.help, self.minimum, self.maximum)
        if not isinstance(value, tuple) or len(value) != 2 or any(single.check(number) for number in value):
            return f"It must be two whole numbers, height and width, from {self.minimum} to {self.maximum}."
        return None


@dataclass(frozen=True)
class Real:
    """A number from `minimum` to `maximum`, both included; one press of the form's button adds `step`."""

    label: str
    help: str
    minimum: float
    maximum: float
    step: float

    def check(self, value: Any) -> str | None:
        # The comparison is False for NaN, so NaN is refused too.
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self.minimum <= value <= self.maximum:
            return f"It must be a number from {self.minimum:g} to {self.maximum:g}."
        return None


@dataclass(frozen=True)
class Choice:
    """One of `options`, each the value and its label."""

    label: str
    help: str
    options: tuple[tuple[str, str], ...]

    def check(self, value: Any) -> str | None:
        values = [option for option, _ in self.options]
        return None if value in values else f"It must be one of these: {', '.join(values)}."


@dataclass(frozen=True)
class Toggle:
    """Yes or no."""

    label: str
    help: str

    def check(self, value: Any) -> str | None:
        return None if isinstance(value, bool) else "It must be true or false."


Spec = Integer | IntegerPair | Real | Choice | Toggle


class SettingError(UserError):
    """A setting is out of its range."""


@dataclass(frozen=True)
class Setting:
    """A field that can be set.

    Attributes:
        name: In the code.
        spec: Its range.
        only_when: Another field and the value of it without which this one has no effect.
        added_later: Whether its type once did without it: it is stored only where it is not at its default, so that
            the JSON of older networks stays as it was.
        advanced: Whether it is seldom changed: a form keeps it folded away.
    """

    name: str
    spec: Spec
    only_when: tuple[str, str | bool] | None = None
    added_later: bool = False
    advanced: bool = False

    def counts_in(self, owner: object) -> bool:
        """Whether it has an effect there, as the other settings of `owner` stand."""
        return self.only_when is None or getattr(owner, self.only_when[0]) == self.only_when[1]


def settings_of(kind: type[Any]) -> tuple[Setting, ...]:
    """The settings of a dataclass, in the order of its form, which is that of the arguments: by keyword only last."""
    return _settings_of(kind)  # type: ignore[arg-type]  # mypy: type[Any] would not be hashable


@cache  # a long history of a deep network asks thousands of times
def _settings_of(kind: Any) -> tuple[Setting, ...]:
    return tuple(
        Setting(item.name, **item.metadata)
        for item in sorted(fields(kind), key=lambda item: item.kw_only is True)
        if "spec" in item.metadata
    )


def setting(
    default: Any,
    spec: Spec,
    *,
    only_when: tuple[str, str | bool] | None = None,
    added_later: bool = False,
    advanced: bool = False,
) -> Any:
    """A dataclass field with its `spec`; it has an effect only while field `only_when[0]` is `only_when[1]`.

    `added_later` is for a new setting of a type that networks have been stored with, `advanced` for one that is seldom
    changed; see `Setting`.
    """
    about = {"spec": spec, "only_when": only_when, "added_later": added_later, "advanced": advanced}
    return field(default=default, metadata=about)


def check_settings(owner: object) -> None:
    """Raise SettingError, which names the setting by its label, where a value of a dataclass is out of its range."""
    for item in settings_of(type(owner)):
        value = getattr(owner, item.name)
        if why := item.spec.check(value):
            raise SettingError(f"{item.spec.label} is {short_repr(value)}.", why, "Change it.")
