"""The network in Build with its undo history as JSON values, which outlive a session."""

from collections.abc import Iterable
from typing import Any

from visualizer.architecture.architecture import architecture_from_dict, architecture_to_dict
from visualizer.architecture.editing import Draft, EditHistory
from visualizer.architecture.layer import Layer, layer_from_dict
from visualizer.errors import UserError

MAX_KEPT_UNDO = 30  # in each direction; the oldest are dropped first


def history_to_dict(history: EditHistory) -> dict[str, Any]:
    """The history as plain JSON values, with the nearest steps of undo and redo."""
    return {
        "present": _draft_to_dict(history.present),
        "past": [_draft_to_dict(draft) for draft in history.past[-MAX_KEPT_UNDO:]],
        "future": [_draft_to_dict(draft) for draft in history.future[:MAX_KEPT_UNDO]],
    }


def history_from_dict(data: Any) -> EditHistory:
    """The history that `history_to_dict` wrote.

    A step that cannot be read, such as one of a newer version, is left out with all steps beyond it.

    Raises:
        UserError: The network itself cannot be read.
    """
    try:
        layers = _SharedLayers()
        present = _draft_from_dict(data["present"], layers)
        past = _readable(reversed(data["past"]), layers)[::-1]
        return EditHistory(present, tuple(past), tuple(_readable(data["future"], layers)))
    except (KeyError, TypeError, ValueError) as error:
        raise UserError("The network could not be read.", "It was kept by another version of this app.") from error


class _SharedLayers:
    """Reads each layer once, though almost every step of a history has it: a step changes few of up to 1,000."""

    def __init__(self) -> None:
        self._read: dict[str, Layer] = {}

    def read(self, data: Any) -> Layer:
        """The layer in JSON values. Raises SettingError where they are none."""
        values = repr(data)  # which tells 1 from True
        if values not in self._read:
            self._read[values] = layer_from_dict(data)
        return self._read[values]


def _draft_to_dict(draft: Draft) -> dict[str, Any]:
    return {"architecture": architecture_to_dict(draft.architecture), "ids": draft.ids, "next_id": draft.next_id}


def _draft_from_dict(data: Any, layers: _SharedLayers) -> Draft:
    architecture = architecture_from_dict(data["architecture"], layers.read)
    ids, next_id = tuple(map(int, data["ids"])), int(data["next_id"])
    if len(set(ids)) != len(architecture.layers) or len(ids) != len(set(ids)) or max(ids, default=-1) >= next_id:
        raise ValueError("each layer needs its own card")
    return Draft(architecture, ids, next_id)


def _readable(steps: Iterable[Any], layers: _SharedLayers) -> list[Draft]:
    drafts: list[Draft] = []
    for step in steps:
        try:
            drafts.append(_draft_from_dict(step, layers))
        except (UserError, KeyError, TypeError, ValueError):
            break
    return drafts
