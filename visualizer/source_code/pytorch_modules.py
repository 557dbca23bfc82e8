"""Turns a call of a torch module or function into our layers. Each layer type itself says how PyTorch writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from visualizer.architecture.layer import Layer, layer_types
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm
from visualizer.errors import UserError
from visualizer.source_code.keras_layers import SourceLayer
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.values import Configured, Symbol, Unknown, describe_value

# Arguments that change nothing of what is computed.
_WITHOUT_EFFECT = ("inplace", "device", "dtype", "name", "out", "_stacklevel")
# What a form may fail with when an argument is of a kind that torch would refuse too.
_REFUSED = (TypeError, ValueError, ArithmeticError, IndexError, KeyError, AttributeError)

KindAndForm = tuple[type[Layer], TorchForm]


@dataclass(eq=False)
class Module:
    """An object of a class of `torch.nn`, or one use of a function of torch.

    Attributes:
        name: What torch calls it.
        line: Where it is created.
        form: How its layer type says that it is written.
        values: Its arguments, torch's defaults among them.
        open_settings: The settings, with their code, whose value does not follow from the source.
        problem: Why nothing can be built of it; empty where something can.
        in_place: Whether it changes the tensor that it reads.
    """

    name: str
    line: int
    form: TorchForm
    values: Mapping[str, Any]
    open_settings: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    in_place: bool = False
    _made: dict[Arriving, tuple[SourceLayer, ...]] = field(default_factory=dict)

    def layers(self, arriving: Arriving, line: int, notes: Notes) -> tuple[SourceLayer, ...]:
        """What it does to what arrives, as layers: the same objects each time that the same arrives."""
        if arriving not in self._made:
            self._made[arriving] = self._build(arriving, line, notes)
        return self._made[arriving]

    def _build(self, arriving: Arriving, line: int, notes: Notes) -> tuple[SourceLayer, ...]:
        layers: tuple[Layer, ...] = ()
        if self.problem:
            notes.add(line, self.problem, other_network=True)
            return ()
        if self.form.remark:
            notes.add(line, self.form.remark)
        try:
            layers = tuple(self.form.layers(self.values, arriving))
        except NoCounterpart as error:
            layers = error.layers
            instead = "" if layers else " It is left out."
            notes.add(line, f"“{self.name}” differs. {error.why}{instead}", other_network=True)
        except UserError as error:
            notes.add(line, f"“{self.name}” is left out. {error.what} {error.why}", other_network=True)
        except _REFUSED:
            why = f"“{self.name}” is left out: its arguments are not those that torch takes."
            notes.add(line, why, other_network=True)
        opened = [
            tuple(pair for pair in self.open_settings if any(item.name == pair[0] for item in layer.settings()))
            for layer in layers
        ]
        return tuple(SourceLayer(layer, self.line, settings) for layer, settings in zip(layers, opened, strict=True))


class Forms:
    """All forms of all layer types, by what the source writes."""

    def __init__(self) -> None:
        self._forms = [(kind, form) for kind in layer_types().values() for form in kind.torch_forms()]
        self.names = {name for _, form in self._forms for name in form.names}

    def of_class(self, name: str, arguments: list[Any], keywords: Mapping[str, Any]) -> KindAndForm | None:
        """The layer type that a class of torch stands for; None if it is none that is known here."""
        named = [(kind, form) for kind, form in self._forms if name in form.names]
        for kind, form in named:
            if form.when is not None and form.when(given_values(form, arguments, keywords)):
                return kind, form
        return next(((kind, form) for kind, form in named if form.when is None), None)

    def of_function(self, name: str, inputs: int) -> KindAndForm | None:
        """The layer type that a function of so many tensors stands for."""
        for kind, form in self._forms:
            if name in form.functions and (kind.least_inputs > 1) == (inputs > 1):
                return kind, form
        return None

    def of_operator(self, sign: str) -> KindAndForm | None:
        """The layer type that an operator between two tensors stands for."""
        return next(((kind, form) for kind, form in self._forms if sign and form.operator == sign), None)


def given_values(form: TorchForm, arguments: list[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call by name, with torch's defaults for those that it leaves out."""
    given = dict(zip(form.arguments, arguments, strict=False)) | dict(keywords)
    return {name: given.get(name, default) for name, default in form.arguments.items()}


def read_module(
    found: KindAndForm, name: str, arguments: list[Any], keywords: Mapping[str, Any], line: int, notes: Notes
) -> Module:
    """The module that `name(*arguments, **keywords)` creates. Whatever cannot be taken over is noted."""
    kind, form = found
    places = [*form.arguments]
    # A function takes `inplace` as its last place.
    for extra in arguments[len(places) :]:
        if not isinstance(extra, bool):
            notes.add(line, f"“{describe_value(extra)}” is one argument too many for {name} and is left out.")
    for argument, value in keywords.items():
        if argument not in places and argument not in _WITHOUT_EFFECT and value is not None:
            notes.add(line, f"“{argument}={describe_value(value)}” of {name} is left out.", other_network=True)
    values = given_values(form, arguments, keywords)
    opened: list[tuple[str, str]] = []
    problem = ""
    for argument, value in values.items():
        if value is REQUIRED:
            problem = f"“{name}” is left out, since “{argument}” is missing."
        elif not is_open_value(value):
            continue
        elif argument in form.open:
            setting = form.open[argument]
            opened.append((setting, describe_value(value)))
            values[argument] = getattr(kind(), setting)
        elif argument == form.reads:
            values[argument] = None  # what arrives counts
        elif form.arguments[argument] is REQUIRED:
            unknown = f"“{describe_value(value)}”, for {argument}, does not follow from the text."
            problem = f"“{name}” is left out: {unknown}"
        else:
            default = values[argument] = form.arguments[argument]
            unknown = f"“{describe_value(value)}”, for {argument} of {name}, does not follow from the text"
            notes.add(line, f"{unknown}; {describe_value(default)} is used.", other_network=True)
    in_place = name.endswith("_") or keywords.get("inplace") is True or True in arguments[len(places) :]
    return Module(name, line, form, values, tuple(opened), problem, in_place)


def is_open_value(value: Any) -> bool:
    """Whether it is no plain value, nor a list of plain values."""
    if isinstance(value, tuple | list):
        return any(is_open_value(item) for item in value[:10])
    return isinstance(value, Unknown | Symbol | Configured) or not isinstance(
        value, int | float | str | bool | None | dict
    )
