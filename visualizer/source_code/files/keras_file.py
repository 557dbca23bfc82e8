"""Opens files that Keras saved: .keras (a ZIP of a description and weights), the older .h5, descriptions alone."""

import json
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from visualizer.architecture.model_file import max_model_bytes
from visualizer.architecture.shapes import BYTES_PER_NUMBER
from visualizer.data.own_zip import LimitedBytes
from visualizer.errors import UserError
from visualizer.source_code.files.keras_config import MAX_BYTES, KerasModel, read_keras_json
from visualizer.source_code.files.process import ask
from visualizer.source_code.files.reading import FileReading, NetworkFileError, cannot_open

_MAX_LIST_BYTES = 100_000  # of a ZIP's list of entries: Keras writes three, and more where layers keep files
_MAX_METADATA_BYTES = 10_000
_MOST_PARTS = 2  # of a file's path: it may lie in a folder
_DIFFERS = "What is built here would answer something else with them: see the notes."


def open_keras_json(data: bytes) -> FileReading:
    """The network of a description that `model.to_json()` made, which has no weights. Raises UserError."""
    return _without_weights(read_keras_json(data), "A description has no weights.")


def open_keras(data: bytes) -> FileReading:
    """The network of a .keras file, with its weights where it answers the same here.

    Raises:
        UserError: It is no such file, too large, or damaged, or its network is larger than any here.
    """
    archive = _Archive(data)
    version = ""
    metadata = archive.read("metadata.json", _MAX_METADATA_BYTES)
    if metadata is not None:
        version = _version(metadata)
    config = archive.read("config.json", MAX_BYTES)
    if config is None:
        raise cannot_open("It is a ZIP, but no model of Keras: config.json is missing.", "Save it with model.save().")
    model = read_keras_json(config, version)

    def weights(wanted: list[dict[str, Any]], most_bytes: int) -> dict[str, np.ndarray]:
        stored = archive.read("model.weights.h5", max_model_bytes() * 3)
        if stored is None:
            raise cannot_open("Its weights are missing.", "Save the model with model.save().")
        return ask({"kind": "keras-weights", "wanted": wanted, "most_bytes": most_bytes}, stored)[1]

    return _with_weights(model, weights)


def open_h5(data: bytes) -> FileReading:
    """The network of a whole model that an older Keras saved as .h5. Raises UserError as `open_keras`."""
    found, _ = ask({"kind": "h5", "most_bytes": MAX_BYTES}, data)
    model = read_keras_json(found["model"], found["keras_version"])

    def weights(wanted: list[dict[str, Any]], most_bytes: int) -> dict[str, np.ndarray]:
        return ask({"kind": "h5-weights", "wanted": wanted, "most_bytes": most_bytes}, data)[1]

    return _with_weights(model, weights)


def _without_weights(model: KerasModel, why: str) -> FileReading:
    return FileReading(model.architecture, None, model.notes, model.settings, why)


def _with_weights(model: KerasModel, read: Any) -> FileReading:
    """The model with its weights, which `read` fetches; without them where it would not be the same network."""
    from visualizer.source_code.files.keras_weights import needed_weights

    if not model.exact:
        return _without_weights(model, _DIFFERS)
    try:
        needed = needed_weights(model)
    except UserError as error:  # too large, or it does not fit
        return _without_weights(model, f"{error.why} {error.remedy}".strip())
    wanted = [
        {
            "path": slot.place.path,
            "top": slot.place.top,
            "layer": slot.place.name,
            "keras_name": slot.keras_name,
            "number": slot.number,
            "shape": slot.shape,
        }
        for slot in needed.slots
    ]
    try:
        arrays = read(wanted, sum(_bytes(slot.shape) for slot in needed.slots)) if wanted else {}
    except NetworkFileError as error:
        return _without_weights(model, f"{error.why} {error.remedy}".strip())
    weights = dict(needed.others)
    for place, slot in enumerate(needed.slots):
        weights[slot.name] = np.ascontiguousarray(slot.to_torch(arrays[str(place)]), dtype=np.float32)
    if not all(np.isfinite(array).all() for array in weights.values()):
        return _without_weights(model, "Some of its weights are not numbers.")
    return FileReading(model.architecture, weights, model.notes, model.settings)


def _bytes(shape: Iterable[int]) -> int:
    return int(np.prod(list(shape), dtype=np.int64)) * BYTES_PER_NUMBER


def _version(metadata: bytes) -> str:
    try:
        found = json.loads(metadata)
    except (ValueError, RecursionError):
        return ""
    return str(found.get("keras_version", ""))[:20] if isinstance(found, dict) else ""


class _Archive:
    """The files in a .keras file by their names, each unpacked no further than it may be.

    Keras writes them at the top, in small letters. Whoever unpacks and packs them again may put them into a folder,
    with other letters or with backslashes: these are found too, where there is no doubt which is meant.
    """

    def __init__(self, data: bytes) -> None:
        try:
            file = LimitedBytes(data, _MAX_LIST_BYTES)
            self._zip = zipfile.ZipFile(file)
            file.most = len(data)
        except (zipfile.BadZipFile, struct.error, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise cannot_open("It is not a .keras file, or it is damaged.", "Save the model again.") from error

    def _find(self, name: str) -> zipfile.ZipInfo | None:
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        found = [info for info in files if info.filename == name]
        if not found:
            found = [info for info in files if _plain_parts(info.filename)[-1:] == (name,)]
        if len(found) > 1:
            raise cannot_open(
                f"It holds {name} {len(found)} times, and programs differ in which of them they read.",
                "Save the model again with model.save().",
            )
        return found[0] if found else None

    def read(self, name: str, most: int) -> bytes | None:
        """A file's bytes; None if there is none of that name."""
        info = self._find(name)
        if info is None:
            return None
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise cannot_open("It is packed in a way that is not opened.", "Save the model again.")
        try:
            with self._zip.open(info) as file:
                content = file.read(most + 1)
        except (
            zipfile.BadZipFile,
            RuntimeError,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            zlib.error,
        ) as error:
            raise cannot_open("It is damaged.", "Save the model again.") from error
        if len(content) > most:
            raise cannot_open(
                f"Its {name} has over {most // 1_000_000:,} MB, more than of any network here.",
                "Load it with compile=False and save it again, which leaves the optimiser’s numbers out.",
            )
        return content


def _plain_parts(name: str) -> tuple[str, ...]:
    """The folders and the name of a file, in small letters; nothing for one in several folders or beside a network."""
    parts = tuple(part for part in name.replace("\\", "/").lower().split("/") if part not in ("", "."))
    return parts if len(parts) <= _MOST_PARTS and parts[:1] not in (("__macosx",), ("..",)) else ()
