"""The parts of the scripts that know no page, each called by itself in the browser that runs them."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page

from tests.browser.app import collect_errors, new_context
from tests.browser.modules import APP, call, open_modules
from visualizer.figures.convolution_colours import painted, positive_scale, signed_scale
from visualizer.ui.kit.component import loader_of
from visualizer.ui.kit.scripts import modules

NUMBERS, COLOURS = "lib/numbers.js", "lib/colours.js"
GEOMETRY, PRODUCTS = "components/sliding_window/geometry.js", "components/sliding_window/products.js"
PLAYER = "components/plot/player.js"
SLIDES = [
    {"window": [3, 3], "strides": [1, 1], "dilation": [1, 1]},
    {"window": [2, 3], "strides": [2, 1], "dilation": [1, 2]},
    {"window": [1, 5], "strides": [3, 2], "dilation": [1, 1]},
    {"window": [3, 2], "strides": [1, 2], "dilation": [3, 2]},
]
ROWS, COLUMNS = 9, 11


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


def output_size(slide: dict[str, list[int]]) -> tuple[int, int]:
    rows, columns = (
        (size - distance * (window - 1) - 1) // stride + 1
        for size, window, stride, distance in zip(
            (ROWS, COLUMNS), slide["window"], slide["strides"], slide["dilation"], strict=True
        )
    )
    return rows, columns


def test_every_module_can_be_imported_and_a_component_is_a_function(empty: Page) -> None:
    address = open_modules(empty)
    names = [name for name in modules() if name != "components/loader.js"]
    kinds = empty.evaluate(
        "(addresses) => Promise.all(addresses.map(async (one) => typeof (await import(one)).default))",
        [f"{address}/{name}" for name in names],
    )
    for name, kind in zip(names, kinds, strict=True):
        _, folder, file = ("", *name.split("/"))[-3:]
        assert kind == ("function" if file == f"{folder}.js" else "undefined"), name


# ---- Numbers and places


@pytest.mark.parametrize(
    ("function", "value", "text"),
    [
        ("inDecimals", [1.67], "1.67"),
        ("inDecimals", [-0.30000000000000004], "−0.3"),
        ("inDecimals", [-0.00001], "0"),
        ("inDecimals", [2.345, 2], "2.35"),
        ("inFourDigits", [0], "0"),
        ("inFourDigits", [-1.5], "−1.5"),
        ("inFourDigits", [0.123456], "0.1235"),
        ("inFourDigits", [0.000123], "1.23e−4"),
        ("inFourDigits", [123456], "1.23e5"),
        ("inTwoDigits", [0], "0"),
        ("inTwoDigits", [-0.0456], "−0.046"),
    ],
)
def test_numbers_are_written_for_people(empty: Page, function: str, value: list[float], text: str) -> None:
    assert call(empty, NUMBERS, function, *value) == text


def test_a_place_is_found_again_by_its_share(empty: Page) -> None:
    for count in (1, 7, 64):
        for place in range(count):
            assert call(empty, NUMBERS, "placeAt", call(empty, NUMBERS, "shareOf", place, count), count) == place
    assert [call(empty, NUMBERS, "placeAt", share, 8) for share in (-0.1, 0, 0.999, 1, 2)] == [0, 0, 7, 7, 7]


def test_bytes_come_back_from_base64(empty: Page) -> None:
    text = empty.evaluate("btoa(String.fromCharCode(0, 127, 128, 255))")
    assert list(call(empty, NUMBERS, "bytesOf", text)) == [0, 127, 128, 255]


# ---- Colours


@pytest.mark.parametrize("make_scale", [signed_scale, positive_scale])
def test_a_number_has_the_colour_that_the_server_gives_it(empty: Page, make_scale) -> None:
    values = np.linspace(-3, 3, 41)
    scale = make_scale(np.array([-2.0, 2.0]), "unit")
    data = {"low": scale.low, "high": scale.high, "colours": list(scale.colours)}
    expected = painted(values, scale).astype(int)
    drawn = np.array([call(empty, COLOURS, "rgbOf", float(value), data) for value in values])
    assert np.abs(drawn - expected).max() <= 1


def test_digits_can_be_read_on_every_colour(empty: Page) -> None:
    def luminance(rgb: np.ndarray) -> float:
        part = rgb / 255
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    for rgb in np.random.default_rng(0).integers(0, 256, (200, 3)):
        ink = {"#000": 0.0, "#fff": 1.0}[call(empty, COLOURS, "inkOn", rgb.tolist())]
        lighter, darker = sorted((ink, luminance(rgb)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, rgb


# ---- The sliding window


@pytest.mark.parametrize("slide", SLIDES, ids=str)
def test_the_products_and_their_sum_are_those_of_torch(empty: Page, slide: dict[str, list[int]]) -> None:
    torch.manual_seed(0)
    image, kernel = torch.randn(1, 2, ROWS, COLUMNS), torch.randn(1, 2, *slide["window"])
    output = torch.nn.functional.conv2d(image, kernel, stride=slide["strides"], dilation=slide["dilation"])[0, 0]
    assert tuple(output.shape) == output_size(slide)
    for row, column in np.ndindex(*output.shape):
        pixels = call(empty, GEOMETRY, "windowPixels", {"row": row, "column": column}, slide)
        products = call(empty, PRODUCTS, "productsOf", image[0].tolist(), kernel[0].tolist(), pixels)
        assert np.sum(products) == pytest.approx(float(output[row, column]), abs=1e-5)


@pytest.mark.parametrize("slide", SLIDES, ids=str)
def test_who_uses_a_pixel_has_it_in_its_window(empty: Page, slide: dict[str, list[int]]) -> None:
    counts = output_size(slide)
    windows = {
        (row, column): call(empty, GEOMETRY, "windowPixels", {"row": row, "column": column}, slide)
        for row, column in np.ndindex(*counts)
    }
    for row, column in np.ndindex(ROWS, COLUMNS):
        users = call(empty, GEOMETRY, "usersOf", [row, column], counts, slide)
        assert users == [list(place) for place, pixels in windows.items() if [row, column] in pixels]


def test_the_channels_that_are_shown_have_the_largest_sums(empty: Page) -> None:
    assert call(empty, PRODUCTS, "shownChannels", [0.1, -5, 2], 3) == [0, 1, 2]
    assert call(empty, PRODUCTS, "shownChannels", [0.1, -5, 2, 3, 0], 3) == [1, 3, 2]


@pytest.mark.parametrize(("start", "end"), [([0, 0], [0, 0]), ([2, 7], [9, 1]), ([5, 5], [4, 30]), ([8, 0], [0, 3])])
def test_a_line_has_no_gaps(empty: Page, start: list[int], end: list[int]) -> None:
    pixels = np.array(call(empty, GEOMETRY, "between", start, end))
    assert (pixels[0].tolist(), pixels[-1].tolist()) == (start, end)
    assert np.abs(np.diff(pixels, axis=0)).max(initial=0) <= 1


def test_the_picture_lies_inside_its_padding(empty: Page) -> None:
    real = [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    assert call(empty, GEOMETRY, "realPixels", real) == [[1, 1], [1, 2]]


@pytest.mark.parametrize("count", [1, 2, 5, 16])
@pytest.mark.parametrize(("rows", "columns"), [(8, 8), (30, 12), (64, 64)])
def test_maps_fit_into_their_room(empty: Page, count: int, rows: int, columns: int) -> None:
    width, height = 400, 300
    cell = call(empty, GEOMETRY, "cellFor", count, rows, columns, width, height)
    assert cell == int(cell) >= 1
    gap, label = 8, 22 if count > 1 else 0
    fits = [
        across * columns * cell + gap * (across - 1) <= width
        and -(-count // across) * (rows * cell + gap + label) <= height
        for across in range(1, count + 1)
    ]
    assert any(fits) or cell == 1


def test_numbers_get_as_much_room_as_they_need_and_there_is(empty: Page) -> None:
    widths = [call(empty, GEOMETRY, "numberWidth", available, 3) for available in (1000, 400, 320, 200, 50)]
    assert widths[0] == 46
    assert all(33 <= width <= 46 for width in widths)


# ---- Charts that play


def test_a_frame_changes_the_traces_that_it_names(empty: Page) -> None:
    data = [{"y": [1], "name": "still"}, {"y": [2], "name": "moves"}]
    frame = {"name": "7", "data": [{"y": [5]}], "traces": [1]}
    assert call(empty, PLAYER, "moved", data, frame) == [data[0], {"y": [5], "name": "moves"}]


def test_the_frame_that_a_figure_names_is_shown_first(empty: Page) -> None:
    frames = [{"name": name} for name in ("0", "10", "20")]
    assert [call(empty, PLAYER, "firstFrame", frames, name) for name in ("20", "0", "nowhere")] == [2, 0, 0]


@pytest.mark.parametrize(
    ("data", "expected"), [(None, []), (3, [3]), ([1, "a"], [1, "a"]), ("word", ["word"]), (0, [0])]
)
def test_what_a_point_carries_is_a_list(empty: Page, data: object, expected: list[object]) -> None:
    assert call(empty, "components/chart_events/chart_events.js", "listOf", data) == expected


# ---- Messages


def test_a_message_is_sent_again_until_it_is_taken(empty: Page) -> None:
    """After 4 s, then 8 s, 16 s; newer data that does not have it yet lets it start anew."""
    sent = empty.evaluate(
        """async (module) => {
          const { Delivery } = await import(module);
          const { setTimeout, clearTimeout } = window;
          let now = 0;
          let timer;
          window.setTimeout = (act, after) => (timer = { act, at: now + after });
          window.clearTimeout = () => (timer = undefined);
          const pass = (seconds) => {
            now += 1000 * seconds;
            if (timer && timer.at <= now) timer.act();
          };
          const sent = [];
          const send = (message) => sent.push([now / 1000, message.number, message.text]);
          let text = 'a';
          const delivery = new Delivery(() => ({ text }));
          delivery.update(7, send);
          delivery.start();
          text = 'b';
          for (const seconds of [3, 1, 7, 1]) pass(seconds);
          delivery.update(7, send);
          for (const seconds of [3, 1]) pass(seconds);
          delivery.update(8, send);
          pass(1000);
          delivery.start();
          delivery.end();
          pass(1000);
          Object.assign(window, { setTimeout, clearTimeout });
          return sent;
        }""",
        f"{open_modules(empty)}/lib/delivery.js",
    )
    assert sent == [[0, 8, "a"], [4, 8, "b"], [12, 8, "b"], [16, 8, "b"], [1016, 9, "b"]]


# ---- Addresses


def test_an_address_is_below_the_path_of_the_app(empty: Page) -> None:
    assert call(empty, "lib/address.js", "inApp", "/live/3?width=800") == f"{APP}/live/3?width=800"


def test_a_component_is_found_below_the_path_of_the_app_and_asked_for_twice(browser: Browser) -> None:
    """A module that a busy server did not send is asked for once more."""
    page = new_context(browser, 800, 600).new_page()
    asked = []

    def answer(route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.fulfill(body="export default ({ data }) => data + 1", content_type="text/javascript")

    open_modules(page)
    page.route(f"{APP}/modules/**", answer)
    answered = page.evaluate(
        """async ([loader, app]) => {
          const script = document.createElement('script');
          script.src = `${app}/static/js/index.js`;
          script.type = 'application/json';
          document.head.append(script);
          const address = URL.createObjectURL(new Blob([loader], { type: 'text/javascript' }));
          return (await import(address)).default({ data: 41 });
        }""",
        [loader_of("plot"), APP],
    )
    assert answered == 42
    assert len(asked) == 2
    assert all(address.startswith(f"{APP}/modules/") and address.endswith("/plot/plot.js") for address in asked)
    page.context.close()
