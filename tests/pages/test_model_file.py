"""A network is saved with its weights and opened again on Look inside."""

import io
import threading
import zipfile

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.data.own import picture
from tests.keras_example import saved_by_keras
from tests.pages.app import after_reading, alts, open_page, without_exception
from visualizer.architecture.architecture import Architecture, architecture_to_json
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.model_file import save_model
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.data.own_dataset import save_own
from visualizer.inspection.onnx_file import onnx_bytes
from visualizer.ui.parts import network_upload
from visualizer.ui.shell.own_workspace import WorkspaceState


def opened_menu() -> AppTest:
    app = open_page("look_inside")
    app.session_state["model-files"] = True
    return without_exception(app.run())


def uploaded(app: AppTest, data: bytes) -> AppTest:
    app.get("file_uploader")[0].set_value(("network.safetensors", data, "application/octet-stream"))
    return after_reading(app.run())


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


# ---- Files of other programs


@pytest.fixture(scope="module")
def keras_file(tmp_path_factory) -> bytes:
    return saved_by_keras(tmp_path_factory.mktemp("keras"), np.zeros((1, 8, 8, 1)))[0]


def sent(app: AppTest, data: bytes, name: str, place: int = 0) -> AppTest:
    app.get("file_uploader")[place].set_value((name, data, "application/octet-stream"))
    return after_reading(app.run())


@pytest.mark.parametrize("page", ["look_inside", "build"])
def test_reading_a_file_shows_progress_and_can_be_cancelled(page, monkeypatch):
    goes_on = threading.Event()
    monkeypatch.setattr(network_upload, "open_network_file", lambda data, name: goes_on.wait(60) and None)
    app = opened_menu() if page == "look_inside" else open_page(page)
    before = app.session_state["visualizer"].architecture
    uploader = "model-file" if page == "look_inside" else "architecture-file"
    next(field for field in app.get("file_uploader") if field.key == uploader).set_value(
        ("net.onnx", b"\x08" * 2048, "application/octet-stream")
    )
    try:
        without_exception(app.run())
        assert any("Reading 2 KiB" in progress.proto.text for progress in app.get("progress"))
        (cancel,) = [button for button in app.button if button.key == f"{uploader}-reading-cancel"]
        without_exception(cancel.click().run())
        assert not app.get("progress")
        assert not app.error
        assert app.session_state["visualizer"].architecture == before
        assert app.session_state["visualizer"].opened_model is None
    finally:
        goes_on.set()


@pytest.mark.parametrize("kind", ["keras", "onnx"])
def test_a_network_of_another_program_is_looked_into(kind, keras_file):
    data = keras_file if kind == "keras" else onnx_bytes(build(TINY.architecture, seed=5), ())
    app = opened_menu()
    before = answer(app)
    app = sent(app, data, f"net.{kind}")
    assert not app.error
    assert answer(app) != before
    name = "from_elsewhere" if kind == "keras" else "From ONNX"
    (button,) = [button for button in app.button if button.key == "model-to-build"]
    assert name.replace("_", "\\_") in button.label
    without_exception(button.click().run())
    assert app.session_state["visualizer"].architecture.name == name


def test_where_weights_cannot_be_taken_over_the_layers_go_to_build(keras_file):
    app = opened_menu()
    description = zipfile.ZipFile(io.BytesIO(keras_file)).read("config.json").replace(b'"relu"', b'"mish"')
    app = sent(app, description, "net.json")
    assert not app.error
    assert [box.value for box in app.warning] == [
        "Only the layers were opened: they are in Build. A description has no weights."
    ]
    owner = app.session_state["visualizer"]
    assert [type(layer).__name__ for layer in owner.architecture.layers] == ["Conv2D", "Flatten", "Dense"]
    owner.undo()
    assert owner.architecture == TINY.architecture


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b"PK\x03\x04", "keras"),
        (b"\x89HDF\r\n\x1a\n", "h5"),
        (b"\x08\x09", "onnx"),
        (b'{"class_name": "Lambda"}', "json"),
        (b"\x80\x04", "keras"),
    ],
)
def test_a_broken_file_of_another_program_gets_one_sentence_and_changes_nothing(data, ending):
    app = opened_menu()
    before = answer(app)
    app = sent(app, data, f"net.{ending}")
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")
    assert answer(app) == before
    assert app.session_state["visualizer"].architecture == TINY.architecture


def test_build_opens_the_layers_and_says_what_differs(keras_file):
    app = open_page("build")
    app = sent(app, keras_file, "net.keras")
    assert not app.error
    owner = app.session_state["visualizer"]
    assert owner.architecture.name == "from_elsewhere"
    assert any("Built: 3 layers" in text.value for text in app.markdown)
    description = zipfile.ZipFile(io.BytesIO(keras_file)).read("config.json").replace(b'"relu"', b'"mish"')
    app = sent(app, description, "net.json")
    assert "mish" in app.warning[0].value
    app = sent(app, architecture_to_json(CLASSIC.architecture).encode(), "ours.json")
    assert owner.architecture == CLASSIC.architecture
    app = sent(app, file_of(TINY.architecture, "digits"), "ours.safetensors")
    assert owner.architecture == TINY.architecture


def test_a_description_is_pasted_like_source(keras_file):
    app = open_page("build")
    description = zipfile.ZipFile(io.BytesIO(keras_file)).read("config.json").decode()
    app.session_state["keras-code"] = True
    without_exception(app.run())
    app.text_area(key="keras-source").set_value(description)
    without_exception(app.button(key="keras-build").click().run())
    assert not app.error
    assert app.session_state["visualizer"].architecture.name == "from_elsewhere"
