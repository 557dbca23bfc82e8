"""What Train alone keeps in a tab."""

from dataclasses import dataclass, field

from visualizer.figures.answers.figures import AnswerView


@dataclass
class TimeMachine:
    """Where the time machine of Train stands.

    Attributes:
        step: The chosen moment, by the batches trained until then; None follows the newest.
        layer: The layer that is looked at, by its index; None until one is chosen.
        incoming: Which incoming map's kernels are shown, from 1, where a layer has one for each.
        playing: True while the film runs.
        per_second: Moments per second of the film.
        due: When the film's next moment is due, by `time.monotonic`.
        moved_at: When the slider was last moved by the film or by the run, by `time.monotonic`.
    """

    step: int | None = None
    layer: int | None = None
    incoming: int = 1
    playing: bool = False
    per_second: float = 2.0
    due: float = 0.0
    moved_at: float = 0.0


@dataclass(frozen=True)
class WatchedPicture:
    """The picture that a run is watched on: `index` into the pictures of the data set that it trains on."""

    run_id: str
    index: int


@dataclass
class TrainState:
    """What Train shows of a run.

    Attributes:
        watched: The picture that was chosen for the run that is shown, or None: then it is the run's own.
        live_layer: The layer whose feature maps are shown.
        time_machine: Where the time machine stands.
        answer_view: How answers are looked at; of another kind of answer than the run's, it does not count.
        confusion_cell: The cell of the confusion matrix whose pictures are shown (right class, answer), or None.
    """

    watched: WatchedPicture | None = None
    live_layer: int = 0
    time_machine: TimeMachine = field(default_factory=TimeMachine)
    answer_view: AnswerView = field(default_factory=AnswerView)
    confusion_cell: tuple[int, int] | None = None

    def choose_live_layer(self, index: int) -> None:
        """Show the feature maps of another layer while training."""
        self.live_layer = index
