"""What every task has, and the registry that finds them."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from visualizer.architecture.answer import Answer
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.goal import OutputGoal
from visualizer.architecture.layer import Fix
from visualizer.architecture.settings import Setting, SettingError, check_settings, settings_of
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.errors import short_repr
from visualizer.modules import import_all
from visualizer.words import listed

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork
    from visualizer.data.moves import Moves


@dataclass(frozen=True)
class LossName:
    """A loss as people read it.

    Attributes:
        title: With what it compares, for axes.
        in_sentence: In the middle of a sentence.
    """

    title: str
    in_sentence: str


@dataclass(frozen=True)
class Measure:
    """How good answers are, as one number, beside the loss.

    Attributes:
        name: In curves and in the store.
        title: In the middle of a sentence, such as "accuracy".
        better: Whether a good network has a high or a low one.
        unit: Such as "pixels"; "%" for a share from 0 to 1, which is shown as per cent; empty for a plain number.
        of_answers: What it says of a split, with {value} and {split}, such as "{value} of the {split} pictures right".
        counts_right: Whether it is the share of the pictures that are answered right.
        has_curve: Whether it has a curve of its own while training; the first measure of a task always has one.
    """

    name: str
    title: str
    better: Literal["up", "down"]
    unit: str
    of_answers: str
    counts_right: bool = False
    has_curve: bool = False

    @property
    def is_share(self) -> bool:
        """Whether it is a share, from 0 to 1."""
        return self.unit == "%"

    def text(self, value: float) -> str:
        """The value with its unit, such as "93.1 %" or "1.34 pixels"."""
        if math.isnan(value):
            return "not a number"
        if self.is_share:
            return f"{value:.1%}"
        return f"{value:.3g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Evaluation:
    """How good the answers to N pictures are.

    Attributes:
        measures: Each measure with its value over all of them.
        errors: (N,) how wrong each answer is; the larger, the worse.
        details: What the figures of this kind of answer draw, by name.
    """

    measures: tuple[tuple[Measure, float], ...]
    errors: np.ndarray
    details: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class TaskPreset:
    """A network that learns a task well in a few minutes, and how; the gallery has a card for it.

    Attributes:
        architecture: The network.
        dataset: The name of the data set that it is for.
        sentence: What it is, for its card.
        settings: The training settings that differ from their defaults, by name.
        variant: What sets it apart from the task's first one, in a few words; empty for that.
    """

    architecture: Architecture
    dataset: str
    sentence: str
    settings: Mapping[str, Any]
    variant: str = ""


@dataclass(frozen=True)
class Exported:
    """What a network's file for other programs answers.

    Attributes:
        sentence: What the output is, and how to read it, in whole sentences.
        names: What each number of the output means, or each of its maps, with its unit or range.
        until: The layer, by index, whose output it is; None for the last.
        input_sentence: What it must be shown, a whole sentence; empty for pictures.
    """

    sentence: str
    names: tuple[str, ...] = ()
    until: int | None = None
    input_sentence: str = ""


def opening(preset: TaskPreset) -> Fix:
    """Opens the preset's network in place of one that no small change makes fit."""
    return Fix(f"Open “{preset.architecture.name}” instead", network=preset.architecture)


@dataclass(frozen=True)
class Task(ABC):
    """What a network is trained for: plain data with its rules. A subclass is one task, in one file.

    A file in `visualizer/tasks/` is found automatically: the form, the store, the training loop, the curves and the
    pages need no other change where its kind of answer is known. Methods that take or return tensors import torch
    themselves, since pages do without it.

    Attributes:
        title: Its name.
        explanation: What the network learns, in a sentence or two.
        icon: A Material icon.
        answer_type: The kind of its answers.
        losses: Those that it can be trained with, by name; the first is the default.
        measures: What curves show beside the loss; the first leads. Each is a mean over pictures.
        mirrored_beyond: Whether augmentation continues a picture beyond its edges by its mirror image; not where an
            object that is seen there again would have no target: there it is black.
        wants_masks: Whether `moved` looks at the masks of a data set.
        loss_falls: Whether a network that learns has a falling loss and rising measures; not where its parts compete.
        shown: Of how many pictures of the validation split the answers are kept after each epoch, for pages.
        reads_noise: Whether a page shows the network nothing but noise that follows from a picture, never the picture.
    """

    title: ClassVar[str]
    explanation: ClassVar[str]
    icon: ClassVar[str]
    answer_type: ClassVar[type[Answer]]
    losses: ClassVar[Mapping[str, LossName]]
    measures: ClassVar[tuple[Measure, ...]]
    mirrored_beyond: ClassVar[bool] = True
    wants_masks: ClassVar[bool] = False
    loss_falls: ClassVar[bool] = True
    shown: ClassVar[int] = 0
    reads_noise: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_settings(self)

    @classmethod
    def settings(cls) -> tuple[Setting, ...]:
        """The settings of this task, in the order of the form."""
        return settings_of(cls)

    @classmethod
    @abstractmethod
    def fits(cls, annotations: Annotations) -> bool:
        """Whether a data set with such pictures has what is to be learnt."""

    @classmethod
    @abstractmethod
    def preset(cls) -> TaskPreset:
        """A network to begin with."""

    @classmethod
    def more_presets(cls) -> tuple[TaskPreset, ...]:
        """Other networks to begin with, each with a card of its own in the gallery; none unless overridden."""
        return ()

    def about(self, annotations: Annotations) -> Annotations:
        """What its answers are about, with names and units: that of the data set unless overridden."""
        return annotations

    @abstractmethod
    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        """What a network for pictures of that shape (C, H, W) must output.

        `annotations` are as `about` returned them.
        """

    def output_names(self, annotations: Annotations) -> tuple[str, ...]:
        """What each number means that a network outputs as a vector, in a sentence; empty for maps."""
        return ()

    def learnt(self, annotations: Annotations) -> str:
        """What is learnt of a data set, a sentence; `annotations` are as `about` returned them."""
        return f"{len(annotations.class_names)} classes: {', '.join(annotations.class_names)}."

    def exported(self, network: "FlowNetwork", annotations: Annotations) -> Exported:
        """What the network's file for other programs answers; `annotations` are as `about` returned them.

        The network may be one that does not fit this task.
        """
        return Exported("It is what the last layer outputs.", self.output_names(annotations))

    def picture_shape(self, architecture: Architecture) -> tuple[int, int, int]:
        """(C, H, W) of the pictures that `loss_and_outputs` takes: that of the network's input unless overridden."""
        return architecture.input_shape

    def as_input(self, pictures: "torch.Tensor") -> "torch.Tensor":
        """What a network is shown where a page asks it about pictures; those unless overridden.

        Args:
            pictures: (N, C, H, W) in [0, 1], with the shape of the network's input.
        """
        return pictures

    def input_of(self, pictures: np.ndarray) -> np.ndarray:
        """The same for arrays, (N, C, H, W) float32."""
        import torch

        shown: np.ndarray = self.as_input(torch.from_numpy(pictures)).numpy()
        return shown

    @abstractmethod
    def targets(self, dataset: Dataset, indices: np.ndarray) -> np.ndarray:
        """What is to be learnt of the pictures with these indices, (N,) or (N, …), as training compares it."""

    def moved(
        self,
        targets: "torch.Tensor",
        moves: "Moves",
        size: tuple[int, int],
        annotations: Annotations,
        masks: "torch.Tensor | None" = None,
    ) -> "torch.Tensor":
        """The targets after the pictures, of that height and width, were moved; unchanged unless overridden.

        `annotations` are as `about` returned them. `masks` are rows of `Dataset.masks`, those of the pictures before
        they were moved, where the data set has some and the task wants them.
        """
        return targets

    @abstractmethod
    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """One forward pass: the batch's mean loss, a scalar, and the outputs (N, …) that `measured` and `answer` take.

        Without `Network.penalty`, which depends on no picture.

        Args:
            network: In training or in evaluation mode.
            pictures: (N, C, H, W) in [0, 1], of the `picture_shape`.
            targets: (N, …) as `targets` made them.
            loss: A name in `losses`.
        """

    @abstractmethod
    def measured(
        self, outputs: "torch.Tensor", targets: "torch.Tensor", annotations: Annotations
    ) -> "Mapping[str, torch.Tensor]":
        """The value of each of `measures` for each picture, (N,); `annotations` are as `about` returned them."""

    @abstractmethod
    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        """The answer to one picture from what `loss_and_outputs` returned for it, (1, …)."""

    def answers(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> list[Answer]:
        """The answers to N pictures from what `loss_and_outputs` returned for them, (N, …)."""
        return [self.answer(network, output, annotations) for output in outputs.split(1)]

    def answer_to(
        self, network: "FlowNetwork", pictures: "torch.Tensor", outputs: "torch.Tensor", annotations: Annotations
    ) -> Answer:
        """The answer to one picture, (1, C, H, W), from the output of the network's last layer, (1, …).

        To be overridden where `loss_and_outputs` returns more than that output.
        """
        return self.answer(network, outputs, annotations)

    @abstractmethod
    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        """The right answer to a picture; None where no answer of this kind is right."""

    def marked(self, target: np.ndarray, annotations: Annotations) -> Answer | None:
        """The right answer that one target says, as `targets` or `moved` made it; None where none can be drawn."""
        return None

    def kept(self, outputs: "torch.Tensor") -> np.ndarray:
        """What `evaluation` needs of the outputs (N, …), where all of them would take much memory."""
        return outputs.numpy(force=True)

    def evaluation(self, outputs: np.ndarray, targets: np.ndarray, annotations: Annotations) -> Evaluation:
        """How good a network is on N pictures.

        Args:
            outputs: (N, …) of the network in evaluation mode, as `kept` returned them.
            targets: (N, …).
            annotations: As `about` returned them.
        """
        import torch

        values = {
            name: each.numpy().astype(np.float64)
            for name, each in self.measured(torch.from_numpy(outputs), torch.from_numpy(targets), annotations).items()
        }
        lead = self.measures[0]
        errors = values[lead.name] if lead.better == "down" else -values[lead.name]
        return Evaluation(tuple((measure, float(values[measure.name].mean())) for measure in self.measures), errors, {})


@dataclass(frozen=True)
class TaskAnswers:
    """Makes the answers of a network that was trained for a task; `annotations` are as its `about` returned them."""

    task: Task
    annotations: Annotations

    def answers(self, network: "FlowNetwork", outputs: "torch.Tensor") -> list[Answer]:
        """The answers to N pictures; `outputs` are (N, …) as the task's `loss_and_outputs` returned them."""
        return self.task.answers(network, outputs, self.annotations)

    def answer_to(self, network: "FlowNetwork", pictures: "torch.Tensor", outputs: "torch.Tensor") -> Answer:
        """The answer to one picture, (1, C, H, W); `outputs` is what the network's last layer makes of it, (1, …)."""
        return self.task.answer_to(network, pictures, outputs, self.annotations)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each number means that the network outputs as a vector, in a sentence; empty for maps."""
        return self.task.output_names(self.annotations)


_registry: dict[str, type[Task]] = {}


def register(task_type: type[Task]) -> type[Task]:
    """Class decorator: enter a task in the registry under its class name."""
    _registry[task_type.__name__] = task_type
    return task_type


def task_types() -> dict[str, type[Task]]:
    """Every task by its name, from each file of `visualizer/tasks/`; classification first."""
    import_all(__package__ or "")
    return dict(sorted(_registry.items(), key=lambda item: (item[0] != "Classification", item[0])))


def task_to_dict(task: Task) -> dict[str, Any]:
    """The task as plain JSON values, its type under "type"."""
    return {"type": type(task).__name__} | {item.name: getattr(task, item.name) for item in task.settings()}


def task_from_dict(data: Any) -> Task:
    """The task that `task_to_dict` wrote; settings left out take their defaults.

    Raises:
        SettingError: It names an unknown task or setting, or a value is out of range.
    """
    known = task_types()
    if not isinstance(data, dict) or not isinstance(data.get("type"), str) or data["type"] not in known:
        name = data.get("type") if isinstance(data, dict) else data
        raise SettingError(f"The task {short_repr(name)} is not known.", remedy=f"Use one of {listed(known, 'or')}.")
    kind = known[data["type"]]
    values = {name: value for name, value in data.items() if name != "type"}
    if surplus := sorted(values.keys() - {item.name for item in kind.settings()}):
        raise SettingError(f"{kind.title} has no setting {short_repr(surplus[0])}.", "", "Remove it.")
    return kind(**values)
