"""Names of classes and networks come from others' files and links: they are shown as they are, wherever they are shown.

What would be markup for one of the readers (Markdown with Streamlit's directives, Plotly's labels, HTML) must not stand
anywhere where that reader reads it.
"""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from tests.data.own import picture, png, zipped
from tests.pages.app import open_page, without_exception
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.data.own_dataset import save_own
from visualizer.data.own_pictures import read_file
from visualizer.training.link import LinkedNetwork, link_text
from visualizer.training.scheduling.commands import Start
from visualizer.training.settings import RunSpec, TrainingSettings
from visualizer.ui.kit.text import escaped, markdown_safe
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.state.session import Session
from visualizer.workspaces import id_of, new_token

# Each with the part of it that does the harm; class names have at most 30 letters.
CLASSES = {
    "<b>boo</b><img src=x>": "<b>boo",
    "<a href='//e.io'>l</a>": "<a href",
    "![i](//e.io/i.png)": "![i](",
    "[l](javascript:alert(1))": "[l](",
    ":red[boo] :material/bug:": ":red[boo",
    ":smile: :material/bug: x": ":material/bug",
    r"$\frac{1}{2}$ `x` **y**": r"$\frac",
    "www.e.io me@e.io ~~x~~": "www.e.io",
    "%{x} %{customdata} | x": "%{x}",
}
NETWORK = "![n](//e.io/n.png) <i>n</i> $n$ :material/no:"
HARM = [*CLASSES.values(), "![n](", "<i>n", "$n$", ":material/no"]
# Fields that are shown as they are, or not at all; a component's data are looked at apart.
NO_MARKUP = {"id", "options", "json", "default", "code", "url", "value", "form_id", "placeholder", "page_script_hash"}
HTML = re.compile(r"<b>boo|<a href|<i>n|%\{x\} %\{custom")


def texts(message: Message, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in what is sent to the browser for an element, with the name of its field."""
    for field, value in message.ListFields():
        # A select box shows its options as they are; those of a group of buttons are Markdown.
        if field.name in NO_MARKUP and not (field.name == "options" and "button_group" in path):
            continue
        for item in value if isinstance(value, (list, tuple)) or hasattr(value, "add") else [value]:
            if isinstance(item, Message):
                yield from texts(item, f"{path}.{field.name}")
            elif isinstance(item, str):
                yield f"{path}.{field.name}", item
        if hasattr(value, "__iter__") and not isinstance(value, (str, bytes)) and not hasattr(value, "add"):
            for item in value:
                if isinstance(item, str):
                    yield f"{path}.{field.name}", item


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def harmless(app: AppTest) -> int:
    """Assert that no name does harm on this page; how many of its texts and charts have a part of one."""
    seen = 0
    for element in app:
        proto = getattr(element, "proto", None)
        if not isinstance(proto, Message):
            continue
        kind = type(element).__name__
        if kind == "Selectbox":
            continue
        for field, text in texts(proto, proto.DESCRIPTOR.name.lower().replace("buttongroup", "button_group")):
            # What is escaped is text.
            unescaped = re.sub(r"\\.", "", text)
            for harm in HARM:
                assert "%" in harm or harm not in unescaped, (kind, field, text)
            seen += "boo" in text or "frac" in text or "e\\.io" in text
        if getattr(proto, "json", ""):
            data = json.loads(proto.json)
            if isinstance(data, dict) and "figure" in data:
                for text in strings(json.loads(data["figure"])):
                    assert not HTML.search(text), (kind, text)
                    seen += "boo" in text
    return seen


def dataset() -> str:
    pictures = {
        read_file(b"", "x", name).class_name: [picture(20 * index, seed, 16, 16) for seed in range(6)]
        for index, name in enumerate(CLASSES)
    }
    assert set(pictures) == set(CLASSES)  # nothing is cut off
    return save_own(pictures, 32, "crop")


ARCHITECTURE = Architecture(
    NETWORK, (3, 16, 16), (Conv2D(filters=4), GlobalAveragePooling2D(), Dense(units=len(CLASSES), activation="softmax"))
)


TOKEN = new_token()


@pytest.fixture(scope="module")
def run() -> str:
    """A finished run of a network and a data set with such names."""
    settings = TrainingSettings(dataset=dataset(), epochs=1)
    run_id = worker_pool().submit(RunSpec(ARCHITECTURE, settings, 0), id_of(TOKEN), (settings.dataset,))
    worker_pool().send(run_id, Start())
    deadline = time.monotonic() + 120
    while run_store().record(run_id).active:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return run_id


def shows(run_id: str, page: str, **state: Any) -> AppTest:
    """The page of a tab that has such a network in Build, and that run."""
    app = open_page("build")
    owner = app.session_state["visualizer"]
    record = run_store().record(run_id)
    owner.token = TOKEN
    owner.open_architecture(record.spec.architecture)
    owner.settings = record.spec.settings
    owner.use_own(record.spec.settings.dataset)
    owner.run_id = run_id
    for key, value in state.items():
        app.session_state[key.replace("_", "-")] = value
    app = without_exception(app.switch_page(f"../../../pages/{page}.py").run())
    for _ in range(2):
        for job in list(app.session_state["visualizer"].jobs.values()):
            job.join()
        without_exception(app.run())
    return app


@pytest.mark.parametrize(
    ("page", "state", "at_least"),
    [
        ("build", {}, 0),
        ("train", {"train_parts": "Live"}, 1),
        ("train", {"train_parts": "Time machine"}, 1),
        ("train", {"train_parts": "Evaluation"}, 3),
        ("look_inside", {"look_parts": "Layers"}, 1),
        ("look_inside", {"look_parts": "Filters"}, 1),
        ("look_inside", {"look_parts": "Why this class?"}, 0),
        ("receptive_field", {}, 0),
    ],
)
def test_no_page_reads_a_name_as_markup(run, page, state, at_least):
    assert harmless(shows(run, page, **state)) >= at_least


def test_compare_reads_no_name_as_markup(run, monkeypatch):
    monkeypatch.setattr(Session, "workspace_id", id_of(TOKEN))
    app = open_page("compare")
    assert any("//e.io/n.png" in text.replace("\\", "") for pills in app.pills for text in pills.options)
    harmless(app)


def test_what_is_refused_tells_its_names_harmlessly():
    """A network that fits no data set, of a link; a class with too few pictures, of a ZIP; a file with a bad value."""
    app = open_page("build")
    broken = replace(ARCHITECTURE, layers=(Flatten(), Dense(units=3)))
    app.query_params["network"] = link_text(LinkedNetwork(broken, TrainingSettings()))
    without_exception(app.run())
    app.session_state["visualizer"].attempt(lambda: worker_pool().submit(RunSpec(broken, TrainingSettings(), 0), "x"))
    without_exception(app.run())
    assert "cannot be trained on" in app.error[0].value
    harmless(app)

    app = open_page("train")
    app.session_state["own-part"] = True
    without_exception(app.run())
    files = {f"{name.replace('/', '_')}/{seed}.png": png(picture(9, seed)) for name in CLASSES for seed in range(2)}
    files |= {f"a/![x](__e.io_x).png{sign}": b"no" for sign in ("", "<b>boo", ":red[boo]")}
    app.get("file_uploader")[0].set_value(("a.zip", zipped(files), "application/zip"))
    for _ in range(3):
        without_exception(app.run())
        for job in list(app.session_state["visualizer"].jobs.values()):
            job.join()
    assert len([button for button in app.button if (button.key or "").startswith("own-remove-")]) == len(CLASSES)
    assert harmless(app) > 0
    without_exception(app.button(key="own-use").click().run())
    assert "at least 6 are needed to split them" in app.error[0].value
    assert harmless(app) > 0


@pytest.mark.parametrize("name", [*CLASSES, NETWORK])
def test_escaped_a_name_has_no_harm_left(name):
    for safe in (escaped(name), markdown_safe(f"The network “{name}” does not fit")):
        rest = re.sub(r"\\.", "", safe)
        assert not any(harm in rest for harm in HARM if "%" not in harm)
