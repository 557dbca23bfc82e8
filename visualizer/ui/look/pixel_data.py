"""One number's explanation as plain JSON, which the component pixel draws."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.architecture.shapes import is_maps
from visualizer.figures.convolution_colours import ColourScale, painted, positive_scale, signed_scale
from visualizer.figures.raster import greyed, png_source, rgb_pixels
from visualizer.figures.scale import takes_black
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.pixel_words import bracketed, channel_name, lines, place_words, sentence, short_number
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.inspection.steps import ArithmeticStep, Explanation, InputWindow, Met, Spot

CHANNELS_ON_A_PAGE = 3
ITEMS_ON_A_PAGE = 10
SHORTER_NUMBERS = 9  # of a window, beyond which its numbers have two significant digits
MOST_NUMBERS = 49  # of a window whose numbers are written out
MOST_CELLS = 1024  # of a window that is drawn cell by cell


def pixel_data(inspected: Inspected, path: "tuple[Spot, ...]", page: int) -> dict[str, Any]:
    """Everything about the last spot of a path.

    Args:
        inspected: The network and its results for the picture.
        path: The numbers that were opened one after the other, each computed from the next.
        page: The page of channels or contributions, from 0.
    """
    from visualizer.architecture.flow import PICTURE
    from visualizer.inspection.pixel import explain

    seen, network, spot = inspected.probe, inspected.network, path[-1]
    explanation = explain(network, seen, spot)
    of_picture = explanation.direct and spot.node != PICTURE and network.nodes[spot.node].sources == (PICTURE,)
    channels = len(seen.picture) if of_picture else 0
    return {
        "spot": [spot.node, *spot.place],
        "trail": [{"layer": layer_words(inspected, part), "place": _place(inspected, part)} for part in path],
        "value": short_number(explanation.value),
        "sentence": sentence(explanation, channels),
        "panels": _panels(inspected, explanation),
        "lines": [[line.label, line.formula, line.result] for line in lines(explanation, channels)],
        **_parts(inspected, explanation, channels, page),
    }


def layer_words(inspected: Inspected, spot: "Spot") -> str:
    """The layer of a number: its number and its kind."""
    from visualizer.architecture.flow import PICTURE

    if spot.node == PICTURE:
        return "Picture"
    summary = inspected.probe.layers[spot.node].layer.summary()
    return f"Input of layer {spot.node + 1}, {summary}" if spot.is_input else f"Layer {spot.node + 1}, {summary}"


def _place(inspected: Inspected, spot: "Spot") -> str:
    words = place_words(spot, len(inspected.probe.picture))
    return words + (
        _meaning_words(inspected, spot.node, spot.place[0]) if len(spot.place) == 1 and not spot.is_input else ""
    )


# ---- Pictures with marks


def _panels(inspected: Inspected, explanation: "Explanation") -> list[dict[str, Any]]:
    """The picture with the region that the number sees; the input with the window; the map with the number."""
    from visualizer.architecture.flow import PICTURE
    from visualizer.inspection.pixel import field, output_of
    from visualizer.inspection.receptive_field.fields import gaps_in, pixel_box

    seen, spot = inspected.probe, explanation.spot
    mask = field(inspected.network, explanation)
    box = None if mask is None else pixel_box(mask)
    marks, pixels = [] if box is None else [_box(*box)], rgb_pixels(seen.picture)
    if mask is None:
        note = "its receptive field is unknown: an earlier layer does not define one"
    elif box is None:
        note = "it sees no pixel, only padding or nothing at all"
    else:
        (rows, columns), (height, width) = marks[0][2:], mask.shape
        gaps = gaps_in(mask)
        note = f"it sees {rows} × {columns} of {height} × {width} pixels"
        if gaps.any():
            pixels = rgb_pixels(greyed(seen.picture, gaps))
            note = f"it sees {mask.sum()} of the {rows} × {columns} pixels in the frame, not those in grey"
    if spot.node == PICTURE:
        return [_panel("Picture", "the pixel is framed", pixels, marks)]
    panels = [_panel("Picture", note, pixels, marks)]
    view = inspected.probe.layers[spot.node]
    looks_at = _looks_at(explanation.steps[0])
    if (
        looks_at
        and explanation.direct
        and is_maps(view.input.shape)
        and view.sources != (PICTURE,)
        and not spot.is_input
    ):
        window, channel = looks_at
        marks = [_box(_ends(window.rows, view.input.shape[1]), _ends(window.columns, view.input.shape[2]))]
        name = f"Input map {channel + 1}"
        panels.append(_map_panel(name, "its window is framed", view.input, channel, marks) | {"into": channel})
    numbers = view.input if spot.is_input else output_of(seen, spot.node)
    if is_maps(numbers.shape):
        channel, row, column = spot.place
        marks = [_box((row, row), (column, column))]
        name = f"Map {channel + 1}"
        panels.append(_map_panel(name, "the number is framed", numbers, channel, marks) | {"beside": channel})
    return panels


def _looks_at(step: "ArithmeticStep") -> "tuple[InputWindow, int] | None":
    """The window, and the channel with the largest share in the sum."""
    from visualizer.inspection.steps import WindowMaximum, WindowMean, WindowSum

    if isinstance(step, WindowSum):
        return step.window, int(step.channels[int(np.abs(step.sums).argmax())])
    if isinstance(step, WindowMaximum | WindowMean):
        return step.window, step.channel
    return None


def _ends(places: np.ndarray, limit: int) -> tuple[int, int]:
    return max(int(places[0]), 0), min(int(places[-1]), limit - 1)


def _box(rows: tuple[int, int], columns: tuple[int, int]) -> list[int]:
    """[top, left, height, width] in pixels."""
    return [rows[0], columns[0], rows[1] - rows[0] + 1, columns[1] - columns[0] + 1]


def _panel(title: str, note: str, pixels: np.ndarray, marks: list[list[int]]) -> dict[str, Any]:
    return {
        "title": title,
        "note": note,
        "source": png_source(pixels),
        "size": pixels.shape[:2],
        "marks": [mark for mark in marks if mark[2] > 0 and mark[3] > 0],
    }


def _map_panel(title: str, note: str, maps: np.ndarray, channel: int, marks: list[list[int]]) -> dict[str, Any]:
    """One of the maps, in the colours of a scale that all of them share."""
    scale = _scale_of(maps, "")
    ends = {"low": short_number(scale.low, 3), "high": short_number(scale.high, 3), "colours": scale.colours[::8]}
    return _panel(title, note, painted(maps[channel], scale), marks) | {"scale": ends}


def _scale_of(values: np.ndarray, label: str) -> ColourScale:
    below = values.min(where=np.isfinite(values), initial=0.0) < 0
    return signed_scale(values, label) if below else positive_scale(values, label)


def _share(part: float, whole: float) -> float:
    """How long a bar is, from -1 to 1; 0 where a number is not finite."""
    share = part / whole if whole else 0.0
    return float(np.clip(np.nan_to_num(share), -1, 1))


# ---- The inputs of the first step, number by number


def _parts(inspected: Inspected, explanation: "Explanation", of_picture: int, page: int) -> dict[str, Any]:
    """The terms (grids of numbers) or the items (a list of contributions) of this page, and how many pages."""
    from visualizer.inspection import steps

    first, last, place = explanation.steps[0], explanation.steps[-1], explanation.input_place
    data: dict[str, Any] = {
        "terms": [],
        "items": [],
        "rest": "",
        "page": 0,
        "pages": 1,
        "shares": [],
        "sharesTitle": "",
    }
    if isinstance(first, steps.WindowSum):
        data |= _window_terms(explanation, first, of_picture, page)
    elif isinstance(first, steps.WindowMaximum):
        data |= _window_term(
            inspected, explanation, first.window, first.channel, first.values, of_picture, first.winner
        )
    elif isinstance(first, steps.WindowMean):
        data |= _window_term(inspected, explanation, first.window, first.channel, first.values, of_picture, None)
    elif isinstance(first, steps.WeightedSum):
        data |= _items(inspected, explanation, first, page)
    elif isinstance(first, steps.Normalized | steps.Rescaled | steps.Activated | steps.Softmaxed) and place is not None:
        value = first.values[first.chosen] if isinstance(first, steps.Softmaxed) else first.before
        data |= {"items": [_item(inspected, explanation, place, short_number(float(value)), 0.0)]}
    elif isinstance(first, steps.Passed) and first.place is not None:
        data |= {"items": [_item(inspected, explanation, first.place, short_number(first.result), 0.0)]}
    elif isinstance(first, steps.Met):
        data |= {"items": _made_of(inspected, first.sources, first.numbers, _parts_of(first))}
        if first.meeting == "maximum":
            winner = data["items"][first.winner]
            winner |= {"chosen": True, "text": f"{winner['text']}, the largest"}
    elif isinstance(first, steps.Joined):
        data |= {"items": _made_of(inspected, (first.source,), (first.result,), [0.0])}
    if isinstance(last, steps.Softmaxed):
        data["shares"] = _shares(inspected, explanation, last)
        count, shown = len(last.values), len(data["shares"])
        data["sharesTitle"] = (
            f"Softmax: the {shown} largest of {count:,} exponentials as shares of the sum of all of them"
            if count > shown
            else "Softmax: every exponential as a share of the sum of all of them"
        )
    return data


def _parts_of(step: "Met") -> list[float]:
    """How long the bar of each number is; of factors none has a part of its own."""
    if step.meeting == "product":
        return [0.0] * len(step.numbers)
    largest = max(map(abs, step.numbers)) or 1.0
    signs = [-1.0 if step.meeting == "difference" and place else 1.0 for place in range(len(step.numbers))]
    return [_share(sign * number, largest) for sign, number in zip(signs, step.numbers, strict=True)]


def _made_of(
    inspected: Inspected, sources: "Sequence[Spot]", numbers: Sequence[float], shares: Sequence[float]
) -> list[dict[str, Any]]:
    """Numbers of other layers, each with the length of its bar."""
    return [
        {
            "name": f"{layer_words(inspected, source)}: {_place(inspected, source)}",
            "text": short_number(number),
            "share": share,
            "source": source.node,
        }
        for source, number, share in zip(sources, numbers, shares, strict=True)
    ]


def _window_terms(explanation: "Explanation", step: Any, of_picture: int, page: int) -> dict[str, Any]:
    large = step.kernel[0].size > MOST_NUMBERS
    on_a_page = 1 if large else CHANNELS_ON_A_PAGE
    pages = -(-len(step.channels) // on_a_page)
    page = min(page, pages - 1)
    sums, products = step.sums, step.products
    order = np.argsort(-np.abs(sums), kind="stable")
    shown, rest = (
        order[page * on_a_page : (page + 1) * on_a_page],
        np.setdiff1d(order, order[page * on_a_page : (page + 1) * on_a_page]),
    )
    value_scale, weight_scale = _scale_of(step.values, "value"), signed_scale(step.kernel, "weight")
    product_scale = signed_scale(products, "product")
    terms = []
    for at in shown:
        channel = int(step.channels[at])
        grids = [
            _grid("window", step.values[at], value_scale, step.window, channel, opens=explanation.direct),
            _grid("kernel", step.kernel[at], weight_scale),
            _grid("products", products[at], product_scale),
        ]
        terms.append({"name": channel_name(channel, of_picture), "grids": grids, "sum": short_number(float(sums[at]))})
    text = (
        f"{counted(len(rest), 'other channel')} together: {short_number(float(sums[rest].sum()))}" if len(rest) else ""
    )
    return {"terms": terms, "rest": text, "page": page, "pages": pages}


def _window_term(
    inspected: Inspected,
    explanation: "Explanation",
    window: "InputWindow",
    channel: int,
    values: np.ndarray,
    of_picture: int,
    winner: tuple[int, int] | None,
) -> dict[str, Any]:
    if values.size > MOST_CELLS:
        return {}
    scale = _scale_of(values, "value")
    if explanation.direct:
        scale = _scale_of(inspected.probe.layers[explanation.spot.node].input, "value")
    grid = _grid("window", values, scale, window, channel, opens=explanation.direct)
    if winner is not None:
        grid["winner"] = list(winner)
    return {"terms": [{"name": channel_name(channel, of_picture), "grids": [grid], "sum": ""}]}


def _grid(
    name: str,
    values: np.ndarray,
    scale: ColourScale,
    window: "InputWindow | None" = None,
    channel: int = 0,
    *,
    opens: bool = False,
) -> dict[str, Any]:
    """Numbers in rows with their colours; with a window each says which number it is, and null where it is padding."""
    small = values.size > MOST_NUMBERS
    digits = 3 if values.size <= SHORTER_NUMBERS else 2
    colours = painted(values, scale)
    places = None
    if window is not None:
        places = [
            [window.place(channel, row, column) for column in range(values.shape[1])] for row in range(values.shape[0])
        ]
    return {
        "name": name,
        "small": small,
        "narrow": digits == 2,
        "texts": [
            [short_number(float(value), digits) if np.isfinite(value) else "−∞" for value in row] for row in values
        ],
        "colours": [["#" + bytes(colour).hex() for colour in row] for row in colours],
        "dark": (~takes_black(colours)).tolist(),
        "places": places,
        "opens": opens,
    }


def _items(inspected: Inspected, explanation: "Explanation", step: Any, page: int) -> dict[str, Any]:
    products = step.products
    pages = max(-(-len(products) // ITEMS_ON_A_PAGE), 1)
    page = min(page, pages - 1)
    order = np.argsort(-np.abs(products), kind="stable")
    shown = order[page * ITEMS_ON_A_PAGE : (page + 1) * ITEMS_ON_A_PAGE]
    largest = float(np.abs(products).max(initial=0.0)) or 1.0
    items = [
        _item(
            inspected,
            explanation,
            step.place(int(at)),
            f"{short_number(float(step.inputs[at]))} × {bracketed(float(step.weights[at]))} "
            f"= {short_number(float(products[at]))}",
            _share(float(products[at]), largest),
        )
        for at in shown
    ]
    rest = float(products.sum() - products[shown].sum())
    others = len(products) - len(shown)
    text = f"{counted(others, 'other product')} together: {short_number(rest)}" if others else ""
    return {"items": items, "rest": text, "page": page, "pages": pages}


def _item(
    inspected: Inspected, explanation: "Explanation", place: tuple[int, ...], text: str, share: float
) -> dict[str, Any]:
    from visualizer.inspection.pixel import before

    if not explanation.direct:
        return {"name": f"number {', '.join(str(part + 1) for part in place)}", "text": text, "share": share}
    source = before(inspected.network, explanation.spot, place)
    return {
        "name": _place(inspected, source) + _origin(inspected, source),
        "text": text,
        "share": share,
        "place": list(place),
    }


def _origin(inspected: Inspected, spot: "Spot") -> str:
    """Which number of a map a unit is, if its layer only reorders numbers."""
    from visualizer.inspection.pixel import before, explain
    from visualizer.inspection.steps import Passed

    if spot.is_input or len(spot.place) != 1 or not is_maps(inspected.probe.layers[spot.node].input.shape):
        return ""
    (step, *_) = explain(inspected.network, inspected.probe, spot).steps
    if not isinstance(step, Passed) or step.place is None:
        return ""
    return f": {_place(inspected, before(inspected.network, spot, step.place))}"


def _meaning_words(inspected: Inspected, node: int, unit: int) -> str:
    """What a unit of the last layer stands for, such as a class."""
    names = inspected.output_names
    return f", for “{names[unit]}”" if names and node == len(inspected.probe.layers) - 1 else ""


def _shares(inspected: Inspected, explanation: "Explanation", step: Any) -> list[dict[str, Any]]:
    """The exponentials of a softmax, the largest first, the chosen one always among them."""
    exponentials = step.exponentials
    order = [int(at) for at in np.argsort(-exponentials, kind="stable")[:ITEMS_ON_A_PAGE]]
    if step.chosen not in order:
        order[-1] = step.chosen
    shares = exponentials / exponentials.sum()
    noun = "unit" if len(explanation.spot.place) == 1 else "map"
    return [
        {
            "name": f"{noun} {at + 1}{_meaning_words(inspected, explanation.spot.node, at)}",
            "text": f"e^{bracketed(float(step.values[at]))} / sum = {short_number(float(shares[at]))}",
            "share": _share(float(shares[at]), 1.0),
            "chosen": at == step.chosen,
        }
        for at in order
    ]
