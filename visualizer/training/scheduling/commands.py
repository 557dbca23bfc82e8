"""Commands for an active run, as plain data, which crosses the border between processes."""

from dataclasses import dataclass

from visualizer.architecture.settings import SettingError
from visualizer.training.settings import LEARNING_RATE


@dataclass(frozen=True)
class Start:
    """Train to the end of the run."""


@dataclass(frozen=True)
class Pause:
    """Stop after the current batch, ready to go on."""


@dataclass(frozen=True)
class TrainBatch:
    """Train one batch, then pause. After an epoch's last batch the epoch is evaluated too."""


@dataclass(frozen=True)
class TrainEpoch:
    """Train to the end of the current epoch, then pause."""


@dataclass(frozen=True)
class Stop:
    """End the run for good. `reason` is shown to the user."""

    reason: str = ""


@dataclass(frozen=True)
class Interrupt:
    """End the run for now, after a checkpoint from which it can be resumed. `reason` is shown to the user."""

    reason: str


@dataclass(frozen=True)
class SetLearningRate:
    """Take the next steps with another learning rate. Raises SettingError where it is out of range."""

    value: float

    def __post_init__(self) -> None:
        if why := LEARNING_RATE.check(self.value):
            raise SettingError(f"The learning rate is {self.value!r}.", why, "Change it.")


@dataclass(frozen=True)
class SetProbe:
    """Watch the network on another picture: `index` into `Dataset.pictures`. Ignored where out of range."""

    index: int


Command = Start | Pause | TrainBatch | TrainEpoch | Stop | Interrupt | SetLearningRate | SetProbe
