"""Look inside in another tab of the same workspace: it comes back to where it was, as far as that exists."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.branching import BRANCHING
from tests.pages.app import open_page, without_exception
from tests.pages.test_look_inside import choose, explained, go_on
from tests.pages.test_own_workspace import address, opened, owner
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.ui.state.look_place import LookPlace, place_to_json
from visualizer.ui.state.server import workspaces


def built() -> AppTest:
    """Look inside with a network in Build, so that there is a workspace."""
    app = open_page("look_inside")
    owner(app).open_architecture(BRANCHING)
    return without_exception(app.run())


def again(app: AppTest) -> AppTest:
    token = address(app)
    assert token
    return opened(token, "look_inside")


def put(app: AppTest, place: LookPlace | str) -> None:
    """As if this had been saved."""
    text = place if isinstance(place, str) else json.dumps(place_to_json(place))
    workspaces().save(owner(app).workspace_id, {"look": text})


def test_the_opened_number_of_an_add_with_its_way_its_picture_and_its_network():
    app = choose(built(), "network-choice", "untrained")
    without_exception(app.selectbox(key="picture-class-digits").set_value(3).run())
    without_exception(app.number_input(key="picture-number-digits").set_value(4).run())
    app = choose(app, f"layer-of-{len(BRANCHING.layers)}", 0)
    app = choose(app, f"layer-of-{len(BRANCHING.layers)}-in-0", 3)
    app = go_on(app, (3, 2, 5, 6), (2, 2, 5, 6))
    data = explained(app)
    back = again(app)
    assert explained(back) == data
    assert data["spot"] == [2, 2, 5, 6]
    assert back.selectbox(key="picture-class-digits").value == 3
    assert back.number_input(key="picture-number-digits").value == 4
    # From there on it goes anywhere.
    back = choose(back, f"layer-of-{len(BRANCHING.layers)}", 4)
    assert explained(back)["spot"][0] == 4
    back = choose(back, "network-choice", "bundled")
    assert explained(again(back))["spot"] == explained(back)["spot"]


def test_a_photo_another_network_and_another_tab():
    app = choose(built(), "network-choice", "bundled")
    app = choose(app, "picture-source", "photo")
    app = choose(app, "photo", "flower")
    app.session_state["look-parts"] = "Why this class?"
    app = again(without_exception(app.run()))
    assert app.session_state["network-choice"] == "bundled"
    assert app.session_state["picture-source"] == "photo"
    assert app.session_state["photo"] == "flower"
    assert app.session_state["look-parts"] == "Why this class?"


def test_who_only_looks_gets_no_address():
    before = workspaces().used()
    app = go_on(open_page("look_inside"), (0, 2, 3, 4))
    assert owner(app).look.path == ((0, (2, 3, 4), False),)
    assert address(app) is None
    assert workspaces().used() == before


def test_what_does_not_exist_any_more_is_dropped_without_a_word():
    app = built()
    at_first = explained(app)
    for place in (
        LookPlace("untrained", picture=("digits", 10**6), tab="Nowhere", layer=500),
        LookPlace("trained", picture=("own-" + "0" * 32, 1), layer=3),
        LookPlace("no such network", picture="no such photo", layer=3, path=((3, (0, 0, 0), False),)),
        LookPlace("untrained", path=((0, (99, 0, 0), False),)),
        LookPlace("untrained", path=((0, (0, 0), False),), page=10**6),
        # A number of layer 1 is not computed from one of layer 3.
        LookPlace("untrained", path=((0, (0, 0, 0), False), (2, (0, 0, 0), False))),
    ):
        put(app, place)
        back = again(app)
        assert explained(back) == at_first
        assert not back.warning


@pytest.mark.parametrize("text", ["", "{", "7", '{"network": 3}'])
def test_a_place_that_cannot_be_read_starts_anew(text):
    app = built()
    put(app, text)
    assert explained(again(app)) == explained(app)


def test_a_network_that_was_changed_meanwhile_keeps_what_fits():
    app = choose(built(), f"layer-of-{len(BRANCHING.layers)}", 4)
    app = go_on(app, (4, 5, 7, 7))
    owner(app).open_architecture(CLASSIC.architecture)
    without_exception(app.run())
    put(app, LookPlace("untrained", layer=4, path=((4, (5, 7, 7), False),)))
    spot = explained(again(app))["spot"]
    assert spot[0] == 4
    owner(app).open_architecture(TINY.architecture)
    without_exception(app.run())
    put(app, LookPlace("untrained", layer=8, path=((8, (0, 0, 0), False),)))
    assert explained(again(app))["spot"][0] == 0


def test_a_picture_that_another_page_has_just_chosen_stays():
    app = built()
    put(app, LookPlace("untrained", picture="china"))
    token = address(app)
    assert token
    back = opened(token, "build")
    back.session_state["picture-source"] = "dataset"
    without_exception(back.switch_page("../../../pages/look_inside.py").run())
    assert back.session_state["picture-source"] == "dataset"
