"""The one typed owner of what a browser session holds. Pages ask `session()`; no page uses string keys.

`Session` has what several pages share. What one page alone needs is a small dataclass of that page's wing, of which
`Session.page_state` keeps one object per tab.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from visualizer.architecture.architecture import MAX_NAME_LENGTH, Architecture
from visualizer.architecture.editing import MAX_UNDO, Draft, EditHistory
from visualizer.architecture.presets import TINY
from visualizer.data.annotations import Annotations
from visualizer.data.catalog import dataset_entry, shared_datasets
from visualizer.data.own_dataset import is_own, not_available
from visualizer.errors import UserError
from visualizer.tasks.task import Task, task_types
from visualizer.training.settings import TrainingSettings
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.state.look_place import LookPlace
from visualizer.ui.state.refused_files import recent_refusal
from visualizer.workspaces import id_of, new_token

if TYPE_CHECKING:
    from visualizer.ui.kit.job import Job
    from visualizer.ui.state.opened_model import OpenedModel

T = TypeVar("T")

_KEY = "visualizer"
_BARE_PICTURES = Annotations((), one_class=False)


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


@dataclass
class Session:
    """What one person made in this tab.

    Attributes:
        history: The network in Build, with undo and redo.
        settings: The data set and the settings of the next training run.
        message: A sentence about the last thing that was refused; shown once.
        together: The changes of the network that changed the training settings too, the oldest first.
        probe_index: The picture of the chosen data set that the next run is watched on.
        run_id: The run that Train shows, or None.
        own_datasets: The data sets made from the user's own pictures, by name.
        look: Where Look inside is, or was when this workspace was saved.
        opened_model: The network that Look inside opened from a file, or None.
        jobs: Long work that this tab asked for, by the key of its place; `ui.state.work` fills it.
        token: The secret that finds this workspace again; in the page's address once there is something to find.
        save: Saves what has changed, as each page does before and after it is drawn; for a fragment, which is drawn
            alone. The workspace sets it.
    """

    history: EditHistory = field(default_factory=lambda: EditHistory(Draft.of(TINY.architecture)))
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    message: str | None = None
    together: tuple[Together, ...] = ()
    probe_index: int = 0
    run_id: str | None = None
    own_datasets: tuple[str, ...] = ()
    look: LookPlace = field(default_factory=LookPlace)
    opened_model: "OpenedModel | None" = None
    jobs: "dict[str, Job[Any]]" = field(default_factory=dict)
    token: str = field(default_factory=new_token)
    save: Callable[[], None] = lambda: None
    _page_states: dict[type[Any], Any] = field(default_factory=dict)

    def page_state(self, kind: type[T]) -> T:
        """This tab's object of that class, made on first use: the state that one page alone needs."""
        if kind not in self._page_states:
            self._page_states[kind] = kind()
        state: T = self._page_states[kind]
        return state

    @property
    def workspace_id(self) -> str:
        """The id of this tab's workspace, to which its runs belong."""
        return id_of(self.token)

    @property
    def architecture(self) -> Architecture:
        """The network in Build as it stands."""
        return self.history.present.architecture

    def attempt(self, action: Callable[[], None]) -> None:
        """Run the action; a UserError becomes the message, and nothing is lost."""
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

    def rename(self, name: str) -> None:
        """Name the network in Build."""
        self.open_architecture(replace(self.architecture, name=name.strip()[:MAX_NAME_LENGTH] or "My network"))

    def undo(self) -> None:
        previous, self.history = self.history.present, self.history.undo()
        for change in self.together:
            if previous is change.after and self.history.present is change.before:
                self._set_back(change.settings_after, change.settings_before)

    def redo(self) -> None:
        previous, self.history = self.history.present, self.history.redo()
        for change in self.together:
            if previous is change.before and self.history.present is change.after:
                self._set_back(change.settings_before, change.settings_after)

    def _set_back(self, old: TrainingSettings, new: TrainingSettings) -> None:
        """Give each setting that is still as in `old` its value in `new`; later changes by hand stay."""
        values = {item.name: getattr(old, item.name) for item in fields(old)}
        kept = [name for name, value in values.items() if getattr(self.settings, name) == value]
        self._settle(replace(self.settings, **{name: getattr(new, name) for name in kept}))

    def _settle(self, settings: TrainingSettings) -> None:
        if settings.dataset != self.settings.dataset:
            self.probe_index = 0
        self.settings = settings

    def open_with_settings(self, architecture: Architecture, settings: TrainingSettings) -> None:
        """Put a network into Build and its settings into Train; “Undo” takes back both."""
        before, settings_before = self.history.present, self.settings
        # Even if the network is the same: the settings may differ.
        self.history = self.history.open(before.with_architecture(architecture))
        self._settle(settings)
        change = Together(before, self.history.present, settings_before, settings)
        self.together = (*self.together, change)[-MAX_UNDO:]

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
            # A browser may send something that it was not offered.
            if is_own(name) and name not in self.own_datasets:
                raise not_available()
            task = self.settings.task
            annotations = dataset_entry(name, self.own_datasets).annotations
            if not task.fits(annotations):
                # Who chose a data set wants to learn what it comes with; some tasks need nothing but pictures.
                fitting = [kind for kind in task_types().values() if kind.fits(annotations)]
                task = min(fitting, key=lambda kind: kind.fits(_BARE_PICTURES))()
            self._learn(task, name)

        self.attempt(action)

    def choose_task(self, task: Task) -> None:
        """Train for another task, or with other settings of it; on another data set where the chosen one lacks it."""

        def action() -> None:
            name = self.settings.dataset
            if not task.fits(dataset_entry(name, self.own_datasets).annotations):
                name = next(name for name, entry in shared_datasets().items() if task.fits(entry.annotations))
            self._learn(task, name)

        self.attempt(action)

    def _learn(self, task: Task, dataset: str) -> None:
        loss = self.settings.loss if type(task) is type(self.settings.task) else next(iter(task.losses))
        self._settle(replace(self.settings, task=task, dataset=dataset, loss=loss))

    def choose_probe(self, index: int) -> None:
        """Watch the next run on this picture of the chosen data set."""
        self.probe_index = index

    def use_own(self, name: str) -> None:
        """Train on this data set, made from the user's own pictures."""
        self.own_datasets = (*self.own_datasets, name)
        self.choose_dataset(name)


def session() -> Session:
    """This tab's session, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    owner: Session = st.session_state[_KEY]
    return owner


def show_message(owner: Session) -> None:
    """Show the message about what was refused, once."""
    context = get_script_run_ctx()
    if context is not None and (words := recent_refusal(context.session_id)):
        st.error(words, icon=":material/error:")
    if owner.message:
        st.error(markdown_safe(owner.message), icon=":material/error:")
        owner.message = None
