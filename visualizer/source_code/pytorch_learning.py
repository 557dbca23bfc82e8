"""How PyTorch source trains its network, gathered while it is followed: of several optimisers, losses and loops over
epochs one is taken, and notes name the others."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Literal

from visualizer.source_code.notes import Notes
from visualizer.source_code.python.journal import NO_MATTER, Journal

Kind = Literal["optimizer", "loss", "epochs", "batch"]
_CALLED: dict[str, str] = {
    "optimizer": "optimiser is created",
    "loss": "loss is computed",
    "epochs": "loop over epochs begins",
}


@dataclass(frozen=True)
class Said:
    """One thing that the source says.

    Attributes:
        kind: What it is about.
        name: What torch calls it.
        line: Where it is.
        settings: The values for `TrainingSettings`.
        owners: The ids of the modules whose weights an optimiser changes.
        is_likelier: Of a loss, whether it is computed; of a loader, whether it shuffles.
    """

    kind: Kind
    name: str
    line: int
    settings: dict[str, Any]
    owners: frozenset[int] = frozenset()
    is_likelier: bool = False


class Learning:
    """All that a source says about how it trains."""

    def __init__(self, journal: Journal) -> None:
        self._said: dict[tuple[Any, ...], Said] = {}  # each once, however often it is said
        self._journal = journal

    @property
    def said(self) -> list[Said]:
        """All of it, what was said last at the end."""
        return list(self._said.values())

    def add(self, said: Said) -> None:
        """Remember something, unless the branch that says it is not taken."""
        key = (said.kind, said.line, *said.settings.items(), said.is_likelier, said.owners)
        self._journal.save_entry(self._said, key, weight=NO_MATTER)
        self._said.pop(key, None)
        self._said[key] = said

    def decide(self, network: Container[int], notes: Notes) -> tuple[dict[str, Any], Said | None]:
        """The settings, and the loss that is used, if there is one.

        Args:
            network: The ids of the modules of the network that is built.
            notes: Gets one note for each line that says something else.
        """
        settings: dict[str, Any] = {}
        for kind in ("epochs", "batch", "optimizer"):
            settings |= self._settings_of(kind, network, notes)
        loss = self._chosen("loss", network)
        settings |= self._settings_of("loss", network, notes)
        return settings, loss

    def _chosen(self, kind: str, network: Container[int]) -> Said | None:
        found = [said for said in self.said if said.kind == kind]
        likely = [said for said in found if said.is_likelier or any(owner in network for owner in said.owners)]
        if kind == "batch" or (kind == "loss" and likely):
            return next(iter(likely or found), None)
        return likely[-1] if likely else found[-1] if found else None

    def _settings_of(self, kind: str, network: Container[int], notes: Notes) -> dict[str, Any]:
        chosen = self._chosen(kind, network)
        if chosen is None:
            return {}
        for said in self.said:
            same = said.settings == chosen.settings or kind == "batch"
            if said.kind != kind or same or (chosen.is_likelier and not said.is_likelier):
                continue
            what = _CALLED[kind]
            if said.line == chosen.line:
                notes.add(said.line, f"This {what} several times with different settings; the last are used.")
            else:
                notes.add(said.line, f"Another {what} here; that of line {chosen.line} is used.")
        return chosen.settings
