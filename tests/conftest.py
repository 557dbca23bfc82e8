"""Settings for all tests: a temporary workspace, one torch thread, and examples that CI can repeat."""

import importlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser/"

# Set before any test module is imported, so that no test can open the real workspace of whoever runs the tests.
_workspace = tempfile.TemporaryDirectory(prefix="visualizer-tests-", ignore_cleanup_errors=True)
os.environ["VISUALIZER_WORKSPACE"] = _workspace.name
# Torch reads it on import, here and in worker processes: the tests share two cores with a server.
os.environ.setdefault("OMP_NUM_THREADS", "1")

hypothesis.settings.register_profile("local", deadline=None)
# In CI the same commit gives the same examples; a failure prints the code that reproduces it.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session", autouse=True)
def workspace() -> Iterator[Path]:
    """The folder that runs are written to during the tests; the pages' workers are ended before it is deleted."""
    yield Path(_workspace.name)
    if server := sys.modules.get("visualizer.ui.state.server"):
        server.close()
    _workspace.cleanup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests first: in parallel with others they take the longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


class FileByFile(LoadFileScheduling):
    """`pytest -n 2` assigns a whole file to one process, and all browser tests together.

    The browser tests share one app and one Chromium, and wait for what they see: two at a time would slow each other.
    """

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return FileByFile(config, log)


@pytest.fixture
def add_layer_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], Any]]:
    """A function that adds a file (name, text) to the layer types, and returns a layer of the type in that file."""
    from visualizer.architecture import layers
    from visualizer.architecture.layer import _registry, layer_types

    monkeypatch.setattr(layers, "__path__", [*layers.__path__, str(tmp_path)])
    registered, added = dict(layer_types()), set[str]()

    def add(name: str, text: str) -> Any:
        # Who follows the README has that very type: meanwhile it makes way.
        _registry.pop(re.findall(r"@register\b.*?class (\w+)", text, re.DOTALL)[0], None)
        before = set(layer_types())
        (tmp_path / f"tried_{name}.py").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        (new,) = set(layer_types()) - before
        added.add(new)
        return layer_types()[new]()

    yield add
    for new in added:
        name = _registry.pop(new).__module__.rpartition(".")[2]
        del sys.modules[f"{layers.__name__}.{name}"]
        delattr(layers, name)
    _registry.update(registered)
