"""What can be done against overfitting with what this app has: changes of the next run, as plain data."""

from dataclasses import dataclass, replace

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.errors import UserError
from visualizer.training.overfitting import Overfitting
from visualizer.training.settings import AUGMENTATIONS, RunSpec, TrainingSettings

# Small changes that leave digits, shapes and most photos what they are; a mirrored 2 would be none.
SHIFT, ROTATION = 0.1, 10.0
RATE = 0.5  # of dropout
FEWER = 4  # times fewer units
FEWEST_UNITS = 8


@dataclass(frozen=True)
class Cure:
    """One change of the next run.

    Attributes:
        name: Tells it apart.
        label: What it does, for a button; empty where it is done already.
        done: What is so where it is done, as a sentence; empty where it is not.
        architecture, settings: The next run with it.
    """

    name: str
    label: str
    done: str
    architecture: Architecture
    settings: TrainingSettings


def cures(run: RunSpec, found: Overfitting, architecture: Architecture, settings: TrainingSettings) -> tuple[Cure, ...]:
    """What the run did not have, and the next one, of that network with those settings, can have or has already."""
    possible = (
        _augmentation(run, architecture, settings),
        _dropout(run, architecture, settings),
        _fewer_parameters(run, architecture, settings),
        _fewer_epochs(found, architecture, settings),
    )
    return tuple(cure for cure in possible if cure is not None)


def _augmentation(run: RunSpec, architecture: Architecture, settings: TrainingSettings) -> Cure | None:
    def is_on(settings: TrainingSettings) -> bool:
        return any(getattr(settings, name) for name in AUGMENTATIONS)

    if is_on(run.settings):
        return None
    if is_on(settings):
        done = "The next run changes its training pictures at random."
        return Cure("augmentation", "", done, architecture, settings)
    label = "Shift and turn the training pictures at random"
    return Cure("augmentation", label, "", architecture, replace(settings, shift=SHIFT, rotation=ROTATION))


def _dropout(run: RunSpec, architecture: Architecture, settings: TrainingSettings) -> Cure | None:
    def has(architecture: Architecture) -> bool:
        return any(isinstance(layer, Dropout) for layer in architecture.layers)

    if has(run.architecture):
        return None
    if has(architecture):
        return Cure("dropout", "", "The network in Build has Dropout.", architecture, settings)
    dense = [index for index, layer in enumerate(architecture.layers) if isinstance(layer, Dense)]
    if not dense:
        return None
    layers = architecture.layers
    try:
        changed = architecture.with_layers((*layers[: dense[-1]], Dropout(rate=RATE), *layers[dense[-1] :]))
    except UserError:  # there is no room for another layer
        return None
    return Cure("dropout", f"Add Dropout {RATE:g} before the last Dense layer", "", changed, settings)


def _fewer_parameters(run: RunSpec, architecture: Architecture, settings: TrainingSettings) -> Cure | None:
    had, has = summarize(run.architecture).parameters, summarize(architecture).parameters
    if has < had:
        done = f"The network in Build has {has:,} parameters, this run’s has {had:,}."
        return Cure("parameters", "", done, architecture, settings)
    dense = [(layer.units, index) for index, layer in enumerate(architecture.layers) if isinstance(layer, Dense)][:-1]
    units, index = max(dense, default=(0, 0))
    if units // FEWER < FEWEST_UNITS:
        return None
    layers = list(architecture.layers)
    layers[index] = layers[index].with_settings(units=units // FEWER)
    label = f"Use {units // FEWER:,} units instead of {units:,} in layer {index + 1}"
    return Cure("parameters", label, "", architecture.with_layers(tuple(layers)), settings)


def _fewer_epochs(found: Overfitting, architecture: Architecture, settings: TrainingSettings) -> Cure | None:
    if found.best_epoch >= found.epoch:
        return None
    epochs = f"{found.best_epoch} epoch{'s' if found.best_epoch != 1 else ''}"
    if settings.epochs <= found.best_epoch:
        return Cure("epochs", "", f"The next run ends after {epochs} at most.", architecture, settings)
    return Cure("epochs", f"Train {epochs} only", "", architecture, replace(settings, epochs=found.best_epoch))
