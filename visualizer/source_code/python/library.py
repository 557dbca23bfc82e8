"""What a vocabulary, such as Keras's, gives the interpreter: what the names mean that a source does not define."""

import ast
from contextlib import AbstractContextManager
from typing import Any, Protocol

from visualizer.source_code.python.values import Instance, Symbol


class Library(Protocol):
    """The vocabulary of a library.

    It counts what it creates and visits in the interpreter's `budget`, and calls `journal.save_...` before it changes
    anything that a branch may have to undo. An `Unknown` that it needs the value of it hands to `Interpreter.settle`,
    which gives the likely value and notes what that rests on.
    """

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        """The value of a call; an Unknown if its meaning is not known.

        Args:
            function: A Symbol, a Member, or anything else that is no function of the source.
            arguments: The places. A `Rest` among them stands for any number of them.
            keywords: The named ones. `REST` among them stands for any other.
            line: Where it is.
            text: The function as written.
        """

    def combine(self, sign: str, left: Any, right: Any, line: int, text: str) -> Any:
        """The value of an operator such as "+" between things that the library created."""

    def attribute(self, owner: Any, name: str, line: int, text: str) -> Any:
        """An attribute of something that the library created, or of an object of a class that inherits from it."""

    def is_own_container(self, value: Any) -> bool:
        """Whether a list or dictionary is one of the library's, which has attributes that Python's own do not have."""

    def entry(self, owner: Any, index: Any, line: int, text: str) -> Any:
        """`owner[index]` of something that the library created."""

    def items(self, value: Any) -> list[Any] | None:
        """What a loop over something that the library created goes through; None if that is not known."""

    def held(self, instance: Instance) -> list[Any] | dict[Any, Any] | None:
        """What an object holds whose class inherits from a container of the library; None for any other."""

    def is_kind(self, value: Any, kind: Symbol) -> bool | None:
        """What `isinstance(value, kind)` gives for a class that the source does not define; None if it is not known."""

    def set_attribute(self, owner: Any, name: str, value: Any, line: int) -> None:
        """An attribute of something that the library created is set."""

    def set_entry(self, owner: Any, index: Any, value: Any, line: int, text: str) -> bool:
        """`owner[index]` is set, of something that is no list or dictionary; False if what that does is not known."""

    def has(self, owner: Any, name: str) -> bool | None:
        """Whether an object of a class that inherits from the library's has an attribute that the source does not
        give it; None if that is not known."""

    def inside(self, name: str, arguments: list[Any], *, is_layer: bool) -> AbstractContextManager[None]:
        """Entered while a function of the source is followed, or (`is_layer`) an object of one of its classes."""

    def known_class(self, definition: ast.ClassDef) -> Symbol | None:
        """What a class of the source is, where the library knows it; its methods are then not followed."""

    def skip(self, first: int, last: int, why: str) -> None:
        """Called with the lines of a statement that is not followed, and why; empty if it is not about the library."""

    def assume(self, line: int, sentence: str) -> None:
        """Note, once, what was assumed of a line where the source does not say it."""

    def is_built(self, value: Any) -> bool:
        """Whether a value is part of a network, such as a tensor or a model: of two it is asked which is meant."""

    def is_same(self, left: Any, right: Any) -> bool:
        """Whether two things that the library created in two branches are the same network."""

    def forget(self, value: Any, line: int, text: str) -> None:
        """Something that is not known may have changed what the library created; it notes that, if it matters."""

    def keeps(self, function: Any) -> bool:
        """Whether it is known of a function that it changes none of its arguments, whatever else it does."""

    @property
    def understood_calls(self) -> int:
        """The number of calls so far that had a meaning."""
