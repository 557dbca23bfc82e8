"""What holds for every chart that a test of this folder makes."""

import json
from typing import Any

import pytest

from visualizer.figures.chart import Chart


@pytest.fixture(autouse=True)
def charts_are_what_plotly_makes_of_them(monkeypatch):
    """Plotly's own object knows every word of a chart, and would send the browser the same."""
    made: list[Chart] = []
    make = Chart.__init__

    def noted(self: Chart, *parts: Any, **named: Any) -> None:
        make(self, *parts, **named)
        made.append(self)

    monkeypatch.setattr(Chart, "__init__", noted)
    yield
    for chart in made:
        ours, plotlys = json.loads(chart.to_json()), json.loads(chart.figure.to_json())
        # Plotly writes an empty template in its own way.
        assert ours["layout"].pop("template") == {}
        del plotlys["layout"]["template"]
        assert meaning(ours) == meaning(plotlys)


def meaning(value: Any) -> Any:
    """Without what is empty, and numbers to 12 digits, as Plotly rounds the positions of colours."""
    if isinstance(value, dict):
        entries = {key: meaning(one) for key, one in value.items()}
        return {key: one for key, one in entries.items() if one is not None and one not in ({}, [])}
    if isinstance(value, list):
        return [meaning(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.12g}")
    return value
