"""What somebody made is there again when they open their address, and only then."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import ROOT, SECONDS, open_page, without_exception
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.errors import UserError
from visualizer.ui.own_workspace import NOT_FOUND
from visualizer.ui.server import owner_id, run_store, workspaces
from visualizer.ui.session import Session
from visualizer.workspaces import id_of, new_token


def opened(token: str, name: str = "build") -> AppTest:
    """A page in another tab, opened with this token in its address."""
    app = AppTest.from_file(str(ROOT / "visualizer" / "ui" / "navigation.py"), default_timeout=SECONDS)
    app.query_params["w"] = token
    without_exception(app.run())
    return without_exception(app.switch_page(f"../../pages/{name}.py").run())


def owner(app: AppTest) -> Session:
    return app.session_state["visualizer"]


def address(app: AppTest) -> str | None:
    """The token that the page writes into its address."""
    data = [json.loads(component.proto.json) for component in app.get("bidi_component") if component.proto.json]
    return next((one["token"] for one in data if isinstance(one, dict) and "token" in one), None)


def edit(app: AppTest) -> AppTest:
    owner(app).open_architecture(CLASSIC.architecture)
    return without_exception(app.run())


def sentences(app: AppTest) -> list[str]:
    return [box.value for box in app.info]


def test_who_only_looks_gets_no_address_and_leaves_nothing():
    before = workspaces().used()
    app = open_page("build")
    without_exception(app.switch_page("../../pages/train.py").run())
    assert address(app) is None
    assert not owner(app).has_workspace
    assert workspaces().used() == before


def test_everything_is_there_again():
    app = edit(open_page("build"))
    token = address(app)
    assert token == owner(app).token
    owner(app).undo()
    owner(app).redo()
    owner(app).rename("Mine")
    owner(app).set_training(epochs=7, dataset="shapes")
    owner(app).probe_index = 12
    owner(app).own_datasets = ("own-0123456789abcdef",)
    run_store().create("abcdef0123", id_of(token), _spec(app), 4)
    owner(app).run_id = "abcdef0123"
    without_exception(app.run())

    again = owner(opened(token))
    assert again.history == owner(app).history
    assert again.architecture == replace(CLASSIC.architecture, name="Mine")
    again.undo()
    again.undo()
    assert again.architecture == TINY.architecture
    assert again.settings == owner(app).settings
    assert (again.probe_index, again.run_id, again.own_datasets) == (12, "abcdef0123", ("own-0123456789abcdef",))
    assert id_of(again.token) == id_of(token)
    run_store().set_state("abcdef0123", "stopped", "")


def _spec(app: AppTest):
    from visualizer.training.settings import RunSpec

    return RunSpec(owner(app).architecture, owner(app).settings, 0)


def test_the_address_is_explained_and_can_be_copied():
    app = open_page("build")
    assert not [button for button in app.sidebar.button if button.key == "own-address"]
    without_exception(edit(app).run())
    (button,) = [button for button in app.sidebar.button if button.key == "own-address"]
    without_exception(button.click().run())
    assert any("brings you back to your work" in text.value for text in app.markdown)
    assert any("Keep it to yourself" in text.value for text in app.markdown)
    links = [
        json.loads(component.proto.json)["link"]
        for component in app.get("bidi_component")
        if component.proto.json and "link" in json.loads(component.proto.json)
    ]
    own = [link for link in links if "w=" in link]
    assert [link.endswith(f"?w={owner(app).token}") for link in own] == [True]
    # The link that is made for others does not give the workspace away.
    (shared,) = [link for link in links if "network=" in link]
    assert owner(app).token not in shared


@pytest.mark.parametrize("token", ["", "nonsense", "a" * 22, "<b>" * 10, "x" * 5000])
def test_an_address_that_is_not_known_says_so_and_begins_anew(token):
    app = opened(token)
    assert NOT_FOUND in sentences(app)
    assert "w" not in app.query_params
    assert owner(app).token != token
    assert address(app) is None
    assert NOT_FOUND not in sentences(edit(app))


def test_two_tabs_do_not_destroy_what_the_other_made():
    token = address(edit(open_page("build")))
    one, two = opened(token), opened(token)
    owner(one).set_training(epochs=3)
    owner(one).own_datasets = ("own-1111111111111111",)
    without_exception(one.run())
    owner(two).rename("Second")
    owner(two).own_datasets = ("own-2222222222222222",)
    without_exception(two.run())
    both = owner(opened(token))
    assert (both.settings.epochs, both.architecture.name) == (3, "Second")
    assert both.own_datasets == ("own-1111111111111111", "own-2222222222222222")


def test_what_cannot_be_read_any_more_begins_anew_and_the_rest_is_there():
    app = edit(open_page("build"))
    owner(app).set_training(epochs=3)
    without_exception(app.run())
    token = owner(app).token
    workspaces().save(id_of(token), {"history": '{"present": 1}', "run": '"../../etc"', "datasets": "[7]"})
    again = owner(opened(token))
    assert again.architecture == TINY.architecture
    assert (again.run_id, again.own_datasets, again.settings.epochs) == (None, (), 3)


def test_a_data_set_that_is_gone_is_replaced():
    app = edit(open_page("build"))
    token = owner(app).token
    settings = json.loads(workspaces().load(id_of(token)).get("training", "[{}, 0]"))[0]
    text = json.dumps([settings | {"dataset": "own-ffffffffffffffff", "epochs": 4}, 5])
    workspaces().save(id_of(token), {"training": text})
    again = owner(opened(token, "train"))
    assert (again.settings.dataset, again.settings.epochs, again.probe_index) == ("digits", 4, 0)


def test_somebody_elses_run_is_not_shown():
    app = edit(open_page("build"))
    run_store().create("abcdef4567", "somebody", _spec(app), 4)
    workspaces().save(id_of(owner(app).token), {"run": '"abcdef4567"'})
    assert owner(opened(owner(app).token)).run_id is None
    run_store().set_state("abcdef4567", "stopped", "")


def test_a_full_disk_says_so_and_all_is_kept_once_there_is_room(monkeypatch):
    app = edit(open_page("build"))

    def save(*_) -> None:
        raise UserError("The server's disk is full, so this could not be saved")

    monkeypatch.setattr(workspaces(), "save", save)
    owner(app).rename("Later")
    without_exception(app.run())
    assert any("disk is full" in box.value for box in app.error)
    monkeypatch.undo()
    without_exception(app.run())
    assert owner(opened(owner(app).token)).architecture.name == "Later"


def test_runs_belong_to_the_workspace(monkeypatch):
    token = new_token()
    monkeypatch.setattr("visualizer.ui.server.session", lambda: Session(token=token))
    assert owner_id() == id_of(token)
