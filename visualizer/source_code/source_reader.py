"""Reads pasted source, in whichever of the two languages it defines a network."""

import re

from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.pytorch_reader import read_pytorch
from visualizer.source_code.reading import Language, NoNetworkError, SourceReading

# What builds a network in each, beside its imports.
_KERAS_BUILDS = re.compile(r"\b(Conv2D|Dense|MaxPool(ing)?2D|InputLayer|model\.add|layers\.[A-Z]\w+)\b")
_PYTORCH_BUILDS = re.compile(r"\b(Conv2d|Linear|MaxPool2d|BatchNorm2d|nn\.[A-Z]\w+|def forward)\b")
_KERAS_IMPORT = re.compile(r"^\s*(from|import) (tf\.|tensorflow\.)?(keras|tensorflow)\b", re.MULTILINE)
_PYTORCH_IMPORT = re.compile(r"^\s*(from|import) (torch|pytorch_lightning|lightning)\b", re.MULTILINE)


def language_of(source: str) -> Language:
    """The language in which a source defines a network: by what builds one, and where that is even by its imports."""
    keras, pytorch = (len(builds.findall(source)) for builds in (_KERAS_BUILDS, _PYTORCH_BUILDS))
    if keras == pytorch:
        keras, pytorch = (len(imports.findall(source)) for imports in (_KERAS_IMPORT, _PYTORCH_IMPORT))
    return "PyTorch" if pytorch > keras else "Keras"


def read_source(source: str, classes: int | None = None) -> SourceReading:
    """The network and the training settings in Keras or PyTorch source.

    Args:
        source: The text, as it was pasted.
        classes: The size of the last layer's output if the source leaves it open.

    Raises:
        SourceError: The text is not Python source.
        NoNetworkError: It builds no network of layers that are known here.
    """
    language = language_of(source)
    try:
        return _read(source, classes, language)
    except NoNetworkError:
        other: Language = "Keras" if language == "PyTorch" else "PyTorch"
        imports = _KERAS_IMPORT if other == "Keras" else _PYTORCH_IMPORT
        if not imports.search(source):
            raise
        return _read(source, classes, other)


def _read(source: str, classes: int | None, language: Language) -> SourceReading:
    return (read_pytorch if language == "PyTorch" else read_keras)(source, classes)
