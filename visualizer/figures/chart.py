"""What every figure function returns, and the look that all figures share."""

import html
import textwrap
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from visualizer.figures.plotly_json import plotly_json

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT_SIZE = 14
SMALL_FONT_SIZE = 13
TINY_FONT_SIZE = 11
LINE = 18  # pixels, of the small font
CHARACTER = 6.6  # pixels, the width of one in the small font, on average

TRANSPARENT = "rgba(0, 0, 0, 0)"
# Above the plot, from its left edge on.
LEGEND_ABOVE: dict[str, Any] = {
    "orientation": "h",
    "x": 0,
    "y": 1,
    "yanchor": "bottom",
    "font": {"size": SMALL_FONT_SIZE},
}


@dataclass(frozen=True)
class Frame:
    """What an animation shows at one moment.

    Attributes:
        name: Which moment, such as "40": the slider says it after its unit.
        changes: What differs in the traces that move, one entry for each.
        alt: The whole chart at this moment in words.
    """

    name: str
    changes: Sequence[dict[str, Any]]
    alt: str


@dataclass(frozen=True)
class Spec:
    """What a figure consists of, in the words of https://plotly.com/javascript/reference/.

    Not a `go.Figure`: that checks every word of it, which takes a server with thirty visitors a third of its time.

    Attributes:
        data: The traces.
        layout: All around them.
        frames: What an animation shows one after another; `animated` makes them.
    """

    data: Sequence[dict[str, Any]]
    layout: dict[str, Any]
    frames: Sequence[dict[str, Any]] = ()

    def with_layout(self, **layout: Any) -> Self:
        """With more of the layout, or other; lists of shapes and annotations are replaced, not added to."""
        return replace(self, layout=self.layout | layout)

    def animated(
        self, frames: Sequence[Frame], traces: Sequence[int], shown: str, *, title: str, unit: str, milliseconds: int
    ) -> Self:
        """With play, pause and a slider below it, which the component plot draws and which need no server.

        Args:
            frames: In their order.
            traces: The indices of those that move.
            shown: The name of the frame at which it stands before anyone presses play.
            title: What the slider is called.
            unit: Goes before a frame's name.
            milliseconds: For how long each is shown at least.
        """
        about = {
            "shown": shown,
            "title": title,
            "unit": unit,
            "milliseconds": milliseconds,
            "alts": [frame.alt for frame in frames],
        }
        moves = [{"name": frame.name, "data": list(frame.changes), "traces": list(traces)} for frame in frames]
        return replace(self.with_layout(meta=about), frames=moves)

    def with_shape(self, **shape: Any) -> Self:
        """With one more shape: https://plotly.com/javascript/reference/layout/shapes/"""
        return self.with_layout(shapes=[*self.layout.get("shapes", ()), shape])


@dataclass(frozen=True)
class Chart:
    """A figure and the same in words, for those who cannot see it."""

    spec: Spec
    alt: str

    def to_json(self) -> str:
        """The figure as plotly.js reads it."""
        spec = self.spec
        parts = {"data": spec.data, "layout": spec.layout} | ({"frames": spec.frames} if spec.frames else {})
        return plotly_json(parts)

    @cached_property
    def figure(self) -> "go.Figure":
        """The same as Plotly's own object, which raises ValueError at a word that it does not know."""
        import plotly.graph_objects as go

        # Copied: Plotly changes what it is given.
        spec = deepcopy(self.spec)
        return go.Figure(spec.data, spec.layout, spec.frames)


def figure_of(traces: list[Any], *, height: float, margin: tuple[float, float, float, float], **layout: Any) -> Spec:
    """A figure in the shared look: transparent, text colours from the page's theme, zoom kept on updates.

    Args:
        traces: Plotly traces.
        height: Pixels, with the margins.
        margin: Pixels (left, right, top, bottom).
        layout: More of the layout.
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
        # The page gives its own colours and letters; Plotly's default template would be sent with every figure.
        "template": {},
    }
    return Spec([_with_whole_marks(trace) for trace in traces], common | layout)


def _with_whole_marks(trace: dict[str, Any]) -> dict[str, Any]:
    """A mark on an axis, such as the first one at 0, is drawn whole; what lies beyond the axes stays hidden."""
    marked = trace.get("type") == "scatter" and "markers" in trace.get("mode", "")
    return {"cliponaxis": False} | trace if marked else trace


def line_at(x: float, **line: Any) -> dict[str, Any]:
    """A shape: a line through the whole height of the plot at `x`; `line` is its colour, width and dash."""
    return {"type": "line", "x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain", "line": line}


def pixel_axes(
    width: float, height: float, *, left: float = 0.0, top: float = 0.0, suffix: str = ""
) -> dict[str, dict[str, Any]]:
    """Axes without ticks from the corner (left, top), rows downwards, pixels square, kept to the top left.

    Where the page is narrower than the figure was made for, the picture shrinks and what is left over is below it.
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


def axis_style(title: str = "", *, automargin: bool = True) -> dict[str, Any]:
    """What all axes with numbers share.

    Args:
        title: What the axis counts or measures.
        automargin: Let Plotly make room for the labels. It moves the upper edge too, by some pixels: not where header
            lines or a colour bar are above.
    """
    return {
        "fixedrange": True,
        "zeroline": False,
        "automargin": automargin,
        "tickfont": {"size": SMALL_FONT_SIZE},
        "title": {"text": title, "standoff": 8, "font": {"size": FONT_SIZE}},
    }


def number(value: float) -> str:
    """A measured number as people read it: three significant digits, no power below a million, a real minus sign."""
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "infinity" if value > 0 else "−infinity"
    text = f"{value:,.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")


def as_label(text: str) -> str:
    """Words that a user may have written, for Plotly, which reads some HTML in labels and %{…} in hover templates."""
    return html.escape(text, quote=False).replace("%{", "%&#8203;{")
