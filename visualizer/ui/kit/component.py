"""Our own components: the HTML, CSS and JavaScript in assets/components/NAME/.

They are components of https://docs.streamlit.io/develop/concepts/custom-components.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from visualizer.ui.kit.links import ASSETS
from visualizer.ui.kit.scripts import module_address

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_IMPORT = re.compile(r'^@import "(.+)";\n', re.MULTILINE)


@st.cache_resource(max_entries=32, show_spinner=False)
def component(name: str, *, isolate_styles: bool = True) -> "ComponentRenderer":
    """The component in NAME.js, with NAME.html and NAME.css if they exist; read once.

    Without `isolate_styles` it is part of the page, whose styles hold for it, and its styles for the page.
    """
    return st.components.v2.component(
        f"cnn_visualizer.{name}",
        html=html_of(name),
        css=css_of(name),
        js=loader_of(name),
        isolate_styles=isolate_styles,
    )


def unseen(name: str, key: str, data: Any = None, **callbacks: Any) -> None:
    """Mount a component that only measures, listens or marks, so that it takes no room (style.css)."""
    with st.container(key=f"hidden-{key}"):
        component(name)(key=key, data=data, **callbacks)


def loader_of(name: str) -> str:
    """The script that asks the app for a component's module."""
    loader = (ASSETS / "components" / "loader.js").read_text(encoding="utf-8")
    return loader.replace("ADDRESS", module_address(f"components/{name}/{name}.js"))


def html_of(name: str) -> str | None:
    """The HTML of a component; None if there is no such file."""
    path = ASSETS / "components" / name / f"{name}.html"
    return path.read_text(encoding="utf-8") if path.exists() else None


def css_of(name: str) -> str | None:
    """The styles of a component, with those that its first lines import; None if there is no such file."""
    path = ASSETS / "components" / name / f"{name}.css"
    return _with_imports(path) if path.exists() else None


def _with_imports(path: Path) -> str:
    # Streamlit takes a single text, and the browser could not resolve its imports.
    return _IMPORT.sub(lambda match: _with_imports(path.parent / match[1]), path.read_text(encoding="utf-8"))


def sent_by(key: str, name: str) -> Any:
    """The value that the component under `key` sent as `name`; None if it sent none.

    For its callbacks: a message may come after the page has removed the component; Streamlit then still knows
    the callback, but not the key. Anybody can send anything.
    """
    return getattr(st.session_state.get(key), name, None)
