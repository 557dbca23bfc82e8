"""Numbers of pictures in a table: a CSV with the file in the first column and a quantity in each of the others."""

import csv
import math
import re
from itertools import islice

from visualizer.data.class_names import clean_class_name
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.marks.marks import LARGEST_NUMBER, MAX_QUANTITIES, Measured
from visualizer.data.marks.text import lines_of, shown
from visualizer.data.own_zip import Entry
from visualizer.errors import short_repr

FORMAT = "a CSV table"
_UNIT = re.compile(r"^(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_MAX_UNIT_LENGTH = 12
_MAX_CELLS = 1_000_000


def read_table(file: Entry, data: bytes, names: PictureNames, found: Found) -> None:
    """Add the numbers of each picture.

    The first line has the names of the columns; a unit may stand behind the name in brackets, as in "length (cm)".
    Columns are separated by commas, semicolons or tabs; where it is not the comma, numbers may have a decimal comma. A
    line in which a number is missing is left out, and so is a column without any number.
    """
    where = shown(file.name)
    lines = lines_of(data)
    if lines is None:
        found.leave_out(f"{where} is no text, or too long.")
        return
    first = next((line for line in lines if line.strip()), "")
    separator = max(",;\t", key=first.count)
    if sum(line.count(separator) for line in lines) > _MAX_CELLS:
        found.leave_out(f"{where} has over {_MAX_CELLS:,} cells.")
        return
    reader = csv.reader(lines, delimiter=separator)
    try:
        # Each with the line of the file that it ends in.
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        found.leave_out(f"{where}, line {reader.line_num} cannot be read: a column in it is too long.")
        return
    if len(rows) < 2:
        found.leave_out(f"{where} has fewer than two lines: names of columns, then a line for each picture.")
        return
    columns = _columns(rows, separator, where, found)
    if not columns:
        found.leave_out(f"{where} has no column with numbers beside the first one, which names the file.")
        return
    before = next(iter(found.numbers.values()), None)
    if before is not None and {(each.name, each.unit) for each in before} != set(columns.values()):
        found.leave_out(f"{where} has other columns than another table in the ZIP.")
        return
    for line, row in rows[1:]:
        problem = _read_row(row, columns, separator, names, found)
        if problem:
            found.leave_out(f"{where}, line {line}: {problem}")


def _columns(rows: list[tuple[int, list[str]]], separator: str, where: str, found: Found) -> dict[int, tuple[str, str]]:
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
        elif not any(_number(row[place], separator) is not None for _, row in rows[1:] if len(row) > place):
            found.leave_out(f"{where}, line {rows[0][0]}: the column {short_repr(name)} has no numbers.")
        else:
            columns[place] = name, unit
    return columns


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
        if value is None:
            return f"the {name} is {short_repr(cell)}, which is no number." if cell.strip() else f"it has no {name}."
        measured.append(Measured(name, unit, value))
    found.numbers[picture] = tuple(measured)
    return ""


def _number(cell: str, separator: str) -> float | None:
    cell = cell.strip()
    if separator != ",":
        cell = cell.replace(",", ".", 1)
    if len(cell) > 40 or not cell.isascii() or not _NUMBER.fullmatch(cell):
        return None
    value = float(cell)
    return value if math.isfinite(value) and abs(value) <= LARGEST_NUMBER else None
