"""The pages' tests share the server's workers; they end with the last test, before the workspace goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="package", autouse=True)
def workers(workspace: Path) -> Iterator[None]:
    yield
    from visualizer.ui.server import close

    close()
