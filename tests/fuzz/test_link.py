"""Whatever the address of the page says."""

import json
import zlib

from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.hostile import changed_json, json_values, many, mutated
from tests.fuzz.test_uploads import WORDS
from visualizer.architecture.architecture import architecture_to_dict
from visualizer.architecture.presets import PRESETS
from visualizer.errors import UserError
from visualizer.training.link import (
    MAX_CHARACTERS,
    VERSION,
    LinkedNetwork,
    _checksum,
    _encoded,
    link_text,
    read_link,
)
from visualizer.training.settings import SETTING_SPECS, TrainingSettings, settings_to_dict
from visualizer.workspaces import id_of, is_token

STATES = [
    {"architecture": architecture_to_dict(preset.architecture), "settings": settings_to_dict(TrainingSettings())}
    for preset in PRESETS
]
LINKS = [link_text(LinkedNetwork(preset.architecture, TrainingSettings())).encode() for preset in PRESETS]


def read(text: str) -> None:
    try:
        linked = read_link(text)
    except UserError:
        return
    assert isinstance(linked, LinkedNetwork)


def sealed(packed: bytes) -> str:
    """A text whose checksum is right, as anybody can make it."""
    return VERSION + _encoded(_checksum(packed) + packed)


@many(150)
@given(st.sampled_from(STATES).flatmap(lambda state: changed_json(state, [*WORDS, *SETTING_SPECS, "settings"])))
def test_a_changed_state(state):
    read(sealed(zlib.compress(json.dumps(state).encode(), 9)))


@many(60)
@given(json_values(["architecture", "settings", *WORDS]))
def test_any_state(state):
    read(sealed(zlib.compress(json.dumps(state).encode(), 9)))


@many(100)
@given(mutated([zlib.compress(json.dumps(state).encode(), 9) for state in STATES]) | st.binary(max_size=100))
@example(zlib.compress(b"[" * 150_000, 9))
@example(zlib.compress(bytes(5_000_000), 9))
@example(zlib.compress(b"9" * 150_000, 9))
def test_a_state_that_was_packed_badly(packed):
    read(sealed(packed))


@many(100)
@given(mutated(LINKS).map(lambda data: data.decode("latin-1")) | st.text(max_size=60))
@example("a" * (MAX_CHARACTERS + 1))
@example(VERSION)
def test_any_text(text):
    read(text)


@many(100)
@given(st.text(max_size=40) | st.text("-_aZ09", min_size=20, max_size=24))
@example("../../../../etc/passwd/x")
@example("-" * 22 + "\n")
def test_any_text_as_the_token_of_a_workspace(text):
    if is_token(text):
        assert len(text) == 22
        assert text.isascii()
        assert id_of(text).isalnum()
