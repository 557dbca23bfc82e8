"""Loading in the background what every page needs soon and takes seconds to load."""

import importlib

from visualizer.data.catalog import load_dataset


def warm_up() -> None:
    """Load torch and the digits, so that the first visitor does not wait for them."""
    importlib.import_module("visualizer.inspection.probe")
    load_dataset("digits")
