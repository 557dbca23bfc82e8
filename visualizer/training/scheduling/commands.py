"""What a run can be told while it lives. Plain data: they cross the border between processes."""

from dataclasses import dataclass

from visualizer.architecture.settings import SettingError
from visualizer.training.settings import LEARNING_RATE


@dataclass(frozen=True)
class Start:
    """Train on, to the end of the run."""


@dataclass(frozen=True)
class Pause:
    """Stop after the batch in hand, ready to go on."""


@dataclass(frozen=True)
class TrainBatch:
    """Train one batch, then pause. After an epoch's last batch the epoch is evaluated too."""


@dataclass(frozen=True)
class TrainEpoch:
    """Train to the end of the epoch in hand, then pause."""


@dataclass(frozen=True)
class Stop:
    """End the run for good. `reason` is shown to the user."""

    reason: str = ""


@dataclass(frozen=True)
class Interrupt:
    """End the run for now: it can go on from a checkpoint that is made first. `reason` is shown to the user."""

    reason: str


@dataclass(frozen=True)
class SetLearningRate:
    """Take further steps with another learning rate. Raises SettingError where it is out of range."""

    value: float

    def __post_init__(self) -> None:
        if why := LEARNING_RATE.check(self.value):
            raise SettingError(f"The learning rate is {self.value!r}.", why, "Change it.")


@dataclass(frozen=True)
class SetProbe:
    """Watch the network on another picture: `index` into `Dataset.pictures`. One that is not there is ignored."""

    index: int


Command = Start | Pause | TrainBatch | TrainEpoch | Stop | Interrupt | SetLearningRate | SetProbe
