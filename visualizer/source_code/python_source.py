"""Parses Python source, as people paste it, into a syntax tree; nothing is run."""

import ast
import re
import warnings
from dataclasses import dataclass

from visualizer.errors import UserError
from visualizer.source_code.pasted import code_of_notebook, without_decoration

MAX_CHARACTERS = 100_000
# Words and signs: each takes some hundred bytes in the syntax tree. A program of 100,000 characters has some 25,000.
MAX_TOKENS = 40_000
MAX_TEXT = 80  # characters of code or of a message that are quoted
_TOKEN = re.compile(r"\w+|([^\w\s])\1*")


class SourceError(UserError):
    """The text is not Python source that can be followed."""


def cannot_follow(why: str) -> SourceError:
    """The error for source that exceeds a limit."""
    return SourceError("The source cannot be followed.", why, "Paste the network only.")


@dataclass(frozen=True)
class Parsed:
    """A syntax tree.

    Attributes:
        module: The tree.
        lines: The parsed lines in UTF-8, the encoding in which nodes count their columns.
        left_out: The numbers of lines that are not Python and were left out, such as a notebook's commands.
    """

    module: ast.Module
    lines: list[bytes]
    left_out: tuple[int, ...] = ()


def parse(source: str) -> Parsed:
    """The syntax tree of Python source. Raises SourceError, with the line, if it is not Python."""
    source = code_of_notebook(source)
    if len(source) > MAX_CHARACTERS:
        raise cannot_follow(f"It has {len(source):,} characters; at most {MAX_CHARACTERS:,} are read.")
    tokens = sum(1 for _ in _TOKEN.finditer(source))
    if tokens > MAX_TOKENS:
        raise cannot_follow(f"It has {tokens:,} words and signs; at most {MAX_TOKENS:,} are read.")
    try:
        return _parse(source)
    except SyntaxError as error:
        raise_from: SyntaxError = error
        for text, left_out in without_decoration(source):
            try:
                return _parse(text, left_out)
            except SyntaxError as other:
                # What is wrong besides comes further down.
                raise_from = max(raise_from, other, key=lambda item: item.lineno or 0)
            except (ValueError, RecursionError, MemoryError):
                break
        where = f"Line {raise_from.lineno}" if raise_from.lineno else "It"
        raise SourceError(
            "This is not Python source.",
            f"{where} cannot be read ({raise_from.msg[:MAX_TEXT]}).",
            "Paste whole lines of the program.",
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError("This is not Python source.", "It cannot be read.", "Paste the network only.") from error


def _parse(source: str, left_out: tuple[int, ...] = ()) -> Parsed:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as an unknown escape in a string
        module = ast.parse(source)
    return Parsed(module, re.split(b"\r\n|\r|\n", source.encode(errors="replace")), left_out)
