"""The parts of the stage that know no page: where things are, what one points at, and how a number came about."""

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.branching import BRANCHING
from tests.browser.app import collect_errors, new_context
from tests.browser.modules import ADDRESS, call, open_modules
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.flow import PICTURE, FlowNetwork
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.network import build
from visualizer.data.drawing import SIDE, prepare_like_digits
from visualizer.inspection.layer_facts import facts_of
from visualizer.inspection.portable import portable
from visualizer.inspection.probe import probe
from visualizer.inspection.receptive_field.fields import pixel_box, pixels_seen, places_at
from visualizer.ui.parts.stage import compact

STAGE = "components/stage"


@pytest.fixture(scope="module")
def empty(browser: Browser) -> Iterator[Page]:
    """An empty page that can import the modules."""
    context = new_context(browser, 800, 600)
    page = context.new_page()
    errors = collect_errors(page)
    open_modules(page)
    yield page
    context.close()
    assert not errors


def odd_network() -> FlowNetwork:
    """Windows of every kind, uneven padding, groups, and an activation of its own."""
    layers = (
        Conv2D(filters=6, kernel_size=(5, 3), strides=(2, 1), padding="same"),
        BatchNormalization(),
        MaxPooling2D(pool_size=(3, 2), padding="same"),
        Conv2D(filters=6, dilation_rate=(2, 2), padding="same", groups=2, activation="tanh"),
        AveragePooling2D(padding="same"),
        Flatten(),
        Dense(units=5, activation="softmax"),
    )
    return build(Architecture("odd", (3, 21, 17), layers), seed=1).eval()


def small_network() -> FlowNetwork:
    layers = (Conv2D(filters=8), MaxPooling2D(), Conv2D(filters=16), Flatten(), Dense(units=10, activation="softmax"))
    return build(Architecture("small", (1, 16, 16), layers)).eval()


def branched_network() -> FlowNetwork:
    return build(BRANCHING, seed=2).eval()


def described(network: FlowNetwork) -> list[dict[str, Any]]:
    """The layers as the component gets them."""
    return [
        {
            "sources": list(facts.sources),
            "shape": list(facts.shape),
            "block": facts.block,
            "reads": None if facts.reads is None else [compact(spans) for spans in facts.reads],
        }
        for facts in facts_of(network)
    ]


@pytest.mark.parametrize("make", [odd_network, branched_network], ids=["windows", "branches"])
def test_a_window_in_the_picture_is_the_box_around_what_the_unit_sees(empty: Page, make) -> None:
    network = make()
    layers, shape = described(network), list(network.input_shape)
    for index in range(len(network.nodes)):
        rows, columns = places_at(network, index)
        for place in {(0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)}:
            mask = pixels_seen(network, index, [place])
            assert mask is not None
            script = """async ([address, ...given]) => {
              const { windowsOf } = await import(address);
              return [...windowsOf(...given)];
            }"""
            found = dict(empty.evaluate(script, [f"{ADDRESS}/{STAGE}/point.js", layers, shape, index, list(place)]))
            box = pixel_box(mask[0])
            assert found[PICTURE] == [list(span) for span in box or ()]


def test_what_a_pixel_reaches_is_what_sees_it(empty: Page) -> None:
    network = odd_network()
    script = """async ([address, layers, shape]) => {
      const { reachOf, windowsOf, placesOf } = await import(address);
      const wrong = [];
      layers.forEach((layer, node) => {
        const [rows, columns] = placesOf(layer.shape);
        for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
          const seen = windowsOf(layers, shape, node, [row, column]).get(-1);
          if (!seen) continue;
          const reach = reachOf(layers, shape, -1, [seen[0][0], seen[1][0]]).get(node);
          const within = ([first, last], at) => first <= at && at <= last;
          if (!reach || !within(reach[0], row) || !within(reach[1], column)) wrong.push([node, row, column]);
        }
      });
      return wrong;
    }"""
    given = [f"{ADDRESS}/{STAGE}/point.js", described(network), list(network.input_shape)]
    assert empty.evaluate(script, given) == []


_EXPLAIN = """
async ([address, header, weights, picture, spots]) => {
  const { PortableNetwork } = await import(`${address}/lib/engine/network.js`);
  const { Wiring } = await import(`${address}/components/stage/wiring.js`);
  const { explain } = await import(`${address}/components/stage/explain.js`);
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  const pixels = floats(picture);
  const values = new PortableNetwork(header, floats(weights)).run(pixels);
  const wiring = new Wiring(header, floats(weights));
  return spots.map(([node, index, row, column]) => {
    const { kind, terms, items, rest, bias, before, winner, lines, value } =
      explain(wiring, values, pixels, node, index, [row, column]);
    const sum = terms.reduce((total, term) => total + term.sum, 0) + (bias ?? 0);
    const products = items.reduce((total, { product }) => total + product, 0) + rest + (bias ?? 0);
    return { kind, sum, products, before, winner: terms[0]?.values[winner] ?? null, lines: lines.length, value };
  });
}
"""


def explained(page: Page, network: FlowNetwork, picture: np.ndarray, spots: list[list[int]]) -> list[dict[str, Any]]:
    made = portable(network)
    texts = [base64.b64encode(data).decode() for data in (made.weights, picture.astype("<f4").tobytes())]
    found: list[dict[str, Any]] = page.evaluate(_EXPLAIN, [ADDRESS, made.header, *texts, spots])
    return found


@pytest.mark.parametrize("make", [odd_network, small_network, branched_network], ids=["windows", "chain", "branches"])
def test_a_number_explained_is_torchs_and_its_parts_add_up_to_it(empty: Page, make) -> None:
    network = make().eval()
    picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
    seen = probe(network, picture)
    spots = []
    for view in seen.layers:
        channels, *place = view.output.shape
        rows, columns = place or (1, 1)
        spots += [
            [view.index, channel, row, column]
            for channel, row, column in {
                (0, 0, 0),
                (channels - 1, rows - 1, columns - 1),
                (channels // 2, rows // 2, columns // 2),
            }
        ]
    kinds = set()
    for (node, index, row, column), found in zip(spots, explained(empty, network, picture, spots), strict=True):
        output = seen.layers[node].output
        value = float(output[index, row, column] if output.ndim == 3 else output[index])
        assert found["value"] == pytest.approx(value, abs=1e-5), (node, found)
        kinds.add(found["kind"])
        if found["kind"] == "convolution":
            assert found["sum"] == pytest.approx(found["before"], abs=1e-5), (node, found)
        elif found["kind"] == "sum":
            assert found["products"] == pytest.approx(found["before"], abs=1e-5), (node, found)
        elif found["kind"] == "max":
            assert found["winner"] == pytest.approx(found["before"], abs=1e-6), (node, found)
        if not found["lines"]:
            assert found["before"] == pytest.approx(value, abs=1e-5)
    assert {"convolution", "sum"} <= kinds


_WIRING = """
async ([address, header, weights, node]) => {
  const { Wiring } = await import(`${address}/components/stage/wiring.js`);
  const floats = new Float32Array(Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0)).buffer);
  const wiring = new Wiring(header, floats);
  const [count] = wiring.shapeOf(node);
  const { sources: [source] } = header.nodes[node];
  const [inputs] = wiring.shapeOf(source);
  const plain = (links) => links.map(({ index, weight }) => [index, weight]);
  return {
    feeding: Array.from({ length: count }, (_, at) => plain(wiring.feeding(node, at))),
    fed: Array.from({ length: inputs }, (_, at) => plain(wiring.fedBy(source, at, node))),
  };
}
"""


@pytest.mark.parametrize("node", range(7))
def test_a_connection_is_there_both_ways_with_the_size_of_its_kernel(empty: Page, node: int) -> None:
    network = odd_network()
    made = portable(network)
    found = empty.evaluate(_WIRING, [ADDRESS, made.header, base64.b64encode(made.weights).decode(), node])
    there = {(source, index): weight for index, links in enumerate(found["feeding"]) for source, weight in links}
    back = {(source, index): weight for source, links in enumerate(found["fed"]) for index, weight in links}
    assert there == back
    assert there
    for kernels in network.nodes[node].kernels():
        weights = kernels.weights
        if weights.ndim != 4:
            continue
        groups = kernels.input_count // weights.shape[1]
        for (source, index), weight in there.items():
            group = index // (len(weights) // groups)
            kernel = weights[index, source - group * weights.shape[1]]
            assert abs(weight) == pytest.approx(float(np.abs(kernel).sum()), rel=1e-5)
            assert (weight < 0) == (float(kernel.sum()) < 0)


def test_what_is_no_number_is_grey_and_what_is_infinite_takes_an_end(empty: Page) -> None:
    script = """async (address) => {
      const { Maps, pixelsOf, rangeOf } = await import(address);
      const values = Float32Array.from([0, 2, NaN, Infinity]);
      const range = rangeOf(values);
      const maps = new Maps();
      maps.update(values, [2, 2], 0, 1, range, pixelsOf(['#000000', '#ffffff']));
      return [range, [...maps.canvas.getContext('2d').getImageData(0, 0, 2, 2).data].filter((_, at) => at % 4 === 0)];
    }"""
    range_, reds = empty.evaluate(script, f"{ADDRESS}/{STAGE}/paint.js")
    assert range_ == {"low": 0, "high": 2, "signed": False}
    assert reds == [0, 255, 128, 255]


def random_drawing(seed: int) -> np.ndarray:
    """Some thick lines, (SIDE, SIDE) uint8."""
    from PIL import Image, ImageDraw

    random = np.random.default_rng(seed)
    paper = Image.new("L", (SIDE, SIDE))
    for _ in range(int(random.integers(1, 4))):
        line = [int(place) for place in random.integers(4, SIDE - 4, 4)]
        ImageDraw.Draw(paper).line(line, fill=int(random.integers(120, 256)), width=int(random.integers(2, 9)))
    return np.asarray(paper)


@pytest.mark.parametrize("seed", range(12))
def test_a_drawing_becomes_the_picture_that_the_server_makes_of_it(empty: Page, seed: int) -> None:
    drawing = random_drawing(seed)
    script = """async ([address, grey, side, shape]) => {
      const { PREPARATIONS } = await import(address);
      return [...PREPARATIONS.digits(grey, side, shape)];
    }"""
    given = [f"{ADDRESS}/{STAGE}/drawing.js", drawing.ravel().tolist(), SIDE, [1, 8, 8]]
    found = np.array(empty.evaluate(script, given), dtype=np.float32).reshape(8, 8)
    np.testing.assert_allclose(found * 255, prepare_like_digits(drawing)[..., 0], atol=1e-3)


def layout_of(page: Page, layers: list[dict[str, Any]], shape: list[int], room: dict[str, Any]) -> dict[str, Any]:
    """Columns and places of a network, all maps shown as such."""
    script = """async ([address, layers, shape, room]) => {
      const { arrange, columnsOf } = await import(address);
      const columns = columnsOf(layers, new Set());
      const contents = columns.map(({ node }) => {
        const own = node < 0 ? shape : layers[node].shape;
        return { kind: own.length === 3 ? 'maps' : 'vector', shape: own, first: 0, isPicture: node < 0 };
      });
      return { columns, ...arrange(columns, contents, room) };
    }"""
    found: dict[str, Any] = page.evaluate(script, [f"{ADDRESS}/{STAGE}/layout.js", layers, shape, room])
    return found


@pytest.mark.parametrize("make", [odd_network, small_network, branched_network], ids=["windows", "chain", "branches"])
@pytest.mark.parametrize("width", [358, 968, 1700])
def test_nothing_lies_over_something_else_and_all_is_in_the_scene(empty: Page, make, width: int) -> None:
    network = make()
    room = {"width": width, "height": 440, "zoom": 1, "paper": False}
    found = layout_of(empty, described(network), list(network.input_shape), room)
    boxes = [place["box"] for place in found["places"]]
    for at, box in enumerate(boxes):
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= found["width"]
        assert box["y"] + box["height"] <= found["height"]
        for other in boxes[:at]:
            apart = (
                box["x"] >= other["x"] + other["width"]
                or other["x"] >= box["x"] + box["width"]
                or box["y"] >= other["y"] + other["height"]
                or other["y"] >= box["y"] + box["height"]
            )
            assert apart
    for column, place in zip(found["columns"], found["places"], strict=True):
        for source in column["sources"]:
            before = found["places"][source]["box"]
            assert before["x"] + before["width"] < place["box"]["x"]


def test_a_block_is_one_column_until_it_is_unfolded(empty: Page) -> None:
    layers = [
        {"sources": [-1], "shape": [4, 8, 8], "block": ""},
        {"sources": [0], "shape": [4, 8, 8], "block": "Block"},
        {"sources": [1, 0], "shape": [4, 8, 8], "block": "Block"},
        {"sources": [2], "shape": [10], "block": ""},
    ]
    script = """async ([address, layers, open]) => {
      const { columnsOf } = await import(address);
      return columnsOf(layers, new Set(open)).map(({ node, sources }) => [node, sources]);
    }"""
    address = f"{ADDRESS}/{STAGE}/layout.js"
    assert empty.evaluate(script, [address, layers, []]) == [[-1, []], [0, [0]], [2, [1]], [3, [2]]]
    unfolded = [[-1, []], [0, [0]], [1, [1]], [2, [2, 1]], [3, [3]]]
    assert empty.evaluate(script, [address, layers, ["Block"]]) == unfolded


def test_branches_have_lanes_of_their_own_and_the_longest_way_is_the_upper_one(empty: Page) -> None:
    # 0 → 1 → 2 → 5, 0 → 3 → 5, 0 → 4 → 5.
    found = call(empty, f"{STAGE}/layout.js", "lanesOf", [[], [0], [1], [0], [0], [2, 3, 4]])
    assert found == {"depths": [0, 1, 2, 1, 1, 3], "lanes": [0, 0, 0, 1, 2, 0]}


def test_a_tile_is_found_under_its_middle(empty: Page) -> None:
    network = small_network()
    room = {"width": 968, "height": 440, "zoom": 1, "paper": False}
    found = layout_of(empty, described(network), list(network.input_shape), room)
    place = found["places"][1]
    x = place["box"]["x"] + place["tile"][0] / 2
    y = place["box"]["y"] + place["tile"][1] * 1.5 + place["gap"]
    assert call(empty, f"{STAGE}/layout.js", "indexAt", place, x, y) == place["across"]
    assert call(empty, f"{STAGE}/layout.js", "indexAt", place, x, place["box"]["y"] - 3) == -1


def test_kernels_for_red_green_and_blue_are_one_picture_of_light(empty: Page) -> None:
    kernels = [{"values": [weight, 0.0], "size": [1, 2]} for weight in (0.5, -0.25, -0.5)]
    found = call(empty, f"{STAGE}/scene.js", "mixed", kernels)
    assert found["values"] == [1, 0.5, 0.25, 0.5, 0, 0.5]
    assert found["size"] == [1, 2]
    assert call(empty, f"{STAGE}/scene.js", "mixed", [None]) is None
