"""What a browser sends as a series of pictures is nothing until it was checked."""

import base64

import pytest

from visualizer.errors import UserError
from visualizer.ui.pictures.camera_series import COUNT, MAX_LETTERS, read_series


def test_the_files_come_out():
    files = [b"one", b"two"]
    assert read_series([base64.b64encode(file).decode() for file in files]) == files


@pytest.mark.parametrize(
    "sent",
    [[], "abcd", {"0": "abcd"}, [1], [None], ["not base64!"], ["abcd"] * (COUNT + 1), ["A" * (MAX_LETTERS + 4)], ["é"]],
    ids=lambda sent: repr(sent)[:20],
)
def test_what_is_no_series_gets_a_sentence(sent):
    with pytest.raises(UserError, match="could not be read"):
        read_series(sent)
