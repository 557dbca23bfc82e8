"""Shows figures.

Not with st.plotly_chart: it takes a chart with changed data for a new chart, so the browser discards the drawing and
makes it again, which takes twice as long, flickers, and loses the zoom. The component plot updates it in place.
"""

from visualizer.figures.chart import Chart
from visualizer.ui.kit.component import component
from visualizer.ui.kit.scripts import PLOTLY_ADDRESS


def show(chart: Chart, key: str) -> None:
    """Put a chart on the page with its text alternative.

    Args:
        chart: The figure and its text alternative. Without a width of its own it takes the page's; with one, it scrolls
            sideways where the page is narrower.
        key: Unique on the page.
    """
    data = {"key": key, "figure": chart.to_json(), "alt": chart.alt, "address": PLOTLY_ADDRESS}
    component("plot", isolate_styles=False)(key=key, data=data)
