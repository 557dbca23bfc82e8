"""Where the pages' files and the app's icon are."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]

ICON = _ROOT / "assets" / "icon.svg"
VIEWPORT_SCRIPT = _ROOT / "assets" / "viewport.js"
STYLE = _ROOT / "assets" / "style.css"


def page(name: str) -> Path:
    """The file of the page with that name, such as "build"; for st.Page, st.page_link and st.switch_page."""
    return _ROOT / "pages" / f"{name}.py"
