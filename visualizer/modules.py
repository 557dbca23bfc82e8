"""Finds what is in the files of a package: a new file needs no entry anywhere."""

import importlib
import pkgutil


def import_all(package: str) -> None:
    """Import every module of a package, by its name, so that what registers itself there is known."""
    found = importlib.import_module(package)
    for module in pkgutil.iter_modules(found.__path__):
        importlib.import_module(f"{package}.{module.name}")
