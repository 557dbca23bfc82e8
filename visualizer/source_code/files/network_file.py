"""The door for networks of other programs: which kind a file is, and what is in it."""

from visualizer import log
from visualizer.architecture.model_file import max_model_bytes
from visualizer.errors import UserError
from visualizer.limits import MB, limits
from visualizer.source_code.files.keras_config import read_keras_json
from visualizer.source_code.files.keras_file import open_h5, open_keras, open_keras_json
from visualizer.source_code.files.onnx_reader import open_onnx
from visualizer.source_code.files.reading import FileReading, cannot_open
from visualizer.source_code.pasted import code_of_notebook
from visualizer.source_code.reading import SourceReading
from visualizer.source_code.source_reader import read_source

# The endings of the files that can be opened, beside those of this app.
ENDINGS = ("keras", "h5", "onnx", "json")
_ZIP, _HDF5, _OBJECT = b"PK", b"\x89HDF", b"{"
_ONNX = b"\x08"  # the first field of a model, its version
_SAFETENSORS_HEADER = 8  # where the header of this app's own files begins
_OURS = b"cnn-visualizer/"


def max_file_bytes() -> int:
    """The largest file: the weights of the largest network, and twice as much again for what an optimiser keeps."""
    return min(3 * max_model_bytes(), limits().tab_bytes)


def open_network_file(data: bytes, name: str = "") -> FileReading | None:
    """The network in a file of another program, decided by its bytes; None for any other file.

    Args:
        data: The file.
        name: Its name, which counts where the bytes do not decide.

    Raises:
        UserError: It is of a kind that is known here, and cannot be opened.
    """
    beginning = data[:200].lstrip()
    if data[_SAFETENSORS_HEADER : _SAFETENSORS_HEADER + 1] == _OBJECT and beginning[:1] != _OBJECT:
        return None
    if beginning.startswith(_OBJECT) and _OURS in data[:1000]:
        return None
    for found, kind, opened in (
        (data.startswith(_ZIP), "keras-file", open_keras),
        (data.startswith(_HDF5), "h5-file", open_h5),
        (beginning.startswith(_OBJECT), "keras-json", open_keras_json),
        (data.startswith(_ONNX) or name.lower().endswith(".onnx"), "onnx-file", open_onnx),
    ):
        if found:
            with log.refusals(kind, len(data), UserError):
                if len(data) > max_file_bytes():
                    raise cannot_open(f"It has over {max_file_bytes() // MB} MB, more than any network here.")
                return opened(data)
    return None


def read_pasted(text: str, classes: int | None = None) -> SourceReading:
    """The network in pasted text: source, a notebook's file, or what Keras's `model.to_json()` printed.

    Args:
        text: The text.
        classes: The size of the last layer's output if source leaves it open.

    Raises:
        UserError: It is none of these, or describes no network that can be built here.
    """
    if not text.lstrip().startswith("{") or code_of_notebook(text) != text:
        return read_source(text, classes)
    with log.refusals("keras-json", len(text), UserError):
        model = read_keras_json(text.strip())
        return SourceReading(None, model.architecture, model.settings, model.notes)
