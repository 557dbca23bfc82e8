"""Where the pages' files and the assets are, and where the app is."""

from pathlib import Path

from streamlit import config

_ROOT = Path(__file__).resolve().parents[3]

ASSETS = _ROOT / "assets"
ICON = ASSETS / "icon.svg"
STYLE = ASSETS / "style.css"


def page(name: str) -> Path:
    """The file of the page with that name, such as "build"; for st.Page, st.page_link and st.switch_page."""
    return _ROOT / "pages" / f"{name}.py"


def base_path() -> str:
    """The path that the server's addresses begin with, such as "/app"; empty where it has none."""
    path = str(config.get_option("server.baseUrlPath")).strip("/")
    return path and f"/{path}"
