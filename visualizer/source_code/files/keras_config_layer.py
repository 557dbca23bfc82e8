"""One layer of a Keras model's config, through the same forms as Keras source.

A config says everything, defaults too. What has no counterpart here and changes what the layer answers makes it
another layer; what only training feels is noted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer, layer_types
from visualizer.source_code.keras_layers import (
    INPUT_ARGUMENTS,
    LayerCall,
    SourceLayer,
    is_function,
    matches_form,
    read_layer,
)
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.journal import Journal
from visualizer.source_code.python.values import Configured, Symbol, Unknown, name_of

Form = tuple[type[Layer], KerasForm]

LARGEST_NUMBER = 1e12
_MAX_DEPTH = 8  # of lists and objects in one setting
_OWN = ("keras", "tf_keras", "tensorflow")  # the packages whose classes are Keras's own
# Settings that no answer depends on, beside the initialisers, regularisers and constraints.
_ABOUT_TRAINING = ("trainable", "seed", "virtual_batch_size", "adjustment")
_ABOUT_TRAINING_ENDINGS = ("_initializer", "_regularizer", "_constraint")
# Settings that some versions write for layers that do not have them, and the values that change nothing.
_UNUSED = {"groups": 1}
_USUAL_STARTS = ("Zeros", "zeros", "Ones", "ones")  # of what scales and shifts
_NO_SETTINGS = ("name", "dtype", "autocast", "build_config", "implementation", "renorm_momentum", *INPUT_ARGUMENTS)
# Numbers that a normalisation can do without, by the setting that says so.
_OPTIONAL_WEIGHTS = {"center": "beta", "scale": "gamma"}


@dataclass(frozen=True, eq=False)
class ConfiguredLayer:
    """What a layer's config makes.

    Attributes:
        source_layers: The layers, one after the other; empty where its outputs equal its inputs.
        exact: Whether they answer what Keras's layer answers.
        lacking: The weights that it does not have in Keras though it has them here, by Keras's names.
    """

    source_layers: tuple[SourceLayer, ...]
    exact: bool = True
    lacking: frozenset[str] = frozenset()


class LayerForms:
    """The layer types as Keras writes them."""

    def __init__(self) -> None:
        self.all: list[Form] = [
            (layer_type, form)
            for layer_type in layer_types().values()
            for form in layer_type.keras_forms()
            if not form.definition  # of that name there may be any class
        ]

    def named(self, name: str, keywords: Mapping[str, Any]) -> Form | None:
        """The form of Keras's class of that name with these settings; None if there is none."""
        fitting = [
            (layer_type, form)
            for layer_type, form in self.all
            if name in form.names and matches_form(form, [], keywords)
        ]
        return fitting[0] if fitting else None

    def merging(self, function: str) -> Form | None:
        """The form of a function of several tensors, such as "add"."""
        return next((found for found in self.all if function in found[1].functions), None)

    def function(self, name: str) -> Form | None:
        """The form of a function of one tensor, such as "relu"."""
        return next((found for found in self.all if is_function(*found, name)), None)


def is_keras_own(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of a config is of a class of Keras, and not of one of the same name."""
    module, registered = entry.get("module"), entry.get("registered_name")
    if isinstance(registered, str) and ">" in registered:
        return False
    return module is None or (isinstance(module, str) and module.split(".")[0] in _OWN)


def plain_value(value: Any, forms: LayerForms, notes: Notes, depth: int = 0) -> Any:
    """A value of a config as `read_layer` knows it: objects of the library are `Configured`, layers `LayerCall`."""
    if depth > _MAX_DEPTH:
        return Unknown("something nested", 0)
    if isinstance(value, bool | str | None):
        return value
    if isinstance(value, int):
        return float("inf") if abs(value) > LARGEST_NUMBER else value
    if isinstance(value, float):
        return _as_written(value)
    if isinstance(value, list):
        return [plain_value(item, forms, notes, depth + 1) for item in value[:100]]
    if not isinstance(value, dict):
        return Unknown("something unknown", 0)
    name, config = value.get("class_name"), value.get("config")
    if name == "__tuple__":
        return plain_value(value.get("items"), forms, notes, depth + 1)
    if name == "function" and isinstance(config, str):
        return Symbol(config)
    if not isinstance(name, str) or not is_keras_own(value):
        return Unknown("an object of another program", 0)
    keywords = {
        str(key): plain_value(item, forms, notes, depth + 1)
        for key, item in (config.items() if isinstance(config, dict) else ())
    }
    if value.get("module", "keras.layers") == "keras.layers" and forms.named(name, keywords) is not None:
        made = layer_of(name, keywords, name, forms, notes)
        if made is not None and made.exact and made.source_layers:
            return LayerCall(name, 0, made.source_layers)
    return Configured(name, (), keywords, 0)


def layer_of(
    class_name: str, keywords: Mapping[str, Any], title: str, forms: LayerForms, notes: Notes
) -> ConfiguredLayer | None:
    """The layer that a config makes; None where Keras's class has no counterpart here.

    Args:
        class_name: Keras's.
        keywords: The config, its values as `plain_value` makes them.
        title: What notes call the layer.
        forms: The layer types.
        notes: What cannot be taken over is added to them.
    """
    given = {name: value for name, value in keywords.items() if name not in _NO_SETTINGS}
    form = forms.named(class_name, given)
    if form is None:
        return None
    settings = {form[1].setting(name) for name in form[1].arguments} | {*form[1].packed, *_OPTIONAL_WEIGHTS}
    # Whatever is off is not there; what is a setting may be off too.
    given = {
        name: _single(value) if name == "axis" else value
        for name, value in given.items()
        if form[1].setting(name) in settings
        or (value is not None and value is not False and value != _UNUSED.get(name, ""))
    }
    usual = [name for name, value in given.items() if name not in form[1].initializers and _is_usual_start(name, value)]
    given = {name: value for name, value in given.items() if name not in usual}
    said = Notes(Journal())
    answering = {name: value for name, value in given.items() if not _is_about_training(name, value)}
    read_layer(*form, title, [], answering, 0, said)
    differences = {note.sentence for note in said.in_order()}
    all_notes = Notes(Journal())
    call = read_layer(*form, title, [], given, 0, all_notes)
    for note in all_notes.in_order():
        notes.add(0, note.sentence, other_network=note.other_network or note.sentence in differences)
    lacking = frozenset(weights for name, weights in _OPTIONAL_WEIGHTS.items() if given.get(name) is False)
    return ConfiguredLayer(call.source_layers, not differences, lacking)


def _as_written(value: float) -> float:
    """0.001 where it went through float32, which makes 0.0010000000474974513 of it."""
    if not 1e-30 < abs(value) < 1e30:
        return value
    single = np.float32(value)
    return float(str(single)) if float(single) == value else value


def _is_usual_start(name: str, value: Any) -> bool:
    return name.endswith("_initializer") and name_of(value) in _USUAL_STARTS


def _is_about_training(name: str, value: Any) -> bool:
    # Whether it scales and shifts at all counts where weights are missing, which then have values that do neither.
    is_optional = name in _OPTIONAL_WEIGHTS and isinstance(value, bool)
    return is_optional or name in _ABOUT_TRAINING or name.endswith(_ABOUT_TRAINING_ENDINGS)


def _single(value: Any) -> Any:
    """The axis in a list of one, as some versions write it."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
