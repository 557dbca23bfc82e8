"""Numbers of pictures in a table: a CSV with the file in the first column and a quantity in each of the others."""

import csv
import re
from itertools import islice

from visualizer.data.class_names import clean_class_name
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.marks.marks import LARGEST_NUMBER, MAX_QUANTITIES, Measured
from visualizer.data.marks.text import lines_of, shown
from visualizer.data.own_zip import Entry
from visualizer.errors import short_repr
from visualizer.words import counted

FORMAT = "a CSV table"
_UNIT = re.compile(r"^(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_MAX_UNIT_LENGTH = 12
_MAX_CELLS = 1_000_000
_MAX_LETTERS = 40  # of a number
_SEPARATORS = "\t;,"  # where several could be meant, the one that a text has the more rarely
# Excel's own first line, which is no row: "sep=;".
_SAYS_SEPARATOR = re.compile(r"\s*\"?sep=([\t;,])\"?[\s;,]*", re.IGNORECASE)
_NO_NUMBER = "which is no number"
_Rows = list[tuple[int, list[str]]]


def read_table(file: Entry, data: bytes, names: PictureNames, found: Found) -> None:
    """Add the numbers of each picture.

    The first line has the names of the columns; a unit may stand behind the name in brackets, as in "length (cm)".
    Columns are separated by commas, semicolons or tabs; where it is not the comma, numbers may have a decimal comma. A
    line in which a number is missing or that has more columns than the first one is left out, and so is a column
    without any number.
    """
    where = shown(file.name)
    lines = lines_of(data)
    if lines is None:
        found.leave_out(f"{where} is no text, or too long.")
        return
    said = _SAYS_SEPARATOR.fullmatch(lines[0])
    lines[0] = "" if said else lines[0]
    first = next((line for line in lines if line.strip()), "")
    possible = [said[1]] if said else [each for each in _SEPARATORS if each in first] or [","]
    if any(sum(line.count(each) for line in lines) > _MAX_CELLS for each in possible):
        found.leave_out(f"{where} has over {_MAX_CELLS:,} cells.")
        return
    separator = max(possible, key=lambda each: _fitting(lines, each))
    rows = _rows(lines, separator)
    if isinstance(rows, str):
        found.leave_out(f"{where}, {rows}")
        return
    if len(rows) < 2:
        found.leave_out(f"{where} has fewer than two lines: names of columns, then a line for each picture.")
        return
    if names.knows(rows[0][1][0]):
        why = f"the first line must have the names of the columns, not the picture {short_repr(rows[0][1][0])}."
        found.leave_out(f"{where}, line {rows[0][0]}: {why}")
        return
    columns = _columns(rows, separator, where, found)
    if not columns:
        found.leave_out(f"{where} has no column with numbers beside the first one, which names the file.")
        return
    before = next(iter(found.numbers.values()), None)
    if before is not None and {(each.name, each.unit) for each in before} != set(columns.values()):
        found.leave_out(f"{where} has other columns than another table in the ZIP.")
        return
    count = len(rows[0][1])
    for line, row in rows[1:]:
        fits = not any(cell.strip() for cell in row[count:])
        problem = _read_row(row, columns, separator, names, found) if fits else _too_long(count, separator)
        if problem:
            found.leave_out(f"{where}, line {line}: {problem}")


def _rows(lines: list[str], separator: str) -> _Rows | str:
    """The cells of each line that is not empty, with the number of the line; or which line is wrong, and why.

    A cell in quotation marks may go on in the next lines; then the number is that of the last one.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows: _Rows = []
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
            start = reader.line_num + 1
    except csv.Error:
        return f"line {start} cannot be read: a quotation mark in it has no counterpart, or a column is too long."
    return rows


def _fitting(lines: list[str], separator: str) -> int:
    """How many rows have several columns where they are separated by this, and no more than the first row has."""
    rows = _rows(lines, separator)
    return 0 if isinstance(rows, str) or not rows else sum(2 <= len(row) <= len(rows[0][1]) for _, row in rows[1:])


def _too_long(count: int, separator: str) -> str:
    why = f"it has more than the {counted(count, 'column')} of the first line."
    return f"{why} Numbers with a decimal comma need semicolons between the columns." if separator == "," else why


def _columns(rows: _Rows, separator: str, where: str, found: Found) -> dict[int, tuple[str, str]]:
    """The name and the unit of each column that has numbers, by its place."""
    columns: dict[int, tuple[str, str]] = {}
    for place, cell in islice(enumerate(rows[0][1]), 1, None):
        match = _UNIT.match(cell)
        name, unit = (match[1], match[2]) if match else (cell, "")
        name, unit = clean_class_name(name), clean_class_name(unit)[:_MAX_UNIT_LENGTH]
        if not name and not any(len(row) > place and row[place].strip() for _, row in rows[1:]):
            continue  # a separator at the end of every line
        if not name:
            found.leave_out(f"{where}, line {rows[0][0]}: column {place + 1} has no name.")
        elif name.casefold() in (other.casefold() for other, _ in columns.values()):
            found.leave_out(f"{where}, line {rows[0][0]}: a second column has the name {short_repr(name)}.")
        elif len(columns) == MAX_QUANTITIES:
            found.leave_out(f"{where} has over {MAX_QUANTITIES} columns of numbers: the others are left out.")
            break
        elif why := _why_no_numbers([row[place] for _, row in rows[1:] if len(row) > place], separator):
            found.leave_out(f"{where}, line {rows[0][0]}: the column {short_repr(name)} {why}.")
        else:
            columns[place] = name, unit
    return columns


def _why_no_numbers(cells: list[str], separator: str) -> str:
    """Why none of these cells has a number that can be used, as the end of a sentence; empty if one has."""
    wrong = ""
    for cell in filter(None, map(str.strip, cells)):
        value = _number(cell, separator)
        if isinstance(value, float):
            return ""
        if value != _NO_NUMBER and not wrong:
            wrong = f" that can be used, but {short_repr(cell)}, {value}"
    return f"has no numbers{wrong}"


def _read_row(
    row: list[str], columns: dict[int, tuple[str, str]], separator: str, names: PictureNames, found: Found
) -> str:
    """Add the numbers of one line; why they cannot be added, as a sentence, else empty."""
    picture = names.named(row[0])
    if isinstance(picture, str):
        return picture
    if picture in found.numbers:
        return f"{short_repr(picture.name)} had a line before."
    measured = []
    for place, (name, unit) in columns.items():
        cell = row[place] if place < len(row) else ""
        value = _number(cell, separator)
        if isinstance(value, str):
            return f"the {name} is {short_repr(cell.strip())}, {value}." if cell.strip() else f"it has no {name}."
        measured.append(Measured(name, unit, value))
    found.numbers[picture] = tuple(measured)
    return ""


def _number(cell: str, separator: str) -> float | str:
    """The number in a cell; or why there is none, as the end of a sentence."""
    cell = cell.strip()
    if separator != ",":
        cell = cell.replace(",", ".", 1)
    elif "," in cell:
        return "which has a comma: numbers with a decimal comma need semicolons between the columns"
    if len(cell) > _MAX_LETTERS:
        return f"which has over {_MAX_LETTERS} letters"
    if not cell.isascii() or not _NUMBER.fullmatch(cell):
        return _NO_NUMBER
    value = float(cell)
    return value if abs(value) <= LARGEST_NUMBER else f"which is beyond {LARGEST_NUMBER:,.0f}"
