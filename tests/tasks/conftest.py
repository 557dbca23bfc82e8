"""A task from one file, as a stranger would add it."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import visualizer.tasks
from visualizer.tasks import task as task_module
from visualizer.tasks.task import Task, task_types

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def add_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], type[Task]]]:
    """Put a file of that name and text into the package of tasks, and return the task that it registers."""
    before = dict(task_module._registry)
    added = []

    def add(name: str, text: str) -> type[Task]:
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(visualizer.tasks, "__path__", [*visualizer.tasks.__path__, str(tmp_path)])
        importlib.invalidate_caches()
        added.append(f"visualizer.tasks.{name}")
        (new,) = task_types().keys() - before.keys()
        return task_types()[new]

    task_types()
    before = dict(task_module._registry)
    yield add
    task_module._registry.clear()
    task_module._registry.update(before)
    for module in added:
        sys.modules.pop(module, None)


def readme_task() -> str:
    """The text of README's file."""
    (text,) = re.findall(r"## Add a task.*?```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return text
