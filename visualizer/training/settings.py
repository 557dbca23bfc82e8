"""How a network is trained, as plain data."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from visualizer.architecture.answer import AnswerKind, answer_kind
from visualizer.architecture.architecture import Architecture, architecture_from_dict, architecture_to_dict
from visualizer.architecture.initialization import INITIALIZATIONS, Initialization
from visualizer.architecture.settings import (
    Choice,
    Integer,
    Real,
    SettingError,
    Spec,
    Toggle,
    check_settings,
    setting,
    settings_of,
)
from visualizer.errors import short_repr
from visualizer.tasks.classification import Classification
from visualizer.tasks.task import LossName, Task, TaskPreset, task_from_dict, task_to_dict, task_types
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.words import capitalized, listed

MAX_SEED = 2**31 - 1
LEARNING_RATE = Real(
    "Learning rate",
    "How far each step follows the gradient. It can be changed while the network trains.",
    1e-6,
    100.0,
    0.001,
)


LOSS_HELP = (
    "What training minimises. For classes, cross-entropy looks at the probability of the right class, and mean squared "
    "error compares all outputs with 1 for the right class and 0 for the others."
)
_ALL_LOSSES = {
    name: capitalized(loss.in_sentence) for task in task_types().values() for name, loss in task.losses.items()
}


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained. The range and the help of each setting are in `SETTING_SPECS`.

    Attributes:
        dataset: Name of the data set, as `visualizer.data` knows it.
        task: What the network learns.
        loss: A name in the task's `losses`.
        optimizer: Which of `OPTIMIZERS` takes the steps.
        learning_rate: Its step size.
        momentum: Share of the last step that SGD keeps; other optimizers have none.
        batch_size: Pictures in one batch; the last batch of an epoch may be smaller.
        epochs: How many times the training split is gone through.
        seed: Sets the first weights, the order of the batches and dropout.
        initialization: How the first weights are drawn.
        flip: Whether half of the training pictures are mirrored left to right, at random in every epoch.
        flip_vertical: The same, top to bottom.
        shift: The largest shift along each axis, as a share of the picture's side.
        rotation: The largest turn to either side, in degrees.
        crop: The largest share of each side that is cut away; what is left is enlarged to the old size.
        brightness: The largest change of the brightness, as a share of it.
        noise: The standard deviation of normal noise on every number of a picture, of its range from 0 to 1.

    Raises:
        SettingError: A value is out of its range.
    """

    dataset: str = "digits"
    task: Task = Classification()
    loss: str = setting("cross_entropy", Choice("Loss", LOSS_HELP, tuple(_ALL_LOSSES.items())))
    optimizer: str = setting(
        "adam",
        Choice(
            "Optimiser",
            "The rule that turns gradients into changes of the weights.",
            tuple((name, optimizer.title) for name, optimizer in OPTIMIZERS.items()),
        ),
    )
    learning_rate: float = setting(0.001, LEARNING_RATE)
    momentum: float = setting(
        0.9,
        Real("Momentum", "How much of the last step SGD keeps; 0 is plain gradient descent.", 0.0, 0.99, 0.05),
        only_when=("optimizer", "sgd"),
    )
    batch_size: int = setting(32, Integer("Batch size", "How many pictures each step looks at.", 1, 1024))
    epochs: int = setting(10, Integer("Epochs", "How many times the network sees all training pictures.", 1, 1000))
    seed: int = setting(
        0, Integer("Seed", "Fixes every random choice: the same seed gives the same curve.", 0, MAX_SEED)
    )
    initialization: Initialization = setting(
        "glorot_uniform",
        Choice(
            "Initial weights",
            "How the first weights are drawn. Glorot uniform is Keras's default, He normal was made for ReLU, "
            "PyTorch's default is uniform within ±1/√inputs. With all zeros, all filters stay identical: try it once.",
            tuple(INITIALIZATIONS.items()),
        ),
    )
    flip: bool = setting(False, Toggle("Mirror left and right", "Half of the pictures, at random."))
    flip_vertical: bool = setting(False, Toggle("Mirror top and bottom", "Half of the pictures, at random."))
    shift: float = setting(0.0, Real("Shift", "The largest shift, as a share of the side.", 0.0, 0.5, 0.05))
    rotation: float = setting(0.0, Real("Rotation", "The largest turn to either side, in degrees.", 0.0, 180.0, 5.0))
    crop: float = setting(0.0, Real("Crop", "The largest cut, as a share of each side.", 0.0, 0.5, 0.05))
    brightness: float = setting(0.0, Real("Brightness", "The largest relative change.", 0.0, 0.9, 0.1))
    noise: float = setting(0.0, Real("Noise", "Standard deviation; pixel values go from 0 to 1.", 0.0, 0.5, 0.05))

    @property
    def loss_name(self) -> LossName:
        """The loss as people read it."""
        return self.task.losses[self.loss]

    @property
    def softmax_in_loss(self) -> bool:
        """Whether the loss applies the softmax where the network does not end in one; see `FlowNetwork`."""
        return self.loss == "cross_entropy"

    def __post_init__(self) -> None:
        if not isinstance(self.dataset, str) or not self.dataset:
            raise SettingError("No data set is chosen.", "", "Choose a data set.")
        if not isinstance(self.task, Task):
            raise SettingError("No task is chosen.", "", "Choose a task.")
        check_settings(self)
        if self.loss not in self.task.losses:
            offered = listed([loss.in_sentence for loss in self.task.losses.values()], "or")
            raise SettingError(
                f"{self.task.title} cannot be trained with the loss {short_repr(self.loss)}.",
                f"It is trained with {offered}.",
                "Choose another loss.",
            )


# In the order of the form.
SETTINGS = settings_of(TrainingSettings)
SETTING_SPECS: dict[str, Spec] = {setting.name: setting.spec for setting in SETTINGS}
# The batch sizes that are offered; others come from links and Keras source.
BATCH_SIZES = tuple(2**power for power in range(9))
# Those that change the training pictures at random.
AUGMENTATIONS = ("flip", "flip_vertical", "shift", "rotation", "crop", "brightness", "noise")


def is_augmented(settings: TrainingSettings) -> bool:
    """Whether the training pictures are changed at all."""
    return any(getattr(settings, name) for name in AUGMENTATIONS)


def preset_settings(task: Task, preset: TaskPreset | None = None) -> TrainingSettings:
    """The settings in which a preset of the task, else its first one, is trained."""
    preset = preset or type(task).preset()
    loss = next(iter(task.losses))
    settings = TrainingSettings(dataset=preset.dataset, task=task, loss=loss)
    return dataclasses.replace(settings, **preset.settings)


def settings_to_dict(settings: TrainingSettings) -> dict[str, Any]:
    """The settings as plain JSON values; without the task where it is classification, as before there were others."""
    data = {item.name: getattr(settings, item.name) for item in dataclasses.fields(settings)}
    del data["task"]
    return data if settings.task == Classification() else data | {"task": task_to_dict(settings.task)}


def settings_from_dict(data: Any) -> TrainingSettings:
    """The settings that `settings_to_dict` wrote; what is left out takes its default.

    Raises:
        SettingError: It is anything else, names an unknown setting, or a value is out of its range.
    """
    if not isinstance(data, dict):
        raise SettingError("The training settings could not be read.", "They are not a JSON object.", "Set them again.")
    known = {item.name for item in dataclasses.fields(TrainingSettings)}
    if surplus := sorted(data.keys() - known):
        raise SettingError(f"There is no training setting {short_repr(surplus[0])}.", "", "Remove it.")
    given = data | {"task": task_from_dict(data["task"])} if "task" in data else data
    settings = TrainingSettings(**given)
    # JSON has no whole numbers beside the others: a learning rate of 1 is 1.0.
    reals: dict[str, Any] = {
        name: float(data[name]) for name, spec in SETTING_SPECS.items() if name in data and isinstance(spec, Real)
    }
    return dataclasses.replace(settings, **reals)


def batches_per_epoch(pictures: int, batch_size: int) -> int:
    """How many batches `pictures` training pictures make.

    The last batch may be smaller, but one of a single picture is left out (unless all are): batch normalisation
    has nothing to normalise there, and its gradient would be the noisiest of all.
    """
    full, rest = divmod(pictures, batch_size)
    return full + (rest > 1 or full == 0)


def pictures_in_batch(step: int, pictures: int, batch_size: int) -> int:
    """How many pictures batch `step`, counted from 1, has; `pictures` is the size of the training split."""
    batches = batches_per_epoch(pictures, batch_size)
    return min(batch_size, pictures - (step - 1) % batches * batch_size)


def pictures_trained(step: int, pictures: int, batch_size: int) -> int:
    """How many pictures, the same ones counted in each epoch, the first `step` batches have."""
    batches = batches_per_epoch(pictures, batch_size)
    epochs, rest = divmod(step, batches)
    return epochs * min(batches * batch_size, pictures) + rest * batch_size


@dataclass(frozen=True)
class RunSpec:
    """What one run trains: a network, how, and the picture it is watched on.

    `probe_index` is an index into `Dataset.pictures`.
    """

    architecture: Architecture
    settings: TrainingSettings
    probe_index: int

    @property
    def answer_kind(self) -> AnswerKind:
        """What a classifier answers with, trained so: probabilities or scores."""
        return answer_kind(
            ends_in_softmax=self.architecture.ends_in_softmax, softmax_in_loss=self.settings.softmax_in_loss
        )


def run_spec_to_json(spec: RunSpec) -> str:
    """The spec as a JSON text."""
    data = {
        "architecture": architecture_to_dict(spec.architecture),
        "settings": settings_to_dict(spec.settings),
        "probe_index": spec.probe_index,
    }
    return json.dumps(data, ensure_ascii=False)


def run_spec_from_json(text: str) -> RunSpec:
    """The spec that `run_spec_to_json` wrote. Raises UserError where a value in it is out of range."""
    data: dict[str, Any] = json.loads(text)
    return RunSpec(
        architecture_from_dict(data["architecture"]), settings_from_dict(data["settings"]), data["probe_index"]
    )
