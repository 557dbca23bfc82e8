"""A network is saved with its weights and opened again on Look inside."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.data.own import picture
from tests.pages.app import alts, open_page, without_exception
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.data.own_dataset import save_own
from visualizer.ui.shell.own_workspace import WorkspaceState


def opened_menu() -> AppTest:
    app = open_page("look_inside")
    app.session_state["model-files"] = True
    return without_exception(app.run())


def uploaded(app: AppTest, data: bytes) -> AppTest:
    app.get("file_uploader")[0].set_value(("network.safetensors", data, "application/octet-stream"))
    return without_exception(app.run())


def file_of(architecture, dataset: str, seed: int = 5) -> bytes:
    weights = {name: tensor.numpy() for name, tensor in build(architecture, seed=seed).state_dict().items()}
    return save_model(architecture, weights, {"dataset": dataset})


def answer(app: AppTest) -> str:
    return next(text for text in alts(app) if "The answer is" in text)


def test_an_uploaded_network_is_looked_into_and_can_go_to_build():
    app = opened_menu()
    before = answer(app)
    app = uploaded(app, file_of(TINY.architecture, "digits"))
    group = next(group for group in app.get("button_group") if group.key == "network-choice")
    assert group.value == "file"
    assert answer(app) != before
    (button,) = [button for button in app.button if button.key == "model-to-build"]
    without_exception(button.click().run())
    assert not app.error


def test_a_network_of_another_data_set_sees_its_pictures():
    app = uploaded(opened_menu(), file_of(CLASSIC.architecture, "shapes"))
    assert "star" in app.selectbox(key="picture-class-shapes").options


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80\x04pickle", file_of(TINY.architecture, "digits")[:-9], b"\xff" * 64],
    ids=["empty", "pickle", "cut off", "noise"],
)
def test_a_file_that_is_no_network_gets_one_sentence_and_changes_nothing(data):
    app = opened_menu()
    before = answer(app)
    app = uploaded(app, data)
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")
    assert answer(app) == before


def test_a_data_set_that_is_not_ours_is_not_believed():
    app = uploaded(opened_menu(), file_of(TINY.architecture, "../../etc"))
    assert not app.error
    assert "The answer is" in answer(app)


def own_dataset() -> str:
    return save_own({"secret": [picture(40, seed) for seed in range(7)], "private": [picture(200, 1)] * 7}, 32, "crop")


COLOURED = Architecture("Coloured", (3, 32, 32), (GlobalAveragePooling2D(), Dense(units=2)))


def everything_on(app: AppTest) -> str:
    words = [word.value for word in (*app.markdown, *app.caption, *app.info, *app.error)]
    options = [option for box in app.selectbox for option in box.options]
    return " ".join([*words, *options, *alts(app)])


def test_pictures_of_somebodys_own_do_not_come_along_with_a_network():
    """The file has the data set's name, and whoever has the file would have the pictures."""
    data = file_of(COLOURED, own_dataset())
    app = uploaded(opened_menu(), data)
    assert not app.error
    assert [box.value for box in app.info] == [
        "It was trained on someone’s own pictures. The file does not include them: they open only in the workspace "
        "that has them. The network therefore sees pictures of the data set chosen here, and its classes may differ."
    ]
    assert app.session_state["visualizer"].opened_model.dataset is None
    for tab in ("Layers", "Filters", "Why this class?"):
        app.session_state["look-parts"] = tab
        without_exception(app.run())
        assert "secret" not in everything_on(app)
    assert "3" in app.selectbox(key="picture-class-digits").options


def test_in_its_own_workspace_the_same_file_finds_its_pictures_again():
    name = own_dataset()
    app = opened_menu()
    owner = app.session_state["visualizer"]
    owner.own_datasets = (name,)
    without_exception(app.run())
    # In a tab that was open when the pictures were added in another one.
    state = owner.page_state(WorkspaceState)
    owner.own_datasets, state.saved = (), state.saved | {"datasets": ()}
    app = uploaded(app, file_of(COLOURED, name))
    assert not app.info
    assert app.selectbox(key=f"picture-class-{name}").options == ["private", "secret"]


@pytest.mark.parametrize("part", ["Layers", "Filters", "Why this class?"])
def test_weights_so_large_that_numbers_overflow_are_looked_into(part):
    """Finite weights, infinite sums: every part of the page still says something, and none of them breaks."""
    weights = {
        name: np.full_like(tensor.numpy(), 3e38) for name, tensor in build(TINY.architecture).state_dict().items()
    }
    app = uploaded(opened_menu(), save_model(TINY.architecture, weights, {"dataset": "digits"}))
    app.session_state["look-parts"] = part
    without_exception(app.run())
    for _ in range(2):
        for job in list(app.session_state["visualizer"].jobs.values()):
            job.join()
            assert not job.error
        without_exception(app.run())
    assert alts(app)
