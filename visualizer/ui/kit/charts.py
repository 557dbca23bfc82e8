"""Shows figures.

Not with st.plotly_chart: since it takes a chart whose data changed for another chart, the browser throws the drawing
away and makes it anew, which takes twice as long, flickers, and forgets what was zoomed. `assets/plot.js` changes it.
"""

from typing import TYPE_CHECKING

import streamlit as st

from visualizer.figures.chart import Chart
from visualizer.ui.kit.links import ASSETS
from visualizer.ui.kit.plotly_script import ADDRESS

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


@st.cache_resource(show_spinner=False)
def _component() -> "ComponentRenderer":
    html, css, script = (
        (ASSETS / name).read_text(encoding="utf-8") for name in ("plot.html", "transport.css", "plot.js")
    )
    return st.components.v2.component("cnn_visualizer.plot", html=html, css=css, js=script, isolate_styles=False)


def show(chart: Chart, key: str) -> None:
    """Put a chart on the page with its text alternative.

    Args:
        chart: The figure and its text alternative. Without a width of its own it takes the page's; with one, it scrolls
            sideways where the page is narrower.
        key: Unique on the page.
    """
    data = {"key": key, "figure": chart.to_json(), "alt": chart.alt, "address": ADDRESS}
    _component()(key=key, data=data)
