"""The network in Build and its undo history come back as they were."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import architectures
from visualizer.architecture.editing import Draft, EditHistory
from visualizer.architecture.kept_history import MAX_KEPT_UNDO, history_from_dict, history_to_dict
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.errors import UserError


def edited(times: int) -> EditHistory:
    history = EditHistory(Draft.of(TINY.architecture))
    for number in range(times):
        history = history.change(history.present.insert(0, Dense(units=number + 1)))
    return history


def back(history: EditHistory) -> EditHistory:
    return history_from_dict(json.loads(json.dumps(history_to_dict(history))))


def test_it_comes_back_with_undo_and_redo():
    history = edited(4).undo()
    history = history.change(history.present.with_architecture(CLASSIC.architecture)).undo()
    assert back(history) == history
    assert back(history).redo() == history.redo()


@given(st.lists(architectures(), min_size=1, max_size=4))
def test_any_network_comes_back(networks):
    history = EditHistory(Draft.of(networks[0]))
    for network in networks[1:]:
        history = history.change(history.present.with_architecture(network))
    assert back(history) == history


def test_what_the_steps_have_in_common_is_read_once():
    read = back(edited(3).undo())
    before, now, undone = (draft.architecture.layers for draft in (read.past[-1], read.present, read.future[0]))
    assert all(layer is same for layer, same in zip(before, now[1:], strict=True))
    assert all(layer is same for layer, same in zip(now, undone[1:], strict=True))


def test_a_setting_is_not_taken_for_an_equal_one_of_another_kind():
    """`True == 1`, but a layer cannot have True units."""
    data = history_to_dict(edited(2))
    data["past"][1]["architecture"]["layers"][0]["units"] = True
    assert data["past"][0] == history_to_dict(edited(2))["past"][0]
    assert history_from_dict(data).past == ()


def test_the_nearest_steps_are_kept():
    history = edited(MAX_KEPT_UNDO + 5)
    assert back(history).past == history.past[-MAX_KEPT_UNDO:]
    for _ in range(MAX_KEPT_UNDO + 3):
        history = history.undo()
    assert back(history).future == history.future[:MAX_KEPT_UNDO]
    assert back(history).past == history.past


def test_steps_that_cannot_be_read_end_the_history_and_leave_the_network():
    data = history_to_dict(edited(4))
    data["past"][1]["architecture"]["layers"][0]["type"] = "of the future"
    history = history_from_dict(json.loads(json.dumps(data)))
    assert history.present == edited(4).present
    assert len(history.past) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("present"),
        lambda data: data["present"].update(ids=[0]),
        lambda data: data["present"].update(ids=[0] * len(data["present"]["ids"])),
        lambda data: data["present"].update(next_id=0),
        lambda data: data["present"].update(architecture=None),
        lambda data: data.update(past=3),
    ],
)
def test_a_network_that_cannot_be_read_is_refused(change):
    data = json.loads(json.dumps(history_to_dict(edited(1))))
    change(data)
    with pytest.raises(UserError):
        history_from_dict(data)


def test_anything_else_is_refused():
    for data in (None, [], "x", {}, {"present": 1, "past": [], "future": []}):
        with pytest.raises(UserError):
            history_from_dict(data)
