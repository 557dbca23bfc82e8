"""A network is saved with its weights and opened again on Look inside."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC, TINY


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
