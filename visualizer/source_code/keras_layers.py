"""Turns a call of a Keras layer into our layer. Each layer type itself says how Keras writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isnan
from typing import Any

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.initialization import Initialization
from visualizer.architecture.keras_form import KerasForm, Packed
from visualizer.architecture.layer import Layer
from visualizer.architecture.penalty import Penalty
from visualizer.architecture.settings import Choice, Integer, IntegerPair, Real, Spec
from visualizer.source_code.keras_kernels import KERAS_INITIALIZATION, initialization_of, penalty_of
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.values import Symbol, Unknown, describe_value, name_of

INPUT_ARGUMENTS = ("input_shape", "shape", "batch_input_shape", "batch_shape", "input_dim")

# Values that change nothing, by argument; no note is needed for them.
NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "name": (),
    "dtype": ("float32",),
    "data_format": ("channels_last",),
    "axis": (-1, 3),
    "alpha": (1, 1.0),
    "negative_slope": (0, 0.0),
    "threshold": (0, 0.0),
    "trainable": (True,),
    "center": (True,),
    "scale": (True,),
    "bias_initializer": ("zeros", "Zeros"),
    "beta_initializer": ("zeros", "Zeros"),
    "gamma_initializer": ("ones", "Ones"),
    "moving_mean_initializer": ("zeros", "Zeros"),
    "moving_variance_initializer": ("ones", "Ones"),
}
NAMES_ONLY = ("name",)
# Alternative names of functions.
ALIASES = {"swish": "silu", "None": NO_ACTIVATION}


@dataclass(frozen=True)
class SourceLayer:
    """A layer as the source has it.

    Attributes:
        layer: The layer.
        line: Its line.
        open_settings: The settings (with their code) whose value does not follow from the source.
        on_maps: What to note where feature maps arrive; empty for nothing.
        initialization: How its first kernels are drawn; None if it has none.
    """

    layer: Layer
    line: int
    open_settings: tuple[tuple[str, str], ...] = ()
    on_maps: str = ""
    initialization: Initialization | None = None


@dataclass(frozen=True, eq=False)
class LayerCall:
    """The result of one call: a layer, and a second one if its activation is a separate layer.

    Attributes:
        name: The layer's name in the source.
        line: The line of the call.
        source_layers: The layers.
        input_shape: The shape of the network's input in the call, as written, or None.
        reshapes_to: The shape in which it arranges the same numbers, as written, or None.
        label: The name that the source gives this layer, or None.
    """

    name: str
    line: int
    source_layers: tuple[SourceLayer, ...]
    input_shape: Any = None
    reshapes_to: Any = None
    label: str | None = None


def read_layer(
    layer_type: type[Layer],
    form: KerasForm,
    name: str,
    arguments: list[Any],
    keywords: Mapping[str, Any],
    line: int,
    notes: Notes,
) -> LayerCall:
    """The layer that `name(*arguments, **keywords)` creates. Whatever cannot be taken over is noted."""
    given = dict(zip(form.arguments, arguments, strict=False)) | dict(keywords)
    for extra in arguments[len(form.arguments) :]:
        notes.add(line, f"“{describe_value(extra)}” is one argument too many for {name} and is left out.")
    specs = {setting.name: setting.spec for setting in layer_type.settings()}
    defaults = {item.name: item.default for item in fields(layer_type)}
    values: dict[str, Any] = {**form.defaults, **form.implied}
    open_settings: list[tuple[str, str]] = []
    after: tuple[SourceLayer, ...] = ()
    on_maps = ""
    for argument, value in given.items():
        setting = form.setting(argument)
        if argument in (*INPUT_ARGUMENTS, *form.initializers, *form.regularizers) or argument in form.when:
            continue
        if argument in form.packed:
            _unpack(form.packed[argument], argument, value, layer_type, values, name, line, notes)
        elif argument == "axis" and value == 1 and setting not in specs:
            on_maps = f"“axis=1” of {name} is left out."  # of vectors it is the last axis
        elif argument in form.same_without:
            continue
        elif setting not in specs or setting in form.implied:
            _note_other(argument, value, name, line, notes)
        elif isinstance(value, LayerCall) and isinstance(specs[setting], Choice):
            if specs[setting].check(NO_ACTIVATION):  # Activation(LeakyReLU(0.1)) is that layer
                return LayerCall(name, line, value.source_layers, declared_input_shape(keywords))
            values[setting] = NO_ACTIVATION
            after = value.source_layers
        elif value is None and setting in form.same:
            continue
        elif isinstance(value, Unknown | Symbol) and not isinstance(specs[setting], Choice):
            open_settings.append((setting, describe_value(value)))
        else:
            converted = _converted(specs[setting], value)
            if converted is None:
                instead = values.get(setting, defaults[setting])
                what = f"“{argument}={describe_value(value)}” of {name}"
                notes.add(line, f"{what} is not known here; {describe_value(instead)} is used.")
            else:
                values[setting] = converted
                _note_change(specs[setting], argument, value, converted, name, line, notes)
    for missing in form.required:
        if missing not in given:
            if missing in form.packed:
                default = describe_value(form.packed[missing].pack({**defaults, **values}))
            else:
                default = describe_value(defaults[form.setting(missing)])
            notes.add(line, f"{name} needs {missing}, which is missing; {default} is used.")
    for setting, other in form.same.items():
        if setting not in values and other in values:
            values[setting] = _converted(specs[setting], values[other])
            _note_change(specs[setting], setting, values[other], values[setting], name, line, notes)
    for setting, number in _penalty(form, given, name, line, notes).items():
        values[setting] = _converted(specs[setting], number)
        _note_change(specs[setting], setting, number, values[setting], name, line, notes)
    layer = layer_type(**{setting: value for setting, value in values.items() if value is not None})
    _note_without_effect(layer, form, given, name, line, notes)
    idle = {setting.name for setting in layer.settings() if not setting.counts_in(layer)}
    layer = layer.with_settings(**{setting: defaults[setting] for setting in idle})
    open_settings = [(setting, code) for setting, code in open_settings if setting not in idle]
    if form.guessed:
        _note_unwritten(layer, form, {form.setting(argument) for argument in given}, name, line, notes)
    initialization = _initialization(form, given, name, line, notes) if form.initializers else None
    source_layers = (SourceLayer(layer, line, tuple(open_settings), on_maps, initialization), *after)
    return LayerCall(name, line, source_layers, declared_input_shape(keywords), given.get("target_shape"))


def matches_form(form: KerasForm, arguments: list[Any], keywords: Mapping[str, Any]) -> bool:
    """Whether a call of one of the form's names has the arguments that this form requires."""
    given = dict(zip(form.arguments, arguments, strict=False)) | dict(keywords)
    return all(
        isinstance(given.get(name), int | float) and given[name] == value for name, value in form.when.items()
    ) and not any(
        isinstance(given.get(name), int | float) and not low <= given[name] <= high
        for name, (low, high) in form.within.items()
    )


def is_function(layer_type: type[Layer], form: KerasForm, name: str) -> bool:
    """Whether a function of that name, such as `relu`, is a layer of this form."""
    if form.function_argument is None:
        return False
    setting = form.setting(form.function_argument)
    (spec,) = [item.spec for item in layer_type.settings() if item.name == setting]
    return _converted(spec, name) is not None


def declared_input_shape(keywords: Mapping[str, Any]) -> Any:
    """The shape of one picture in the keywords of a call, as written, or None."""
    for name in INPUT_ARGUMENTS:
        if name in keywords:
            shape = keywords[name]
            if name.startswith("batch") and isinstance(shape, tuple | list):
                return tuple(shape[1:])
            return (shape,) if name == "input_dim" else shape
    return None


def _unpack(
    packed: Packed,
    argument: str,
    value: Any,
    layer_type: type[Layer],
    values: dict[str, Any],
    name: str,
    line: int,
    notes: Notes,
) -> None:
    """Take over the settings that an argument holds; note where it holds something else, or a number out of range."""
    specs = {setting.name: setting.spec for setting in layer_type.settings()}
    defaults = {item.name: item.default for item in fields(layer_type)}
    unpacked = packed.unpack(value)
    found = {setting: _converted(specs[setting], part) for setting, part in (unpacked or {}).items()}
    if unpacked is None or None in found.values():
        instead = describe_value(packed.pack({**defaults, **values}))
        notes.add(line, f"“{argument}={describe_value(value)}” of {name} is not known here; {instead} is used.")
        return
    for setting, part in unpacked.items():
        _note_change(specs[setting], setting, part, found[setting], name, line, notes)
    values.update(found)


def _initialization(form: KerasForm, given: Mapping[str, Any], name: str, line: int, notes: Notes) -> Initialization:
    """How a layer's kernels start, which is the same for all of them here."""
    found: list[Initialization | None] = []
    for argument in form.initializers:
        value = given.get(argument)
        found.append(None if value is None else initialization_of(value))
        if value is not None and found[-1] is None:
            notes.add(line, f"“{argument}={describe_value(value)}” of {name} is not known here and is left out.")
    chosen = next((way for way in found if way is not None), KERAS_INITIALIZATION)
    if any((other or KERAS_INITIALIZATION) != chosen for other in found):
        notes.add(line, f"All kernels of a {name} start in one way here; {chosen} is used.")
    return chosen


def _penalty(form: KerasForm, given: Mapping[str, Any], name: str, line: int, notes: Notes) -> dict[str, float]:
    """The settings for the penalty on a layer's kernels, which is the same for all of them here."""
    found = []
    for argument in form.regularizers:
        value = given.get(argument)
        penalty = Penalty(0.0, 0.0) if value is None else penalty_of(value)
        if penalty is None or isnan(penalty.l1) or isnan(penalty.l2):
            notes.add(line, f"“{argument}={describe_value(value)}” of {name} is not known here and is left out.")
            penalty = Penalty(0.0, 0.0)
        found.append(penalty)
    chosen = next((penalty for penalty in found if penalty.l1 or penalty.l2), None)
    if chosen is None:
        return {}
    if any(other != chosen for other in found):
        used = f"l1 = {chosen.l1:g} and l2 = {chosen.l2:g} are used"
        notes.add(line, f"All kernels of a {name} have one penalty here; {used}.")
    return {"l1": chosen.l1, "l2": chosen.l2}


def _note_unwritten(layer: Layer, form: KerasForm, given: set[str], name: str, line: int, notes: Notes) -> None:
    """Note each setting that is not written, for a type whose Keras defaults are not known."""
    for setting in layer.settings():
        if setting.counts_in(layer) and setting.name in form.arguments and setting.name not in given:
            default = describe_value(getattr(layer, setting.name))
            notes.add(
                line,
                f"{name} leaves “{setting.name}” out; the default in Keras is not known here, and {default} is used.",
            )


def _note_without_effect(
    layer: Layer, form: KerasForm, given: Mapping[str, Any], name: str, line: int, notes: Notes
) -> None:
    """Note the arguments that are left out though they may make another layer of it."""
    settings = {setting.name: setting for setting in layer.settings()}
    values = {setting: getattr(layer, setting) for setting in settings}
    for argument, value in given.items():
        setting = settings.get(form.setting(argument))
        if argument in form.same_without:
            if value is not None and not form.same_without[argument](value, values):
                what = f"“{argument}={describe_value(value)}” of {name}"
                notes.add(line, f"{what} is left out: here the layer computes something else.", other_network=True)
        elif setting is not None and argument not in form.packed and not setting.counts_in(layer):
            _note_other(argument, value, name, line, notes)


def _note_other(argument: str, value: Any, name: str, line: int, notes: Notes) -> None:
    """Note an argument that is not a setting here, unless it changes nothing."""
    neutral = NEUTRAL.get(argument, ())
    if value is None or argument in NAMES_ONLY or name_of(value) in neutral or _is_neutral_value(value, neutral):
        return
    notes.add(line, f"“{argument}={describe_value(value)}” of {name} is left out.")


def _is_neutral_value(value: Any, plain: tuple[Any, ...]) -> bool:
    return isinstance(value, int | float | str) and value in plain


def _converted(spec: Spec, value: Any) -> Any:
    """The value converted for the setting: the nearest one in its range, or None if there is none."""
    if isinstance(spec, IntegerPair):
        pair = (value, value) if not isinstance(value, tuple | list) else tuple(value)
        pair = pair * 2 if len(pair) == 1 else pair
        single = Integer(spec.label, spec.help, spec.minimum, spec.maximum)
        sides = [_converted(single, side) for side in pair]
        return tuple(sides) if len(sides) == 2 and None not in sides else None
    if isinstance(spec, Integer | Real):
        if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
            return None
        nearest = min(max(value, spec.minimum), spec.maximum)
        if isinstance(spec, Real):
            return float(nearest)
        return int(nearest) if nearest == int(nearest) else None
    if isinstance(spec, Choice):
        named = NO_ACTIVATION if value is None else name_of(value)
        for option in (named, named and ALIASES.get(named, named.lower())):
            if spec.check(option) is None:
                return option
        return None
    return bool(value) if isinstance(value, bool | int) else None


def _note_change(spec: Spec, argument: str, value: Any, used_value: Any, name: str, line: int, notes: Notes) -> None:
    """Note that a different value is used than the one that is written."""
    if isinstance(spec, Integer | Real | IntegerPair):
        written = value if isinstance(value, tuple | list) else (value,)
        used = used_value if isinstance(used_value, tuple) else (used_value,)
        if set(written) != set(used):
            notes.add(
                line,
                f"“{argument}={describe_value(value)}” of {name} is out of range here, "
                f"{spec.minimum:g} to {spec.maximum:g}; {describe_value(used_value)} is used.",
            )
