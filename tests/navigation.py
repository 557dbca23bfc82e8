"""The app's pages, read from its navigation, so that a new page is tested without a further entry."""

import re
from pathlib import Path

_NAVIGATION = Path(__file__).resolve().parents[1] / "visualizer" / "ui" / "shell" / "navigation.py"
_BEFORE, _CONCEPTS = _NAVIGATION.read_text(encoding="utf-8").split('"Concepts": [')
_PAGE = r'st\.Page\(page\("(\w+)"\)'

CONCEPTS: tuple[str, ...] = tuple(re.findall(_PAGE, _CONCEPTS))
PAGES: tuple[str, ...] = (*re.findall(_PAGE, _BEFORE), *CONCEPTS)
