"""The limits of a server, which whoever runs it sets through VISUALIZER_* environment variables.

docs/settings.md has them as a table, which `python -m visualizer.limits` writes.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

PREFIX = "VISUALIZER_"
MB = 1_000_000  # of files, as systems and browsers show their sizes
MIB = 2**20  # of memory

_SIMILARITY = 0.93  # from 0 to 1, for a misspelt name: two letters swapped, one missing or one too many
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


class LimitError(Exception):
    """A setting of the server is wrong; the text is one sentence for whoever starts the server."""


class _Scaled:
    """A read-only attribute of `Limits`: one of its fields, times a factor."""

    def __init__(self, name: str, factor: int) -> None:
        self._name, self._factor = name, factor

    def __get__(self, limits: "Limits", owner: type["Limits"]) -> int:
        value: int = getattr(limits, self._name)
        return value * self._factor


def _limit(default: int, least: int, most: int, unit: str, meaning: str) -> Any:
    return field(default=default, metadata={"least": least, "most": most, "unit": unit, "meaning": meaning})


@dataclass(frozen=True)
class Limits:
    """The limits of one server: whole numbers, each with its range, unit and meaning beside it.

    Raises:
        LimitError: A limit is out of its range.
    """

    upload_mb: int = _limit(20, 1, 2_000, "MB", "Largest picture file that can be opened.")
    tab_mb: int = _limit(400, 1, 100_000, "MB", "Total size of the files that one tab has on the server at a time.")
    uploads_mb: int = _limit(
        2_000, 1, 1_000_000, "MB", "Total size of the files that all tabs have on the server at a time."
    )
    connections: int = _limit(
        1_000,
        20,
        10_000,
        "connections",
        "Connections at a time: a tab has one, and a few more while it loads.",
    )
    megapixels: int = _limit(50, 1, 170, "megapixels", "Pixels of a picture, read from its header before decoding.")
    opening_mib: int = _limit(
        400, 50, 100_000, "MiB", "Memory to open a picture, read from its header; one is opened at a time."
    )
    zip_mb: int = _limit(200, 1, 2_000, "MB", "Largest ZIP file of pictures.")
    dataset_pictures: int = _limit(2_000, 12, 1_000_000, "pictures", "Pictures in an uploaded data set.")
    dataset_mib: int = _limit(100, 1, 100_000, "MiB", "Memory of those pictures while they are collected.")
    parameters: int = _limit(20_000_000, 1_000, 10**10, "parameters", "Parameters of a network.")
    named_millions: int = _limit(
        150, 1, 10_000, "million parameters", "Parameters of a network of torchvision or timm, opened by its name."
    )
    input_side: int = _limit(256, 8, 1024, "pixels", "Height and width of a network's input.")
    picture_mib: int = _limit(
        80, 1, 100_000, "MiB", "Activation memory of one picture: the input and the outputs of all layers."
    )
    batch_mib: int = _limit(1_024, 1, 10**6, "MiB", "Activation memory of one batch in training.")
    batch_billions: int = _limit(
        200, 1, 10**6, "billions", "Multiply-adds of one batch, forward pass; other runs wait while it is computed."
    )
    active_runs: int = _limit(12, 1, 10_000, "runs", "Runs of one workspace that take turns at the same time.")
    workers: int = _limit(
        0, 0, 1_000, "processes", "Processes that train; 0 means one less than the computer has cores."
    )
    turns: int = _limit(32, 1, 10_000, "runs", "Runs that take turns in one worker; further runs wait in a queue.")
    workspace_runs: int = _limit(100, 1, 100_000, "runs", "Runs stored per workspace; the oldest are deleted first.")
    workspace_days: int = _limit(60, 1, 10_000, "days", "How long a workspace is stored, at least, after its last use.")
    run_mib: int = _limit(64, 1, 100_000, "MiB", "Weights stored per run, over all its moments.")
    storage_mib: int = _limit(
        4_096, 1, 10**9, "MiB", "Weights of all runs together; the oldest ended runs are deleted first."
    )
    datasets_mib: int = _limit(
        8_192, 1, 10**9, "MiB", "Disk space for all uploaded data sets together; further ones are refused."
    )

    # The same limits in the units that the code computes with.
    upload_bytes = _Scaled("upload_mb", MB)
    tab_bytes = _Scaled("tab_mb", MB)
    uploads_bytes = _Scaled("uploads_mb", MB)
    pixels = _Scaled("megapixels", 1_000_000)
    opening_bytes = _Scaled("opening_mib", MIB)
    zip_bytes = _Scaled("zip_mb", MB)
    dataset_bytes = _Scaled("dataset_mib", MIB)
    picture_bytes = _Scaled("picture_mib", MIB)
    batch_bytes = _Scaled("batch_mib", MIB)
    batch_multiply_adds = _Scaled("batch_billions", 10**9)
    run_bytes = _Scaled("run_mib", MIB)
    datasets_bytes = _Scaled("datasets_mib", MIB)
    storage_bytes = _Scaled("storage_mib", MIB)

    def __post_init__(self) -> None:
        for item in fields(self):
            value, least, most = getattr(self, item.name), item.metadata["least"], item.metadata["most"]
            if type(value) is not int or not least <= value <= most:
                raise LimitError(
                    f"The setting {variable(item.name)} is {value!r}, but must be a whole number from {least} to "
                    f"{most} ({item.metadata['unit']}): correct it, or leave it out to use {item.default}."
                )

        if self.tab_mb < max(self.upload_mb, self.zip_mb):
            raise LimitError(
                f"The setting {variable('tab_mb')} is {self.tab_mb}, but must be at least as large as "
                f"{variable('upload_mb')} and {variable('zip_mb')}: otherwise no file of that size can be uploaded."
            )
        if self.uploads_mb < self.tab_mb:
            raise LimitError(
                f"The setting {variable('uploads_mb')} is {self.uploads_mb}, but must be at least as large as "
                f"{variable('tab_mb')}: otherwise no tab can have as much."
            )

    def environment(self) -> dict[str, str]:
        """The environment variables that set these limits, for a process on another computer."""
        return {variable(item.name): str(getattr(self, item.name)) for item in fields(self)}


def variable(name: str) -> str:
    """The environment variable that sets the limit of that name."""
    return PREFIX + name.upper()


def limits_from(environment: Mapping[str, str]) -> Limits:
    """The limits that these environment variables set; variables that are missing or empty keep their defaults.

    Raises:
        LimitError: A value is not a whole number or out of its range, or a name is misspelt.
    """
    _check_spelling(environment)
    values: dict[str, Any] = {}
    for item in fields(Limits):
        text = environment.get(variable(item.name), "").strip()
        if text:
            # Text that is not a number stays text, and is refused together with the range.
            values[item.name] = int(text) if _WHOLE_NUMBER.fullmatch(text) else text[:40]
    return Limits(**values)


def _check_spelling(environment: Mapping[str, str]) -> None:
    """Otherwise a misspelt limit would silently have no effect."""
    names = [variable(item.name) for item in fields(Limits)]
    for name in environment:
        if (
            name.startswith(PREFIX)
            and name not in names
            and (similar := get_close_matches(name, names, 1, _SIMILARITY))
        ):
            raise LimitError(f"There is no setting {name[:80]}: did you mean {similar[0]}?")


@lru_cache(maxsize=1)
def limits() -> Limits:
    """The limits of this process, from its environment, which is read once. Raises LimitError."""
    return limits_from(os.environ)


def table() -> str:
    """The settings as a Markdown table."""
    rows = ["| Variable | Default | Unit | What it limits |", "| --- | ---: | --- | --- |"]
    for item in fields(Limits):
        rows.append(
            f"| `{variable(item.name)}` | {item.default:,} | {item.metadata['unit']} | {item.metadata['meaning']} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    import sys

    sys.stdout.write(table() + "\n")
