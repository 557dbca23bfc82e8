"""What notebooks, consoles and web pages add to Python source, taken off again. Lines keep their numbers."""

import json
import re
import textwrap
from collections.abc import Iterator

# Signs of web pages and word processors, and what Python has for them.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys(map(chr, (0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)), " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", None),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("−–", "-"),
    }
)  # fmt: skip
# Cells of a notebook that begin so are Python all the same.
_PYTHON_CELLS = ("time", "timeit", "capture", "prun", "python", "python3", "tensorflow_version")
_ASSIGNED = re.compile(r"^(\s*[\w, ]+=\s*)[!%].*$")
_PROMPT = re.compile(r"^ *(In ?\[[\d ]*\]:|\.{3,}:) ?")
_ANSWER = re.compile(r"^Out ?\[[\d ]*\]:")
_HELP = re.compile(r"^\s*(\?{1,2}[\w.]+|[\w.]+\?{1,2})\s*$")
_NEW_CELL = re.compile(r"^# ?(%%|In ?\[|<codecell>)")
# A line that only Python has, not the language of another cell.
_PYTHON = re.compile(r"^(from [\w.]+ import |import \w|\w+(\.\w+)* = [\w.]+\(|\w+(\.\w+)+\()")
_TIMED = re.compile(r"^(\s*)%time\s+(\S.*)$")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
# Python 2.
_PRINT = re.compile(r"^(\s*)print\s+[^\s(=.,\[].*$")
_EXCEPT = re.compile(r"^(\s*except\s+[\w.()]+)\s*,\s*(\w+)\s*:")
_MOST_ENDS = 12  # of a cell of another language, that are tried


def code_of_notebook(text: str) -> str:
    """The code of a notebook's file (.ipynb), its cells apart by an empty line; any other text as it is."""
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith("{") or '"cells"' not in text:
        return text
    try:
        notebook = json.loads(start)
    except (ValueError, RecursionError):
        return text
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        return text
    codes = []
    for cell in cells:
        source = cell.get("source") if isinstance(cell, dict) and cell.get("cell_type") == "code" else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if isinstance(source, str):
            codes.append(source)
    return "\n\n".join(codes)


def without_decoration(source: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Source without what was added, and the numbers of the lines left out; several, where a cell's end is not clear.

    Where the cell of another language ends that a line such as `%%bash` begins is not said: an empty line may be it.
    """
    for entity, sign in _ENTITIES.items():
        source = source.replace(entity, sign)
    lines = _between_fences(textwrap.dedent(source.translate(_SIGNS)).splitlines())
    if any(line.startswith(">>> ") for line in lines):
        made = [line[4:] if line.startswith((">>> ", "... ")) else "" for line in lines]
        yield _with_numbers(lines, made)
        return
    lines = [_PROMPT.sub("", "" if _ANSWER.match(line) else line) for line in lines]
    seen = set()
    for empty in range(_MOST_ENDS):
        made = _without_commands(lines, empty)
        if tuple(made) in seen:
            return
        seen.add(tuple(made))
        yield _with_numbers(lines, made)


def _between_fences(lines: list[str]) -> list[str]:
    """Of text with code in it, the code: what stands between lines of three backticks."""
    fences = [number for number, line in enumerate(lines) if line.lstrip().startswith("```")]
    if len(fences) < 2 or len(fences) % 2:
        return lines
    inside = {number for first, last in zip(fences[::2], fences[1::2], strict=True) for number in range(first, last)}
    return [line if number in inside else "" for number, line in enumerate(lines)]


def _with_numbers(lines: list[str], made: list[str]) -> tuple[str, tuple[int, ...]]:
    left_out = [
        number
        for number, (line, new) in enumerate(zip(lines, made, strict=True), 1)
        if line.strip() and new.strip() in ("", "pass") and new.strip() != line.strip()
    ]
    return "\n".join(made), tuple(left_out)


def _without_commands(lines: list[str], empty: int) -> list[str]:
    """Lines without a notebook's commands; a cell of another language ends after so many empty lines more."""
    made: list[str] = []
    goes_on, cell, ended, remaining = False, False, False, 0
    for line in lines:
        bare = line.strip()
        if cell and _NEW_CELL.match(bare):
            cell = False
        if cell and ended and _PYTHON.match(line):
            cell = False
        ended = not bare
        if cell and not bare:
            cell = remaining > 0
            remaining -= 1
        if goes_on:
            made.append("")
            goes_on = bare.endswith("\\")
        elif bare.startswith("%%"):
            word = bare[2:].split(" ", 1)[0]
            script = word == "writefile" and bare.endswith(".py")
            cell, remaining = word not in _PYTHON_CELLS and not script, empty
            made.append("")
        elif cell:
            made.append("")
        elif not cell and _TIMED.match(line):
            made.append(_TIMED.sub(r"\1\2", line))
        elif bare.startswith(("!", "%")):
            # It may be all there is in a block.
            made.append(f"{line[: len(line) - len(line.lstrip())]}pass" if line[:1].isspace() else "")
            goes_on = bare.endswith("\\")
        elif bare.startswith("```") or _HELP.match(line):
            made.append("")
        elif _ASSIGNED.match(line):
            made.append(_ASSIGNED.sub(r"\1shell_command", line))
            goes_on = bare.endswith("\\")
        elif _PRINT.match(line):
            made.append(_PRINT.sub(r"\1pass", line))
        else:
            made.append(_EXCEPT.sub(r"\1 as \2:", line))
    return made
