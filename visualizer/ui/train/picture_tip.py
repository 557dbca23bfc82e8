"""Beside a chart, the picture of the point under the pointer, without asking the server."""

import base64
import io
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from visualizer.ui.kit.component import component

_SHOWN = 112  # pixels of the screen
_SENT = 32  # pixels of one picture on the sheet, at most


def picture_tip(chart_key: str, pictures: np.ndarray, captions: Sequence[str]) -> None:
    """Show the picture of the point under the pointer in that chart; each point's customdata is its number.

    Args:
        chart_key: The chart's key.
        pictures: (N, H, W, C) uint8, C is 1 or 3.
        captions: N sentences.
    """
    columns = int(np.ceil(np.sqrt(len(pictures))))
    rows = -(-len(pictures) // columns)
    data = {
        "chart": chart_key,
        "sheet": _sheet(pictures, columns, rows),
        "columns": columns,
        "rows": rows,
        "size": _SHOWN,
        "captions": list(captions),
    }
    component("picture_tip")(key=f"{chart_key}-tip", data=data)


@st.cache_data(max_entries=8, show_spinner=False)
def _sheet(pictures: np.ndarray, columns: int, rows: int) -> str:
    """All pictures on one sheet, as a data address of a JPEG."""
    side = min(_SENT, max(pictures.shape[1:3]))
    sheet = Image.new("RGB", (columns * side, rows * side))
    for number, pixels in enumerate(pictures):
        picture = Image.fromarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)).copy()).resize((side, side))
        sheet.paste(picture, (number % columns * side, number // columns * side))
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=85, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
