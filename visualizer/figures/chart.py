"""What every figure function returns, and the look that all figures share."""

import html
import textwrap
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from visualizer.figures.palette import CHARACTER, FONT_SIZE, MARK, MARK_RIM, SMALL_FONT_SIZE, TRANSPARENT
from visualizer.figures.plotly_json import plotly_json

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LEGEND = {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": SMALL_FONT_SIZE}}


@dataclass(frozen=True)
class Frame:
    """What an animation shows at one moment.

    Attributes:
        name: The moment, such as "40", which the slider shows after the unit.
        changes: What differs in the traces that move, one entry for each.
        alt: The text alternative of the whole chart at this moment.
    """

    name: str
    changes: Sequence[dict[str, Any]]
    alt: str


@dataclass(frozen=True)
class Spec:
    """The parts of a figure, as in https://plotly.com/javascript/reference/.

    Not a `go.Figure`, which validates every attribute: with thirty visitors, that takes a third of a server's time.

    Attributes:
        data: The traces.
        layout: Axes, legend and everything else around the traces.
        frames: The frames of an animation; `animated` makes them.
    """

    data: Sequence[dict[str, Any]]
    layout: dict[str, Any]
    frames: Sequence[dict[str, Any]] = ()

    def with_layout(self, **layout: Any) -> Self:
        """A copy with these attributes of the layout; lists of shapes and annotations are replaced, not extended."""
        return replace(self, layout=self.layout | layout)

    def animated(
        self, frames: Sequence[Frame], traces: Sequence[int], shown: str, *, title: str, unit: str, milliseconds: int
    ) -> Self:
        """A copy with play, pause and a slider, which the component plot draws below it and which need no server.

        Args:
            frames: In their order.
            traces: The indices of the traces that move.
            shown: The name of the frame that is shown first.
            title: The slider's name.
            unit: Text before a frame's name.
            milliseconds: The least time for which each frame is shown.
        """
        animation = {
            "shown": shown,
            "title": title,
            "unit": unit,
            "milliseconds": milliseconds,
            "alts": [frame.alt for frame in frames],
        }
        moves = [{"name": frame.name, "data": list(frame.changes), "traces": list(traces)} for frame in frames]
        return replace(self.with_layout(meta=animation), frames=moves)

    def with_shape(self, **shape: Any) -> Self:
        """A copy with one more shape: https://plotly.com/javascript/reference/layout/shapes/"""
        return self.with_layout(shapes=[*self.layout.get("shapes", ()), shape])


@dataclass(frozen=True)
class Chart:
    """A figure and its text alternative, for people who cannot see it."""

    spec: Spec
    alt: str

    def to_json(self) -> str:
        """The figure as plotly.js reads it."""
        spec = self.spec
        parts = {"data": spec.data, "layout": spec.layout} | ({"frames": spec.frames} if spec.frames else {})
        return plotly_json(parts)

    @cached_property
    def figure(self) -> "go.Figure":
        """The figure as Plotly's own object, which raises ValueError at an unknown attribute."""
        import plotly.graph_objects as go

        # A copy, since Plotly changes its arguments.
        spec = deepcopy(self.spec)
        return go.Figure(spec.data, spec.layout, spec.frames)


def figure_of(traces: list[Any], *, height: float, margin: tuple[float, float, float, float], **layout: Any) -> Spec:
    """A figure in the shared look: transparent, text colours from the page's theme, zoom kept on updates.

    Args:
        traces: Plotly traces.
        height: Pixels, with the margins.
        margin: Pixels (left, right, top, bottom).
        layout: More of the layout. A legend is above the plot, from its left edge on, if it says nothing else.
    """
    left, right, top, bottom = margin
    common = {
        "height": round(height),
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0},
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "font": {"size": FONT_SIZE},
        "hoverlabel": {"font": {"size": FONT_SIZE}},
        "dragmode": False,
        "uirevision": "keep",
        # The page sets colours and fonts; Plotly's default template would be sent with every figure.
        "template": {},
    }
    layout["legend"] = _LEGEND | layout.get("legend", {})
    return Spec([_with_whole_marks(trace) for trace in traces], common | layout)


def _with_whole_marks(trace: dict[str, Any]) -> dict[str, Any]:
    """Draw markers on an axis whole, such as the first one at 0; those beyond the axes stay hidden."""
    marked = trace.get("type") == "scatter" and "markers" in trace.get("mode", "")
    return {"cliponaxis": False} | trace if marked else trace


def line_trace(
    name: str,
    x: Any,
    y: Any,
    hover: str | None,
    *,
    colour: str,
    width: float = 3,
    dash: str = "",
    symbol: str = "",
    size: float = 8,
    **more: Any,
) -> dict[str, Any]:
    """A line with a name in the legend, as a Plotly trace.

    Args:
        name: In the legend.
        x, y: (N,) its points.
        hover: The hover template; None for no hover text.
        colour, width, dash: Of the line; the width in pixels, no dash for a solid line.
        symbol, size: The marker at each point, its size in pixels; no symbol for none.
        more: More of the trace.
    """
    line = {"color": colour, "width": width} | ({"dash": dash} if dash else {})
    marks = {"mode": "lines+markers", "marker": {"symbol": symbol, "size": size}} if symbol else {"mode": "lines"}
    return {"type": "scatter", "name": name, "x": x, "y": y, "line": line} | marks | _hover(hover) | more


def _hover(template: str | None) -> dict[str, Any]:
    return {"hoverinfo": "skip"} if template is None else {"hovertemplate": template}


def quiet_line(x: Any, y: Any, line: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A line as a trace, such as a frame, without a hover text and a legend entry; None in x and y is a gap."""
    quiet = {"hoverinfo": "skip", "showlegend": False}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line} | quiet | more


def rimmed_lines(x: Any, y: Any) -> list[dict[str, Any]]:
    """A white line with a dark rim, which shows on any picture, as two traces."""
    return [quiet_line(x, y, {"color": MARK_RIM, "width": 5}), quiet_line(x, y, {"color": MARK, "width": 2})]


def white_mark(
    name: str, hover: str | None, symbol: str, size: float, rim: float, *, kind: str = "scatter", **more: Any
) -> dict[str, Any]:
    """White marks with a black rim, `rim` pixels wide, which show on any map; `more` are x, y and more of the trace."""
    marker = {"symbol": symbol, "size": size, "color": MARK, "line": {"color": MARK_RIM, "width": rim}}
    return {"type": kind, "mode": "markers", "name": name, "marker": marker} | _hover(hover) | more


def band_trace(x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, **more: Any) -> dict[str, Any]:
    """The area between two lines, (N,) each, as a trace without a hover text and a legend entry."""
    area = {"type": "scatter", "x": np.concatenate([x, x[::-1]]), "y": np.concatenate([high, low[::-1]])}
    return (
        area | {"fill": "toself", "fillcolor": colour, "mode": "none", "hoverinfo": "skip", "showlegend": False} | more
    )


def line_at(x: float, **line: Any) -> dict[str, Any]:
    """A shape: a line over the whole height of the plot at `x`; `line` is its colour, width and dash."""
    return {"type": "line", "x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain", "line": line}


def column_box(x: float, **more: Any) -> dict[str, Any]:
    """A shape: a box around the column or bar at `x`, as high as the plot; `more` is how it looks."""
    return {"type": "rect", "x0": x - 0.5, "x1": x + 0.5, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"} | more


def pixel_axes(
    width: float, height: float, *, left: float = 0.0, top: float = 0.0, suffix: str = ""
) -> dict[str, dict[str, Any]]:
    """Axes without ticks from the corner (left, top), rows downwards, pixels square, kept to the top left.

    If the page is narrower than the figure, the picture shrinks and leaves space below it.
    """
    shared = {"visible": False, "fixedrange": True, "constrain": "domain"}
    return {
        f"xaxis{suffix}": shared | {"range": [left, left + width], "constraintoward": "left"},
        f"yaxis{suffix}": shared
        | {"range": [top + height, top], "constraintoward": "top", "scaleanchor": f"x{suffix}", "scaleratio": 1},
    }


def header_line(text: str, offset: float, margin_top: float, **more: Any) -> dict[str, Any]:
    """A line of text above the plot, `offset` pixels below the figure's upper edge, as a Plotly annotation."""
    return {
        "text": text,
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
        "yshift": margin_top - offset,
        "showarrow": False,
        "align": "left",
        "font": {"size": SMALL_FONT_SIZE},
    } | more


def lines_of(text: str, width: float) -> list[str]:
    """The text in lines that fit into `width` pixels at the small font size."""
    return textwrap.wrap(text, max(int(width / CHARACTER), 12))


def axis_style(title: str = "", *, automargin: bool = True, **more: Any) -> dict[str, Any]:
    """An axis with numbers in the shared look.

    Args:
        title: The quantity on the axis.
        automargin: Let Plotly make room for the labels. It moves the upper edge too, by some pixels: not where header
            lines or a colour bar are above.
        more: More of the axis.
    """
    return {
        "fixedrange": True,
        "zeroline": False,
        "automargin": automargin,
        "tickfont": {"size": SMALL_FONT_SIZE},
        # Without a size, Plotly makes it larger than all other text of the chart.
        "title": {"text": title, "standoff": 8, "font": {"size": FONT_SIZE}},
    } | more


def category_axis(labels: Sequence[str], **more: Any) -> dict[str, Any]:
    """A vertical axis with one label for each horizontal bar, the first at the top; `more` as in `axis_style`."""
    ends, places = [len(labels) - 0.5, -0.5], list(range(len(labels)))
    return axis_style(range=ends, tickvals=places, ticktext=labels, showgrid=False) | more


def number(value: float) -> str:
    """A number as text: three significant digits, no power of ten below a million, a real minus sign."""
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "infinity" if value > 0 else "−infinity"
    text = f"{value:,.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")


def as_label(text: str) -> str:
    """Escape text from a user for Plotly, which interprets some HTML in labels and %{…} in hover templates."""
    return html.escape(text, quote=False).replace("%{", "%&#8203;{")
