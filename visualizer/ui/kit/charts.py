"""Shows figures.

Not with st.plotly_chart: since it takes a chart whose data changed for another chart, the browser throws the drawing
away and makes it anew, which takes twice as long, flickers, and forgets what was zoomed. The component plot changes it.
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
