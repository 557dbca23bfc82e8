"""What this app can do against overfitting: changes of the next run, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from visualizer.architecture.architecture import Architecture, LayerReport, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.layer import Fix, Layer
from visualizer.architecture.layers.dropout import Dropout
from visualizer.errors import UserError
from visualizer.training.runs.overfitting import Overfitting
from visualizer.training.settings import RunSpec, TrainingSettings, is_augmented
from visualizer.words import counted

# Small changes after which digits, shapes and most photos are still what they were; a mirrored 2 would not be.
SHIFT, ROTATION = 0.1, 10.0
RATE = 0.5  # of dropout
FEWER = 4  # times fewer units
FEWEST_UNITS = 8


@dataclass(frozen=True)
class Remedy:
    """One change of the next run.

    Attributes:
        name: An id.
        label: What it does, for a button; empty if it is done already.
        done: A sentence that it is done already; else empty.
        architecture, settings: The next run with it.
    """

    name: str
    label: str
    done: str
    architecture: Architecture
    settings: TrainingSettings


def remedies(
    run: RunSpec, overfit: Overfitting, architecture: Architecture, settings: TrainingSettings
) -> tuple[Remedy, ...]:
    """What the run did not have, and the next one, of that network with those settings, can have or has already."""
    possible = (
        _augmentation(run, architecture, settings),
        _dropout(run, architecture, settings),
        _fewer_parameters(run, architecture, settings),
        _fewer_epochs(overfit, architecture, settings),
    )
    return tuple(remedy for remedy in possible if remedy is not None)


def _augmentation(run: RunSpec, architecture: Architecture, settings: TrainingSettings) -> Remedy | None:
    if is_augmented(run.settings):
        return None
    if is_augmented(settings):
        done = "The next run changes its training pictures at random."
        return Remedy("augmentation", "", done, architecture, settings)
    label = "Shift and rotate the training pictures at random"
    return Remedy("augmentation", label, "", architecture, replace(settings, shift=SHIFT, rotation=ROTATION))


def _dropout(run: RunSpec, architecture: Architecture, settings: TrainingSettings) -> Remedy | None:
    def has(architecture: Architecture) -> bool:
        return any(layer.is_random_in_training for layer in architecture.layers)

    if has(run.architecture):
        return None
    if has(architecture):
        return Remedy("dropout", "", "The network in Build has Dropout.", architecture, settings)
    layers = architecture.layers
    last = max(_with_units(layers), default=None)
    if last is None:
        return None
    try:
        changed = Draft.of(architecture).apply(last, Fix("", (Dropout(rate=RATE),), on_input=0)).architecture
    except UserError:  # there is no room for another layer
        return None
    return Remedy("dropout", f"Add Dropout {RATE:g} before the last {layers[last].title} layer", "", changed, settings)


def _fewer_parameters(run: RunSpec, architecture: Architecture, settings: TrainingSettings) -> Remedy | None:
    had, has = summarize(run.architecture).parameters, summarize(architecture).parameters
    if has < had:
        done = f"The network in Build has {has:,} parameters; that of this run has {had:,}."
        return Remedy("parameters", "", done, architecture, settings)
    layers, rows = architecture.layers, summarize(architecture).layers
    # The last one has a unit for each class.
    widest = sorted(((_units(rows[index]), index) for index in _with_units(layers)[:-1]), reverse=True)
    for units, index in widest:
        fewer = layers[index].giving(units // FEWER) if units // FEWER >= FEWEST_UNITS else None
        if fewer is None:
            return None
        label = f"Use {units // FEWER:,} units instead of {units:,} in layer {index + 1}"
        changed = architecture.with_layers((*layers[:index], *fewer.replacement, *layers[index + 1 :]))
        if not architecture.wires or _still_fits(changed, rows[-1]):
            return Remedy("parameters", label, "", changed, settings)
    return None


def _still_fits(architecture: Architecture, last: LayerReport) -> bool:
    """Whether all layers fit, where paths meet too, and the output is what it was."""
    report = summarize(architecture)
    return report.fits and report.layers[-1].output_shape == last.output_shape


def _with_units(layers: Sequence[Layer]) -> list[int]:
    """The indices of the layers that can have more or fewer units."""
    return [index for index, layer in enumerate(layers) if layer.giving(1)]


def _units(row: LayerReport) -> int:
    """How many channels or numbers it outputs; 0 if it does not fit."""
    return row.output_shape[0] if row.output_shape else 0


def _fewer_epochs(overfit: Overfitting, architecture: Architecture, settings: TrainingSettings) -> Remedy | None:
    if overfit.best_epoch >= overfit.epoch:
        return None
    epochs = counted(overfit.best_epoch, "epoch")
    if settings.epochs <= overfit.best_epoch:
        return Remedy("epochs", "", f"The next run ends after {epochs} at most.", architecture, settings)
    return Remedy("epochs", f"Train for {epochs} only", "", architecture, replace(settings, epochs=overfit.best_epoch))
