"""Loads, in the background, what every page needs soon and what takes seconds to load."""

import gc
import importlib

from visualizer.data.catalog import load_dataset


def warm_up() -> None:
    """Load torch and the digits, so that the first visitor does not wait for them."""
    importlib.import_module("visualizer.inspection.probe")
    load_dataset("digits")
    # What is loaded now is never freed: without this, each full garbage collection scans 300,000 objects in 0.2 s.
    gc.collect()
    gc.freeze()
