"""Keras computes with torch here; it reads that from the environment when it is first imported.

It is imported inside tests only, and put away after them: while Keras is loaded, Streamlit has it collect garbage after
every run of a page, and the tests of pages take many times as long.
"""

import os
import sys
from collections.abc import Iterator

import pytest

os.environ["KERAS_BACKEND"] = "torch"


@pytest.fixture(scope="package", autouse=True)
def keras_put_away() -> Iterator[None]:
    yield
    sys.modules.pop("keras", None)
