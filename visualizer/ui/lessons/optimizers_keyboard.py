"""Lets the keyboard use the play button and the step slider that Plotly draws. The work is done in the browser."""

from visualizer.ui.component import component


def open_chart_controls_to_the_keyboard() -> None:
    """For every chart of the page, also those that are drawn later; put it last on the page."""
    component("plotly_keyboard")(key="plotly-keyboard")
