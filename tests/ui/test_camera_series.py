"""What a browser sends as a series of pictures is nothing until it was checked."""

import base64

import pytest

from visualizer.errors import UserError
from visualizer.ui.pictures.camera_series import COUNT, MAX_LETTERS, read_series


def test_the_files_come_out():
    files = [b"one", b"two"]
    sent = {"number": 3, "pictures": [base64.b64encode(file).decode() for file in files]}
    assert read_series(sent) == (3, files)


@pytest.mark.parametrize(
    "sent",
    [[], "abcd", {"0": "abcd"}, [1], [None], ["not base64!"], ["abcd"] * (COUNT + 1), ["A" * (MAX_LETTERS + 4)], ["é"]],
    ids=lambda sent: repr(sent)[:20],
)
def test_what_is_no_series_gets_a_sentence(sent):
    with pytest.raises(UserError, match="could not be read"):
        read_series({"number": 1, "pictures": sent})


@pytest.mark.parametrize("sent", [[], "abcd", 1, {}, {"number": 1}, {"pictures": ["abcd"]}], ids=repr)
def test_what_is_no_message_gets_a_sentence(sent):
    with pytest.raises(UserError, match="could not be read"):
        read_series(sent)


@pytest.mark.parametrize("number", [0, -1, True, 1.0, "1", None, 10**4000, [1]], ids=lambda number: repr(number)[:20])
def test_a_series_needs_a_number(number):
    with pytest.raises(UserError, match="could not be read"):
        read_series({"number": number, "pictures": ["abcd"]})
