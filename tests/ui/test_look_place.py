"""The kept place of Look inside: what is written is read again, and what is not of its kind is an empty place."""

import json

import pytest

from visualizer.ui.state.look_place import MAX_PATH, LookPlace, place_from_json, place_to_json

PLACE = LookPlace(
    "named",
    ("torchvision: resnet18", True),
    ("digits", 1501),
    "Filters",
    3,
    ((3, (0, 1, 2), False), (3, (0, 1, 2), True), (-1, (0, 1, 2), False)),
    2,
)


@pytest.mark.parametrize("place", [LookPlace(), PLACE, LookPlace("bundled", picture="china"), PLACE.moved(path=())])
def test_what_is_written_is_read_again(place):
    assert place_from_json(json.loads(json.dumps(place_to_json(place)))) == place


@pytest.mark.parametrize(
    "change",
    [
        {"network": 7},
        {"network": "a" * 1000},
        {"asked": ["only a name"]},
        {"picture": ["digits", "first"]},
        {"picture": ["digits", -1]},
        {"tab": None},
        {"layer": -1},
        {"layer": 10**12},
        {"path": [[0, [0, 0, 0]]]},
        {"path": [[-2, [0], False]]},
        {"path": [[0, [-1], False]]},
        {"path": [[0, 5, False]]},
        {"path": 5},
        {"page": 0.5},
    ],
)
def test_what_is_not_of_its_kind_is_an_empty_place(change):
    assert place_from_json(place_to_json(PLACE)) == PLACE
    assert place_from_json(place_to_json(PLACE) | change) == LookPlace()


@pytest.mark.parametrize("data", [None, [], {}, "here", 3])
def test_anything_else_is_an_empty_place(data):
    assert place_from_json(data) == LookPlace()


def test_of_a_long_way_only_the_beginning_is_kept():
    spots = tuple((0, (at,), False) for at in range(MAX_PATH + 50))
    place = PLACE.moved(path=spots, page=4)
    assert place.path == spots[:MAX_PATH]
    assert place.page == 0
