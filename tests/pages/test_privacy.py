"""Names lead to nobody else's things, whoever sends them and however."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.data.own import picture
from tests.pages.app import open_page, without_exception
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.data.own_dataset import save_own
from visualizer.errors import UserError
from visualizer.training.settings import RunSpec, TrainingSettings
from visualizer.ui.shell.own_workspace import address_button  # noqa: F401 (loads what the pages load)
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.state.session import Session
from visualizer.workspaces import id_of, new_token

PAGES = ("home", "build", "train", "look_inside", "compare", "convolution")


@pytest.fixture
def secret() -> str:
    """The name of somebody else's data set."""
    return save_own({"secret": [picture(40, seed) for seed in range(6)], "private": [picture(200, 1)] * 6}, 32, "crop")


def owner(app: AppTest) -> Session:
    return app.session_state["visualizer"]


def test_a_choice_that_was_not_offered_is_refused(secret):
    """A browser may send any name for a select box: what it was offered binds nobody."""
    app = open_page("train")
    owner(app).choose_dataset(secret)
    without_exception(app.run())
    assert owner(app).settings.dataset == "digits"
    assert [box.value for box in app.error] == [
        "This data set is not, or no longer, in this workspace. Your own pictures can be used only in the workspace "
        "where you added them, and only for a while. Add the pictures again, or choose another data set."
    ]


@pytest.mark.parametrize("name", PAGES)
def test_whatever_a_session_has_chosen_only_its_own_pictures_are_opened(secret, name):
    app = open_page("home")
    owner(app).settings = TrainingSettings(dataset=secret)
    app.session_state["filters-dataset-digits"] = secret
    app.session_state["picture-source"] = "dataset"
    app.session_state["look-parts"] = "Filters"
    without_exception(app.switch_page(f"../../../pages/{name}.py").run())
    options = [option for box in app.selectbox for option in box.options]
    words = [text.value for text in (*app.markdown, *app.caption, *app.error, *app.info)]
    assert not [word for word in (*options, *words) if "secret" in str(word)]


def test_no_run_is_made_of_somebody_elses_pictures(secret):
    spec = RunSpec(CLASSIC.architecture, TrainingSettings(dataset=secret), 0)
    with pytest.raises(UserError, match="not, or no longer, in this workspace"):
        worker_pool().submit(spec, id_of(new_token()), ("own-0123456789abcdef",))


def test_a_run_is_shown_in_the_workspace_that_it_belongs_to():
    run_store().create("abcdef7777", id_of(new_token()), RunSpec(TINY.architecture, TrainingSettings(), 0), 4)
    app = open_page("train")
    owner(app).run_id = "abcdef7777"
    without_exception(app.run())
    assert not [button for button in app.button if button.key == "keep-running"]
    assert [button.label for button in app.button if button.key == "start"] == ["Start"]
    run_store().set_state("abcdef7777", "stopped", "")
