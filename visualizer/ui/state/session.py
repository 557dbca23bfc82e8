"""The one typed owner of what a browser session holds. Pages ask `session()`; no page uses string keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from visualizer.architecture.architecture import MAX_NAME_LENGTH, Architecture
from visualizer.architecture.editing import MAX_UNDO, Draft, EditHistory
from visualizer.architecture.presets import TINY
from visualizer.data.own_dataset import is_own, not_here
from visualizer.errors import UserError
from visualizer.source_code.keras_reader import KerasReading, read_keras
from visualizer.training.settings import TrainingSettings
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.state.refused_files import recent_refusal
from visualizer.workspaces import id_of, new_token

if TYPE_CHECKING:
    import numpy as np

    from visualizer.data.own_pictures import Fit, Found
    from visualizer.inspection.steps import Spot
    from visualizer.ui.kit.job import Job
    from visualizer.ui.state.opened_model import OpenedModel
    from visualizer.ui.state.picture_file import PictureFile

_KEY = "visualizer"


@dataclass
class TimeMachine:
    """Where the time machine of Train stands.

    Attributes:
        step: The chosen moment, by the batches trained until then; None follows the newest.
        layer: The layer that is looked at, by its index.
        incoming: Which incoming map's kernels are shown, from 1, where a layer has one for each.
        playing: True while the film runs.
        per_second: Moments a second of the film.
        due: When the film's next moment is due, by `time.monotonic`.
        moved_at: When the slider was last moved by the film or by the run, by `time.monotonic`.
    """

    step: int | None = None
    layer: int = 0
    incoming: int = 1
    playing: bool = False
    per_second: float = 2.0
    due: float = 0.0
    moved_at: float = 0.0


@dataclass(frozen=True)
class Watched:
    """The picture that a run is watched on: `index` into the pictures of the data set that it trains on."""

    run_id: str
    index: int


@dataclass(frozen=True)
class Together:
    """A change of the network in Build that changed the training settings too: undone and redone, both go together.

    Attributes:
        before, after: The drafts in Build.
        settings_before, settings_after: The training settings of both.
    """

    before: Draft
    after: Draft
    settings_before: TrainingSettings
    settings_after: TrainingSettings


@dataclass(frozen=True)
class Arrival:
    """What a link brought into this tab, or why it brought nothing.

    Attributes:
        sentence: What to tell; shown until the network in Build changes.
        refused: True where nothing was opened.
        after: The draft in Build since then.
    """

    sentence: str
    refused: bool
    after: Draft


@dataclass(frozen=True)
class Files:
    """Files that were given and wait to be read.

    Attributes:
        number: Which ones of this session they are.
        zip: A ZIP of class folders, or None.
        files: Name and bytes of each, where it is no ZIP.
        class_name: The class that `files` belong to.
    """

    number: int
    zip: bytes | None
    files: tuple[tuple[str, bytes], ...]
    class_name: str


@dataclass
class OwnPictures:
    """The pictures that somebody collects for a data set.

    Attributes:
        pictures: (H, W, 3) uint8 pictures by class.
        broken: A sentence for each file that was left out.
        waiting: Files that are being read, or None.
        given: How many times files were given.
        size: Pixels of a side that they get.
        fit: How they become squares.
        used_as: The data set that was made of just these, or None.
    """

    pictures: "dict[str, list[np.ndarray]]" = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    waiting: Files | None = None
    given: int = 0
    size: int = 32
    fit: "Fit" = "crop"
    used_as: str | None = None

    @property
    def count(self) -> int:
        """How many pictures there are in all classes."""
        return sum(map(len, self.pictures.values()))

    @property
    def bytes(self) -> int:
        """How much memory they take."""
        return sum(picture.nbytes for pictures in self.pictures.values() for picture in pictures)

    def give(self, files: Files) -> None:
        """Read these next."""
        self.waiting = files
        self.given += 1

    def take(self, found: "Sequence[Found]") -> None:
        """Add what was read."""
        self.waiting, self.used_as = None, None
        for file in found:
            if file.picture is None:
                self.broken.append(file.problem)
            else:
                self.pictures.setdefault(file.class_name, []).append(file.picture)

    def remove(self, name: str) -> None:
        """Forget a class."""
        self.pictures.pop(name, None)
        self.used_as = None

    def shape(self, size: int, fit: "Fit") -> None:
        """Give the pictures that size and make them squares that way."""
        self.size, self.fit, self.used_as = size, fit, None


@dataclass
class Session:
    """What one person made in this tab.

    Attributes:
        history: The network in Build, with undo and redo.
        settings: The data set and the settings of the next training run.
        open_cards: The cards of Build whose settings are shown, by their ids.
        message: A sentence about the last thing that was refused; shown once.
        together: The changes of the network that changed the training settings too, the oldest first.
        arrival: What the last link brought, or None.
        probe_index: The picture of the chosen data set that the next run is watched on.
        watched: The picture that was chosen for the run that Train shows, or None: then it is the run's own.
        live_layer: The layer whose feature maps Train shows.
        run_id: The run that Train shows, or None.
        filter_number: The filter that Look inside shows, from 1; the last one in a layer that has fewer.
        pixel_path: The numbers that Look inside explains, each made of the next; the last one is shown.
        pixel_page: The page of the channels or products that the last one is made of, from 0.
        pixel_asked: The explained path, and what the browser asked for there, until that is followed; or None.
        own_pictures: The pictures that are collected for a data set of one's own.
        own_datasets: The data sets that were made of them, by name.
        opened_model: The network that Look inside opened from a file, or None.
        photo_file: The file that Look inside was given, while it becomes a picture.
        photo: The picture that Look inside was given, (H, W, 3) uint8, or None.
        drawing: What was drawn in Look inside, (64, 64) uint8, 0 (paper) to 255 (ink), or None where nothing is.
        time_machine: Where the time machine of Train stands.
        confusion_cell: The cell of the confusion matrix whose pictures are shown (right class, answer), or None.
        read_source: What the last source that was pasted into Build gave, or None.
        read_into: The draft in Build since then, or None.
        asked_network: The network that Look inside was asked for by name, and whether with random weights, or None.
        jobs: Long work that this tab asked for, by the key of its place; `ui.work` fills it.
        asked_jobs: The keys of work that was asked for by a click and has not begun yet.
        content_width: Pixels of the page's content on this screen; a laptop's until it is measured.
        token: What finds this workspace again; it stands in the page's address once there is something to find.
        opened: True once the workspace of the page's address was opened, or was not found.
        not_found: True while it is told that nothing was found under the address.
        elsewhere: The token of a workspace that another browser made, while this tab's person is asked; or None.
        damaged: The parts of the workspace that could not be read, in words.
        has_workspace: True where something of it is kept on the disk.
        kept: What is kept there, by its name in `ui.own_workspace`.
    """

    history: EditHistory = field(default_factory=lambda: EditHistory(Draft.of(TINY.architecture)))
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    open_cards: set[int] = field(default_factory=set)
    message: str | None = None
    together: tuple[Together, ...] = ()
    arrival: Arrival | None = None
    probe_index: int = 0
    watched: Watched | None = None
    live_layer: int = 0
    run_id: str | None = None
    filter_number: int = 1
    pixel_path: "tuple[Spot, ...]" = ()
    pixel_page: int = 0
    pixel_asked: "tuple[tuple[Spot, ...], Any] | None" = None
    own_pictures: OwnPictures = field(default_factory=OwnPictures)
    own_datasets: tuple[str, ...] = ()
    opened_model: "OpenedModel | None" = None
    photo_file: "PictureFile | None" = None
    photo: "np.ndarray | None" = None
    drawing: "np.ndarray | None" = None
    time_machine: TimeMachine = field(default_factory=TimeMachine)
    confusion_cell: tuple[int, int] | None = None
    read_source: KerasReading | None = None
    read_into: Draft | None = None
    asked_network: tuple[str, bool] | None = None
    jobs: "dict[str, Job[Any]]" = field(default_factory=dict)
    asked_jobs: set[str] = field(default_factory=set)
    content_width: int = 960
    token: str = field(default_factory=new_token)
    opened: bool = False
    not_found: bool = False
    elsewhere: str | None = None
    damaged: tuple[str, ...] = ()
    has_workspace: bool = False
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def workspace_id(self) -> str:
        """The id of this tab's workspace, to which its runs belong."""
        return id_of(self.token)

    @property
    def architecture(self) -> Architecture:
        """The network in Build as it stands."""
        return self.history.present.architecture

    def attempt(self, action: Callable[[], None]) -> None:
        """Do something that the user may have to fix: a refusal becomes the message, and nothing is lost."""
        try:
            action()
        except UserError as error:
            self.message = str(error)

    def edit(self, change: Callable[[Draft], Draft]) -> None:
        """Change the network in Build, undoably."""

        def action() -> None:
            self.history = self.history.change(change(self.history.present))

        self.attempt(action)

    def open_architecture(self, architecture: Architecture) -> None:
        """Put another network into Build, undoably."""
        self.edit(lambda draft: draft.with_architecture(architecture))

    def build_from_keras(self, source: str, classes: int) -> None:
        """Put the network of Keras source into Build, undoably, and its training settings into Train.

        `classes` is how many numbers the last layer gives where the source leaves that open.
        """

        def action() -> None:
            self.read_source = None
            reading = read_keras(source, classes)
            settings = replace(self.settings, **reading.settings)
            if (reading.architecture, settings) != (self.architecture, self.settings):
                self._open(reading.architecture, settings)
            self.read_source, self.read_into = reading, self.history.present

        self.attempt(action)

    @property
    def reading(self) -> KerasReading | None:
        """What the source that was pasted gave, unless that was undone."""
        drafts = (*self.history.past, self.history.present)
        return self.read_source if any(draft is self.read_into for draft in drafts) else None

    def forget_reading(self) -> None:
        """Say no more about the source that was pasted."""
        self.read_source = None

    def rename(self, name: str) -> None:
        """Name the network in Build."""
        self.open_architecture(replace(self.architecture, name=name.strip()[:MAX_NAME_LENGTH] or "My network"))

    def toggle_card(self, card: int) -> None:
        """Open a closed card of Build, close an open one."""
        self.open_cards ^= {card}

    def undo(self) -> None:
        left, self.history = self.history.present, self.history.undo()
        for change in self.together:
            if left is change.after and self.history.present is change.before:
                self._set_back(change.settings_after, change.settings_before)

    def redo(self) -> None:
        left, self.history = self.history.present, self.history.redo()
        for change in self.together:
            if left is change.before and self.history.present is change.after:
                self._set_back(change.settings_before, change.settings_after)

    def _set_back(self, old: TrainingSettings, new: TrainingSettings) -> None:
        """Give each setting that is still as in `old` its value in `new`: what was set by hand since then stays."""
        values = {item.name: getattr(old, item.name) for item in fields(old)}
        kept = [name for name, value in values.items() if getattr(self.settings, name) == value]
        self._settle(replace(self.settings, **{name: getattr(new, name) for name in kept}))

    def _settle(self, settings: TrainingSettings) -> None:
        if settings.dataset != self.settings.dataset:
            self.probe_index = 0
        self.settings = settings

    def _open(self, architecture: Architecture, settings: TrainingSettings) -> None:
        """Put a network into Build and its settings into Train; “Undo” takes back both."""
        before, settings_before = self.history.present, self.settings
        # Also where the network is the same: the settings may not be.
        self.history = self.history.open(before.with_architecture(architecture))
        self._settle(settings)
        change = Together(before, self.history.present, settings_before, settings)
        self.together = (*self.together, change)[-MAX_UNDO:]

    def open_linked(self, architecture: Architecture, settings: TrainingSettings, sentence: str) -> None:
        """Put what a link holds into Build and Train, undoably, and tell `sentence` about it."""
        self._open(architecture, settings)
        self.arrival = Arrival(sentence, False, self.history.present)

    def refuse_link(self, sentence: str) -> None:
        """Tell why a link brought nothing."""
        self.arrival = Arrival(sentence, True, self.history.present)

    def set_training(self, **changes: Any) -> None:
        """Change settings of the next run."""

        def action() -> None:
            self.settings = replace(self.settings, **changes)

        self.attempt(action)

    def change_next_run(self, architecture: Architecture, settings: TrainingSettings) -> None:
        """Train that network, which is put into Build undoably, with those settings next."""
        self.open_architecture(architecture)
        self._settle(settings)

    def choose_dataset(self, name: str) -> None:
        """Train on another data set; the watched picture starts at its first one."""

        def action() -> None:
            # What a browser sends need not be what it was offered.
            if is_own(name) and name not in self.own_datasets:
                raise not_here()
            self.settings = replace(self.settings, dataset=name)
            self.probe_index = 0

        self.attempt(action)

    def choose_probe(self, index: int) -> None:
        """Watch the next run on this picture of the chosen data set."""
        self.probe_index = index

    def use_own(self, name: str) -> None:
        """Train on this data set, which was made of one's own pictures."""
        self.own_datasets = (*self.own_datasets, name)
        self.own_pictures.used_as = name
        self.choose_dataset(name)

    def open_model(self, model: "OpenedModel") -> None:
        """Look inside this network, which came from a file."""
        self.opened_model = model

    def give_photo(self, picture: "np.ndarray") -> None:
        """Look at this picture, (H, W, 3) uint8, in Look inside."""
        self.photo = picture

    def give_drawing(self, drawing: "np.ndarray") -> None:
        """Look at this drawing, (64, 64) uint8, in Look inside; an empty one is none."""
        self.drawing = drawing if drawing.any() else None

    def choose_filter(self, number: int) -> None:
        """Show another filter in Look inside."""
        self.filter_number = number

    def explain_pixel(self, path: "tuple[Spot, ...]", page: int = 0) -> None:
        """Explain the last number of this path in Look inside."""
        self.pixel_path, self.pixel_page = path, page

    def choose_live_layer(self, index: int) -> None:
        """Show the feature maps of another layer while training."""
        self.live_layer = index


def session() -> Session:
    """This tab's session, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    owner: Session = st.session_state[_KEY]
    return owner


def show_message(owner: Session) -> None:
    """Show the sentence about what was refused, once."""
    context = get_script_run_ctx()
    if context is not None and (words := recent_refusal(context.session_id)):
        st.error(words, icon=":material/error:")
    if owner.message:
        st.error(markdown_safe(owner.message), icon=":material/error:")
        owner.message = None
