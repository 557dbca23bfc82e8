"""Which tasks a script can be written for, and how each gets its pictures."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Protocol

from visualizer.architecture.architecture import Architecture
from visualizer.data.annotations import Annotations
from visualizer.data.class_folders import zipped
from visualizer.data.dataset import Dataset
from visualizer.source_code.scripts import FILE, FOLDER, fetched_by, loads_digits, packed, wants_a_folder
from visualizer.source_code.task_parts.autoencoder import autoencoder_parts
from visualizer.source_code.task_parts.detection import detection_parts
from visualizer.source_code.task_parts.diffusion import diffusion_parts
from visualizer.source_code.task_parts.gan import gan_parts
from visualizer.source_code.task_parts.one_object import one_object_parts
from visualizer.source_code.task_parts.parts import WriteParts
from visualizer.source_code.task_parts.regression import regression_parts
from visualizer.source_code.task_parts.segmentation import segmentation_parts
from visualizer.source_code.task_parts.variational_autoencoder import variational_autoencoder_parts
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.classification import Classification
from visualizer.tasks.detection import Detection
from visualizer.tasks.diffusion import Diffusion, class_count
from visualizer.tasks.gan import Gan
from visualizer.tasks.one_object import OneObject
from visualizer.tasks.regression import Regression
from visualizer.tasks.segmentation import Segmentation
from visualizer.tasks.task import Task
from visualizer.tasks.variational_autoencoder import VariationalAutoencoder
from visualizer.training.settings import TrainingSettings


class Scripts(Protocol):
    """The scripts for a task. The network must fit the task; `annotations` are those of the data set."""

    def keras(self, architecture: Architecture, settings: TrainingSettings, annotations: Annotations) -> str:
        """The Keras script."""

    def pytorch(self, architecture: Architecture, settings: TrainingSettings, annotations: Annotations) -> str:
        """The PyTorch script; imports torch."""

    def about_pictures(self, architecture: Architecture, dataset: str) -> str:
        """In a sentence or two, where a script has its pictures from; empty where nothing is to be said."""

    def file_name(self, architecture: Architecture, dataset: str) -> str:
        """The file with pictures that belongs beside a script; empty where it loads them itself."""

    def file(self, dataset: Dataset, settings: TrainingSettings) -> Generator[float, None, bytes]:
        """Makes that file; yields the completed share, from 0 to 1."""


class _OfClasses:
    """Scripts that load their pictures themselves, or from a folder for each class."""

    def keras(self, architecture: Architecture, settings: TrainingSettings, annotations: Annotations) -> str:
        from visualizer.source_code.keras_writer import keras_script

        return keras_script(architecture, settings)

    def pytorch(self, architecture: Architecture, settings: TrainingSettings, annotations: Annotations) -> str:
        from visualizer.source_code.pytorch_writer import pytorch_script

        return pytorch_script(architecture, settings)

    def about_pictures(self, architecture: Architecture, dataset: str) -> str:
        if loads_digits(architecture, dataset):
            return ""
        if fetched_by(architecture, dataset):
            return "The first time, it fetches its pictures from the internet."
        return f"It trains on the pictures in a folder “{FOLDER}” beside it, or on noise without that folder."

    def file_name(self, architecture: Architecture, dataset: str) -> str:
        return f"{FOLDER}.zip" if wants_a_folder(architecture, dataset) else ""

    def file(self, dataset: Dataset, settings: TrainingSettings) -> Generator[float, None, bytes]:
        return zipped(dataset)


@dataclass(frozen=True)
class _OfParts:
    """Scripts that load pictures with their targets from a file.

    Attributes:
        write: Writes what they have of the task.
        needs: In a sentence, what they need beside the file; empty where that is all.
    """

    write: WriteParts
    needs: str = ""

    def keras(self, architecture: Architecture, settings: TrainingSettings, annotations: Annotations) -> str:
        from visualizer.source_code.keras_writer import keras_task_script

        return keras_task_script(architecture, settings, settings.task.about(annotations), self.write)

    def pytorch(self, architecture: Architecture, settings: TrainingSettings, annotations: Annotations) -> str:
        from visualizer.source_code.pytorch_writer import pytorch_task_script

        return pytorch_task_script(architecture, settings, settings.task.about(annotations), self.write)

    def about_pictures(self, architecture: Architecture, dataset: str) -> str:
        beside = f"It trains on the file {FILE} beside it, which has the pictures and what is to be learnt of them."
        asked = "It tells its ClassEmbedding layers no class, so they add nothing." if class_count(architecture) else ""
        return " ".join(filter(None, [beside, self.needs, asked]))

    def file_name(self, architecture: Architecture, dataset: str) -> str:
        return FILE

    def file(self, dataset: Dataset, settings: TrainingSettings) -> Generator[float, None, bytes]:
        yield 0.0
        return packed(dataset, settings.task)


_SCRIPTS: Mapping[type[Task], Scripts] = {
    Classification: _OfClasses(),
    Regression: _OfParts(regression_parts),
    OneObject: _OfParts(one_object_parts),
    Detection: _OfParts(detection_parts),
    Segmentation: _OfParts(segmentation_parts),
    Autoencoder: _OfParts(autoencoder_parts),
    VariationalAutoencoder: _OfParts(variational_autoencoder_parts),
    Gan: _OfParts(gan_parts, "In Keras, it computes its gradients by PyTorch, which must be installed too."),
    Diffusion: _OfParts(diffusion_parts),
}


def scripts_for(task: Task) -> Scripts | None:
    """How scripts for a task are written; None for one that has none."""
    return _SCRIPTS.get(type(task))
