"""Finds scikit-learn's data files without importing it, as the import takes a second or two."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def scikit_learn_file(path: str) -> Path:
    """The file at `path` in the installed scikit-learn, such as "datasets/images/china.jpg"."""
    spec = find_spec("sklearn")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / path
