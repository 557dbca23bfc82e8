"""A network in a link: read again it is the same, and anything else is refused with a sentence."""

import base64
import json
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import any_architectures, graphs, layers, setting_values, with_blocks
from tests.training.examples import MIXED
from visualizer.architecture.architecture import (
    MAX_JSON_BYTES,
    MAX_LAYERS,
    MAX_NAME_LENGTH,
    Architecture,
    architecture_to_dict,
)
from visualizer.architecture.presets import CLASSIC, PRESETS
from visualizer.tasks.task import Task, task_types
from visualizer.training import link
from visualizer.training.link import MAX_CHARACTERS, LinkedNetwork, LinkError, link_text, read_link
from visualizer.training.settings import SETTING_SPECS, TrainingSettings, settings_to_dict

EXAMPLE = LinkedNetwork(MIXED, TrainingSettings(dataset="shapes", optimizer="sgd", learning_rate=1.0, batch_size=7))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def training_settings() -> st.SearchStrategy[TrainingSettings]:
    """Any settings that a run can have."""
    values = {name: setting_values(spec, small=False) for name, spec in SETTING_SPECS.items() if name != "loss"}
    return tasks().flatmap(
        lambda task: st.builds(
            TrainingSettings,
            dataset=st.sampled_from(["digits", "shapes"]),
            task=st.just(task),
            loss=st.sampled_from(list(task.losses)),
            **values,
        )
    )


def tasks() -> st.SearchStrategy[Task]:
    """Any task, with any settings of its own."""
    kinds = [
        st.builds(kind, **{item.name: setting_values(item.spec, small=False) for item in kind.settings()})
        for kind in task_types().values()
    ]
    return st.one_of(kinds)


@given(any_architectures() | graphs().flatmap(with_blocks), training_settings())
def test_read_again_it_is_the_same(architecture, settings):
    text = link_text(LinkedNetwork(architecture, settings))
    assert set(text) <= set(LETTERS)
    assert read_link(text) == LinkedNetwork(architecture, settings)


@given(st.lists(layers(small=False), min_size=1, max_size=60), st.integers(1, MAX_LAYERS))
def test_a_network_of_any_size_fits_or_is_refused_with_advice(some, count):
    many = (tuple(some) * count)[:count]
    linked = LinkedNetwork(Architecture("卷" * MAX_NAME_LENGTH, (3, 256, 256), many), TrainingSettings())
    text, refusal = "", ""
    try:
        text = link_text(linked)
    except LinkError as error:
        refusal = str(error)
    if refusal:
        assert count > 60
        assert "Use “Download” instead" in refusal
    else:
        assert read_link(text) == linked


def test_a_network_that_does_not_fit_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(link, "MAX_CHARACTERS", 100)
    with pytest.raises(LinkError, match="Use “Download” instead"):
        link_text(EXAMPLE)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_link_to_a_preset_can_be_sent_in_a_chat(preset):
    assert len(link_text(LinkedNetwork(preset.architecture, TrainingSettings()))) < 700


def test_a_link_that_somebody_kept_stays_readable():
    # A change here needs a new VERSION, and a reader for this one.
    kept = (
        "aoUtefvy5eNplUsFOwzAM_Refw2iHgNEjIG4g7miqvNbbLNKkSpxqY9q_43QDCpza2H72e88-AIZmy0KNpEBQHWDtQ4cCFTTOXQw"
        "cE1r-oHD5q87AQCGyd1CVBhx2CoWOd9Rqil2fpI5b7DX6VpqFWSwNWNwrRAMHkH3OwIN3w_xRAWu2MuZuDLxTcGTrqDO19spcKRQ"
        "b4QFlHAeBbFJMj23LbqOBQQnmsVECtxTHkaWiWrYjpg4o9B1NkeoVo5ZJSHQ032zuUZrtSxavek_DDHS-Iyepg6qY3RmgPrLNLIp"
        "ZUZQT8DPuXr23SmgU1Ov_l4S5mS-n5E7vv_QnvZ6UtpCbhh6D730S7XzSUsyup1lyMa8kORadUBZ_HIt-LR3u4J_45VGJkYgSiXn"
        "1LQrqO0Py8qIirI8x30LQb61WKJG9hn0v3OWzyLWb7L4lDE4bnd0uZ8U_91bZ4bMtt9lM32zPfCPp5VRFvh0W_tlABRvrg5dateX"
        "DhOPxE8TJ59k"
    )
    assert read_link(kept) == EXAMPLE


@given(st.data())
def test_any_other_letter_anywhere_is_refused(data):
    text = link_text(EXAMPLE)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from(LETTERS) | st.characters())
    changed = text[:place] + letter + text[place + 1 :]
    if changed != text:
        refused(changed)


@given(st.integers(0, len(link_text(EXAMPLE)) - 1))
def test_a_link_that_was_cut_off_is_refused(length):
    refused(link_text(EXAMPLE)[:length])


@given(st.text(max_size=300) | st.text(LETTERS, max_size=300).map("a".__add__))
def test_any_text_is_refused(text):
    refused(text)


def refused(text: str) -> str:
    with pytest.raises(LinkError) as caught:
        read_link(text)
    message = str(caught.value)
    assert message.endswith(".")
    assert len(message) < 400
    return message


def forged(content: bytes | str, level: int = 9) -> str:
    """A link with a right checksum around anything."""
    packed = zlib.compress(content.encode() if isinstance(content, str) else content, level)
    return sealed(packed)


def sealed(packed: bytes) -> str:
    return "a" + base64.urlsafe_b64encode(link._checksum(packed) + packed).decode().rstrip("=")


def changed(**settings) -> str:
    linked = {
        "architecture": architecture_to_dict(CLASSIC.architecture),
        "settings": settings_to_dict(TrainingSettings()) | settings,
    }
    return json.dumps(linked)


def with_network(**values) -> str:
    linked = {"architecture": architecture_to_dict(CLASSIC.architecture) | values, "settings": {}}
    return json.dumps(linked)


HOSTILE = {
    "empty": ("", "empty"),
    "1 MB": ("a" + "A" * 1_000_000, "1,000,001 characters"),
    "one letter too long": ("a" + "A" * MAX_CHARACTERS, "8,001 characters"),
    "another version": ("b" + link_text(EXAMPLE)[1:], "another version"),
    "the checksum only": (link_text(EXAMPLE)[:9], "cut off"),
    "padding": (link_text(EXAMPLE) + "=", "changed or cut off"),
    "the other alphabet": ("a++//", "changed or cut off"),
    "twice": (link_text(EXAMPLE) * 2, "changed or cut off"),
    "a line break": (link_text(EXAMPLE) + "\n", "changed or cut off"),
    "not compressed": (sealed(b'{"architecture": {}, "settings": {}}'), "changed or cut off"),
    "something behind": (sealed(zlib.compress(changed().encode()) + b"more"), "is incomplete, or larger"),
    "an unfinished stream": (sealed(zlib.compress(changed().encode())[:-8]), "is incomplete, or larger"),
    "one byte too many": (forged(changed() + " " * (MAX_JSON_BYTES - len(changed()) + 1)), "larger than 1,000,000"),
    "not UTF-8": (forged(b"\xff\xfe\xfa"), "does not hold a network"),
    "not JSON": (forged("import os"), "does not hold a network"),
    "deeply nested": (forged("[" * 100_000), "does not hold a network"),
    "a number of 100,000 digits": (forged("9" * 100_000), "does not hold a network"),
    "a list": (forged("[]"), "with its training settings"),
    "no settings": (forged('{"architecture": {}}'), "with its training settings"),
    "more than both": (forged('{"architecture": {}, "settings": {}, "weights": 1}'), "with its training settings"),
    "no network in it": (forged('{"architecture": {}, "settings": {}}'), "not a network"),
    "an unknown layer": (forged(with_network(layers=[{"type": "__class__"}])), "is not known"),
    "a huge input": (forged(with_network(input_shape=[3, 10**9, 10**9])), "cannot have the shape"),
    "1,001 layers": (forged(with_network(layers=[{"type": "Flatten"}] * 1001)), "1,001 layers"),
    "settings that are a list": (forged(json.dumps(json.loads(changed()) | {"settings": []})), "not a JSON object"),
    "an unknown setting": (forged(changed(device="cuda")), "no training setting 'device'"),
    "a setting of Python": (forged(changed(__class__="x")), "no training setting '__class__'"),
    "a batch of 10**4000": (forged(changed(batch_size=10**4000)), "Batch size is"),
    "a batch of true": (forged(changed(batch_size=True)), "Batch size is"),
    "a rate that is NaN": (forged(changed(learning_rate=float("nan"))), "Learning rate is"),
    "a rate that is text": (forged(changed(learning_rate="0.1")), "Learning rate is"),
    "a rate that is nested": (forged(changed(momentum="?").replace('"?"', "[" * 900 + "]" * 900)), "Momentum is"),
    "an unknown loss": (forged(changed(loss=["mse"])), "Loss is"),
    "a data set that is a number": (forged(changed(dataset=3)), "data set"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_anything_else_is_refused_with_a_sentence(text, words):
    assert words in refused(text)


def test_a_link_that_would_unpack_into_much_takes_no_memory():
    # As much as the allowed length can hold: 6 MB of zeros, and 6 MB of JSON that never ends.
    bombs = [forged(bytes(5_500_000)), forged("[" + "0," * 2_500_000)]
    assert all(len(bomb) <= MAX_CHARACTERS for bomb in bombs)
    for bomb in bombs:
        tracemalloc.start()
        refused(bomb)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 3 * MAX_JSON_BYTES


def test_numbers_keep_their_kind():
    text = forged(changed(learning_rate=1, momentum=0, optimizer="sgd"))
    settings = read_link(text).settings
    assert [type(settings.learning_rate), type(settings.momentum)] == [float, float]
    for name, value in vars(settings).items():
        assert type(value) is type(getattr(TrainingSettings(), name)), name
