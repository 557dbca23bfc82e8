"""Where the pages' files and the assets are."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]

ASSETS = _ROOT / "assets"
ICON = ASSETS / "icon.svg"
STYLE = ASSETS / "style.css"


def page(name: str) -> Path:
    """The file of the page with that name, such as "build"; for st.Page, st.page_link and st.switch_page."""
    return _ROOT / "pages" / f"{name}.py"
