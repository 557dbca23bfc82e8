"""A vocabulary that knows nothing, and what a source gives its names with it."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from visualizer.source_code.python.budget import Budget
from visualizer.source_code.python.interpreter import Interpreter
from visualizer.source_code.python.values import Instance, Symbol, Unknown
from visualizer.source_code.python_source import parse


class Nothing:
    """Knows no name."""

    understood_calls = 0

    def __init__(self) -> None:
        self.assumed: list[tuple[int, str]] = []
        self.skipped: list[tuple[int, str]] = []

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        return Unknown(text, line)

    def combine(self, sign: str, left: Any, right: Any, line: int, text: str) -> Any:
        return Unknown(text, line)

    def attribute(self, owner: Any, name: str, line: int, text: str) -> Any:
        return Unknown(text, line)

    def entry(self, owner: Any, index: Any, line: int, text: str) -> Any:
        return Unknown(text, line)

    def set_entry(self, owner: Any, index: Any, value: Any, line: int, text: str) -> bool:
        return False

    def has(self, owner: Any, name: str) -> bool | None:
        return None

    def is_own_container(self, value: Any) -> bool:
        return False

    def held(self, instance: Instance) -> list[Any] | dict[Any, Any] | None:
        return None

    def set_attribute(self, owner: Any, name: str, value: Any, line: int) -> None:
        pass

    @contextmanager
    def inside(self, name: str, arguments: list[Any], *, is_layer: bool) -> Iterator[None]:
        yield

    def known_class(self, definition: ast.ClassDef) -> Symbol | None:
        return None

    def skip(self, first: int, last: int, why: str) -> None:
        self.skipped.append((first, why))

    def assume(self, line: int, sentence: str) -> None:
        self.assumed.append((line, sentence))

    def is_built(self, value: Any) -> bool:
        return False

    def is_same(self, left: Any, right: Any) -> bool:
        return False

    def forget(self, value: Any, line: int, text: str) -> None:
        pass

    def keeps(self, function: Any) -> bool:
        return False


def follow(source: str) -> dict[str, Any]:
    """The names of a source and their values after it."""
    parsed = parse(source)
    interpreter = Interpreter(Nothing(), Budget(), parsed.lines)
    interpreter.follow(parsed.module)
    return interpreter.scope.names
