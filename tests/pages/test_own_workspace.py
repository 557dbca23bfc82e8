"""What somebody made is there again when they open their address, and only then."""

import json
import sqlite3
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from tests.data.own import picture
from tests.pages.app import ROOT, SECONDS, open_page, without_exception
from visualizer.architecture.presets import CLASSIC, LENET, TINY
from visualizer.data.own_dataset import save_own
from visualizer.errors import UserError
from visualizer.training.link import LinkedNetwork, link_text
from visualizer.training.remote.servers import Servers
from visualizer.training.settings import TrainingSettings
from visualizer.ui.shell.own_workspace import NOT_FOUND, WorkspaceState
from visualizer.ui.shell.unfamiliar_workspace import COOKIE, mark_of
from visualizer.ui.state.server import run_store, workspaces
from visualizer.ui.state.session import Session
from visualizer.workspace import workspace
from visualizer.workspaces import id_of, is_token, new_token


def arrived(token: str, name: str = "build", **query: str) -> AppTest:
    """A page in another browser, opened with this token in its address."""
    app = AppTest.from_file(str(ROOT / "visualizer" / "ui" / "shell" / "navigation.py"), default_timeout=SECONDS)
    app.query_params["w"] = token
    for parameter, value in query.items():
        app.query_params[parameter] = value
    without_exception(app.run())
    return without_exception(app.switch_page(f"../../../pages/{name}.py").run())


def opened(token: str, name: str = "build") -> AppTest:
    """The same in a browser that has opened the workspace before, or whose person says that it shall."""
    app = arrived(token, name)
    return answer(app, "open") if asks(app) else app


def asks(app: AppTest) -> bool:
    """Whether the page asks what to do with a workspace from another browser."""
    return any(button.key == "workspace-open" for button in app.button)


def answer(app: AppTest, choice: str) -> AppTest:
    return without_exception(app.button(key=f"workspace-{choice}").click().run())


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
    without_exception(app.switch_page("../../../pages/train.py").run())
    assert address(app) is None
    assert not owner(app).page_state(WorkspaceState).exists
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


def test_a_workspace_that_was_made_elsewhere_asks_before_it_is_opened():
    made = edit(open_page("build"))
    owner(made).rename("Ada's *own*")
    elsewhere = Servers(workspace())  # trains it: a run whose server lives no more does not go on
    run_store().create("abcdef8888", id_of(owner(made).token), _spec(made), 4, elsewhere.own)
    owner(made).run_id, owner(made).own_datasets = "abcdef8888", ("own-0123456789abcdef",)
    token = address(without_exception(made.run()))
    before = workspaces().peek(id_of(token))

    app = arrived(token)
    assert [title.value for title in app.title] == ["A workspace from another browser"]
    (contents,) = [text.value for text in app.markdown if "for the first time" in text.value]
    assert contents == (
        "This browser opens this workspace for the first time.\n\n"
        "- Network: **Ada\\'s \\*own\\*** (7 layers)\n"
        "- Training runs: 1 (1 active)\n"
        "- Data sets of uploaded pictures: 1"
    )
    assert any("you would work together" in text.value for text in app.markdown)
    for page in ("train", "compare", "home"):
        without_exception(app.switch_page(f"../../../pages/{page}.py").run())
        assert asks(app)
        assert [button.key for button in app.button] == ["workspace-open", "workspace-copy", "workspace-decline"]
    assert owner(app).token != token
    assert owner(app).run_id is None
    answer(app, "open")
    assert not asks(app)
    assert (address(app), owner(app).run_id) == (token, "abcdef8888")
    assert owner(app).architecture.name == "Ada's *own*"
    assert workspaces().peek(id_of(token)) == before
    run_store().set_state("abcdef8888", "stopped", "")
    elsewhere.close()


def test_what_was_made_elsewhere_can_be_left_alone():
    token = address(edit(open_page("build")))
    used = workspaces().used()
    app = answer(arrived(token), "decline")
    assert not asks(app)
    assert address(app) is None
    assert "w" not in app.query_params
    assert owner(app).architecture == TINY.architecture
    edit(app)
    assert address(app) not in (None, token)
    assert workspaces().used()[id_of(token)] == used[id_of(token)]  # looking is not using


def test_of_what_was_made_elsewhere_a_copy_can_be_taken():
    made = edit(open_page("build"))
    owner(made).set_training(epochs=7)
    name = save_own({"a": [picture(40, 0)] * 6, "b": [picture(200, 1)] * 6}, 32, "crop")
    owner(made).use_own(name)
    token = address(without_exception(made.run()))
    before = workspaces().peek(id_of(token))
    app = answer(arrived(token), "copy")
    assert any("your own copy of that network" in sentence for sentence in sentences(app))
    assert owner(app).architecture == CLASSIC.architecture
    # Its pictures stay where they are.
    assert (owner(app).settings.epochs, owner(app).settings.dataset, owner(app).own_datasets) == (7, "digits", ())
    assert address(app) not in (None, token)
    owner(app).rename("Copy")
    without_exception(app.run())
    assert workspaces().peek(id_of(token)) == before
    owner(app).undo()
    owner(app).undo()
    assert owner(app).architecture == TINY.architecture


def test_a_browser_that_opened_it_before_is_not_asked(monkeypatch):
    token = address(edit(open_page("build")))
    cookies = {COOKIE: f"0123456789abcdef.{mark_of(id_of(token))}"}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", cookies)
    app = arrived(token)
    assert not asks(app)
    assert address(app) == token
    other = address(edit(open_page("build")))
    assert asks(arrived(other))


def test_what_the_browser_notes_opens_nothing():
    app = edit(open_page("build"))
    (noted,) = [
        data
        for component in app.get("bidi_component")
        if component.proto.json and isinstance(data := json.loads(component.proto.json), dict) and "mark" in data
    ]
    assert (noted["cookie"], len(noted["mark"])) == (COOKIE, 16)
    assert noted["mark"] not in noted["token"]
    assert not is_token(noted["mark"])


def test_a_link_to_a_network_opens_nobodys_workspace():
    """Whoever sends the whole address bar sends the token too."""
    token = address(edit(open_page("build")))
    text = link_text(LinkedNetwork(LENET.architecture, TrainingSettings(epochs=3)))
    app = arrived(token, network=text)
    assert not asks(app)
    assert owner(app).architecture == LENET.architecture
    assert "w" not in app.query_params
    assert "network" not in app.query_params
    assert address(app) not in (None, token)
    assert owner(opened(token)).architecture == CLASSIC.architecture


def test_what_could_not_be_looked_for_is_looked_for_once_more(monkeypatch):
    """The database was locked: else the person would work in an empty workspace, and think all is lost."""
    token = address(edit(open_page("build")))

    def locked(*_) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(type(workspaces()), "peek", locked)
    app = AppTest.from_file(str(ROOT / "visualizer" / "ui" / "shell" / "navigation.py"), default_timeout=SECONDS)
    app.query_params["w"] = token
    assert app.run().exception  # here without `show_error`, which tells it in a sentence
    monkeypatch.undo()
    without_exception(app.run())
    assert owner(answer(app, "open")).architecture == CLASSIC.architecture


def test_the_pages_say_what_was_lost_when_the_server_started(monkeypatch):
    monkeypatch.setattr("visualizer.ui.shell.own_workspace.lost_files", lambda: {"training runs": "2026-11-30"})
    for page in ("home", "train", "compare"):
        assert [box.value for box in open_page(page).warning] == [
            "On 2026-11-30, this server found that its record of training runs was damaged, and set it aside. The work "
            "in it is not here; whoever runs the server may have a backup. Work that was saved since then is here."
        ]


def test_the_address_is_explained_and_can_be_copied():
    app = open_page("build")
    assert not [button for button in app.sidebar.button if button.key == "own-address"]
    without_exception(edit(app).run())
    (button,) = [button for button in app.sidebar.button if button.key == "own-address"]
    without_exception(button.click().run())
    assert any("This link opens your work" in text.value for text in app.markdown)
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
    assert NOT_FOUND.format(unused_days="60 days") in sentences(app)
    assert "w" not in app.query_params
    assert owner(app).token != token
    assert address(app) is None
    assert NOT_FOUND.format(unused_days="60 days") not in sentences(edit(app))


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
    app = opened(token)
    again = owner(app)
    assert again.architecture == TINY.architecture
    assert (again.run_id, again.own_datasets, again.settings.epochs) == (None, (), 3)
    assert [box.value for box in app.warning] == [
        "Some of this workspace could not be read: the network in Build. The server set it aside without deleting it, "
        "and you start anew with that part. Whoever runs the server may have a backup."
    ]
    # Nothing is written over it.
    edit(app)
    kept = workspaces().peek(id_of(token))
    assert [value for name, value in kept.items() if name.startswith("history, put aside")] == ['{"present": 1}']
    assert "Classic" in kept["history"]
    assert not opened(token).warning


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


def test_runs_belong_to_the_workspace():
    token = new_token()
    assert Session(token=token).workspace_id == id_of(token)
