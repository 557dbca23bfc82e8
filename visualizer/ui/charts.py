"""How a chart gets onto a page."""

import streamlit as st

from visualizer.figures.chart import Chart

_CONFIG = {"displayModeBar": False, "scrollZoom": False, "displaylogo": False}


def show(chart: Chart, key: str, *, scrolls: bool = False) -> None:
    """Put a chart on the page with its text alternative.

    Args:
        chart: The figure and its text alternative.
        key: Unique on the page.
        scrolls: Keep the figure's own width and scroll sideways where the page is narrower.
    """
    if scrolls:
        with st.container(horizontal=True, wrap=False, key=f"scrolls-{key}"):
            st.plotly_chart(chart.figure, key=key, config=_CONFIG, alt=chart.alt, width=int(chart.figure.layout.width))
    else:
        st.plotly_chart(chart.figure, key=key, config=_CONFIG, alt=chart.alt)
