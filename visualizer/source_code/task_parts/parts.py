"""What a task gives to the scripts that train on `pictures.npz`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from visualizer.architecture.architecture import Architecture
from visualizer.data.annotations import Annotations
from visualizer.training.settings import TrainingSettings


@dataclass(frozen=True)
class Library:
    """Where the source of both libraries differs that is otherwise the same.

    Attributes:
        ops: The module with functions of tensors.
        channels: The axis of the channels of maps.
        to_tensor, to_numpy: What turns an array into a tensor and back, to be called.
    """

    ops: str
    channels: int
    to_tensor: str
    to_numpy: str


KERAS = Library("ops", -1, "ops.convert_to_tensor", "ops.convert_to_numpy")
PYTORCH = Library("torch", 1, "torch.tensor", "np.asarray")


@dataclass(frozen=True)
class Wanted:
    """What a script is written for: a network that fits, its settings, and what the task's answers are about."""

    architecture: Architecture
    settings: TrainingSettings
    annotations: Annotations
    library: Library


@dataclass(frozen=True)
class TaskParts:
    """The source of one task for one library.

    Attributes:
        about: Comments that say what `targets` are, (N, …), and lines that bring them into the form of the network.
        functions: What loss and measure are made of; each ends in two empty lines. Arrays of maps have the channels at
            `Library.channels`, or last with `channels_last`.
        loss: In Keras what `compile` takes; in PyTorch an expression of `outputs` and `true`, a batch of each.
        measure: A function of the outputs for N pictures and their `targets`, as arrays: the task's first measure.
        learnt: A function that makes of `targets`, an array, what the loss compares.
        channels_last: Whether `loss` and `measure` want the channels of maps last in PyTorch too.
        after: Lines at the end of the script.
        wants_scores: Whether the loss applies the softmax that may end the network.
        learns_pictures: Whether what the loss compares is the batch of pictures itself.
        moved_targets: The source of a function of that name, of targets and places, arrays; see `augmentation`. Empty
            where `targets` stay when their pictures are moved.
        networks: The parts of the network that the script defines one by one, by name; empty for `model` alone.
        training: Lines that train the network in place of the usual ones, which have `loss`, `measure` and `learnt`.
        keras_needs_torch: Whether the Keras script computes gradients itself, by PyTorch.
    """

    about: str
    functions: str
    loss: str = ""
    measure: str = ""
    learnt: str = ""
    channels_last: bool = False
    after: str = ""
    wants_scores: bool = False
    learns_pictures: bool = False
    moved_targets: str = ""
    networks: Mapping[str, Architecture] = field(default_factory=dict)
    training: str = ""
    keras_needs_torch: bool = False


WriteParts = Callable[[Wanted], TaskParts]
