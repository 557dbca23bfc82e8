"""The pen loses no point, whatever page and server do meanwhile: late answers, messages in heaps, a busy page."""

import base64
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import collect_errors, new_context, no_exceptions, open_page, wait_until_idle
from tests.browser.modules import open_modules
from tests.browser.sliding_window import point_at
from tests.browser.test_draw import THREE, Points, open_paper, paper, places, press_down, says
from visualizer.data.drawing import DIGITS_PREPARATION, SIDE
from visualizer.ui.kit.component import css_of, html_of

# Both ways, messages go in heaps: all that came in `late` milliseconds arrive at once.
LATE_MESSAGES = """
  const heap = (deliver) => {
    let waiting = [];
    return (message) => {
      if (waiting.push(message) > 1) return;
      setTimeout(() => {
        const heap = waiting;
        waiting = [];
        heap.forEach(deliver);
      }, window.late ?? 0);
    };
  };
  const { addEventListener, send } = WebSocket.prototype;
  WebSocket.prototype.addEventListener = function (kind, listener, ...rest) {
    const late = kind === 'message' ? heap((event) => listener.call(this, event)) : listener;
    addEventListener.call(this, kind, late, ...rest);
  };
  WebSocket.prototype.send = function (message) {
    this.sendInHeaps ??= heap((message) => send.call(this, message));
    this.sendInHeaps(message);
  };
"""
TWO: Points = [(0.25, 0.25), (0.5, 0.12), (0.72, 0.28), (0.3, 0.85), (0.75, 0.85)]
STROKES: list[Points] = [
    [(0.1, 0.1), (0.9, 0.12)],
    [(0.5, 0.1), (0.3, 0.5), (0.52, 0.9)],
    [(0.15, 0.88), (0.5, 0.6), (0.85, 0.9)],
]


@pytest.fixture
def far(browser: Browser, app_url: str) -> Iterator[Page]:
    """An empty page that is far from a busy server once `window.late` says so."""
    context = new_context(browser, 1280, 800, base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    page.add_init_script(LATE_MESSAGES)
    yield page
    no_exceptions(page)
    context.close()
    assert not errors


@pytest.fixture
def slow(far: Page) -> Iterator[Page]:
    """The paper, on such a page of a slow computer."""
    open_paper(far)
    chrome = far.context.new_cdp_session(far)
    chrome.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    yield far
    chrome.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def drawn_by_itself(page: Page, strokes: list[Points], width: float = 0.08) -> np.ndarray:
    """What the strokes are on a paper where nothing else happens, (SIDE, SIDE) uint8."""
    picture = page.evaluate(
        """([strokes, width, side]) => {
          const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
          const pen = canvas.getContext('2d');
          pen.fillRect(0, 0, side, side);
          pen.setTransform(side, 0, 0, side, 0, 0);
          Object.assign(pen, { strokeStyle: '#fff', lineCap: 'round', lineJoin: 'round', lineWidth: width });
          for (const points of strokes) {
            pen.beginPath();
            points.forEach((place) => pen.lineTo(...place));
            pen.stroke();
          }
          return [...pen.getImageData(0, 0, side, side).data.filter((_, index) => index % 4 === 0)];
        }""",
        [strokes, width, SIDE],
    )
    return np.array(picture, dtype=np.uint8).reshape(SIDE, SIDE)


def on_the_paper(page: Page) -> np.ndarray:
    """What the person sees, (side, side) in [0, 1], side in pixels of the screen."""
    return np.array(
        paper(page).evaluate(
            """(canvas) => {
              const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              const rows = Array.from({ length: canvas.height }, (_, row) => row * canvas.width);
              return rows.map((at) => [...data.slice(4 * at, 4 * (at + canvas.width))].filter((_, i) => i % 4 === 0));
            }"""
        )
    ) / 255  # fmt: skip


def seen_by_the_network(page: Page) -> np.ndarray:
    """The picture that went into the network, (8, 8) in [0, 1]. It lies below the stage, drawn where one looks."""
    page.locator(".st-key-seen").scroll_into_view_if_needed()
    wait_until_idle(page)
    source = page.locator(".st-key-seen .js-plotly-plot").evaluate("chart => chart.data[0].source")
    paper(page).scroll_into_view_if_needed()
    with Image.open(BytesIO(base64.b64decode(source.split(",")[1]))) as picture:
        return np.asarray(picture.convert("L")) / 255


def nothing_is_lost(page: Page, strokes: list[Points]) -> None:
    alone = drawn_by_itself(page, strokes)
    shown = on_the_paper(page)
    # The middle of every stroke has ink on the screen.
    for points in strokes:
        for right, down in points:
            row, column = (min(int(place * len(shown)), len(shown) - 1) for place in (down, right))
            assert shown[row, column] > 0.9, (right, down)
    expected = DIGITS_PREPARATION.prepare(alone)[..., 0] / 255
    np.testing.assert_allclose(seen_by_the_network(page), expected, atol=2 / 16)


def finish(page: Page) -> None:
    page.mouse.up()
    page.evaluate("() => { window.late = 0; }")
    page.wait_for_timeout(2500)  # The pen rests, and the last heap arrives.
    wait_until_idle(page)


@pytest.mark.parametrize("late", [300, 900])
def test_strokes_right_after_clear_are_whole_under_load(slow: Page, late: int) -> None:
    press_down(slow, THREE)
    finish(slow)
    says(slow, "3")
    for strokes in ([TWO], STROKES):
        slow.evaluate("(late) => { window.late = late; }", late)
        slow.get_by_role("button", name="Clear").click()
        for points in strokes:
            press_down(slow, points)
            slow.mouse.up()
        finish(slow)
        nothing_is_lost(slow, strokes)


def test_a_stroke_goes_on_while_answers_arrive(slow: Page) -> None:
    slow.evaluate("() => { window.late = 400; }")
    there_and_back = [(0.2, 0.2), (0.8, 0.2), (0.2, 0.4), (0.8, 0.6), (0.2, 0.8), (0.8, 0.85)]
    first, *others = places(slow, there_and_back)
    slow.mouse.move(*first)
    slow.mouse.down()
    for place in others:
        slow.mouse.move(*place, steps=10)
        slow.wait_for_timeout(350)  # An answer to what was drawn before comes.
    finish(slow)
    nothing_is_lost(slow, [there_and_back])


def test_the_last_strokes_reach_the_network_though_the_message_of_the_rest_overtakes_them(slow: Page) -> None:
    # Of two messages that wait for a busy server it keeps the later one: the drawing has to be in both.
    slow.evaluate("() => { window.late = 3000; }")
    press_down(slow, TWO)
    slow.mouse.up()
    slow.wait_for_timeout(1500)
    finish(slow)
    nothing_is_lost(slow, [TWO])


def test_what_got_lost_on_the_way_is_sent_again(slow: Page) -> None:
    slow.evaluate("() => { window.keptSend = WebSocket.prototype.send; WebSocket.prototype.send = () => {}; }")
    press_down(slow, TWO)
    slow.mouse.up()
    slow.wait_for_timeout(2000)
    slow.evaluate("() => { WebSocket.prototype.send = window.keptSend; }")
    expect(slow.locator(".st-key-seen .js-plotly-plot")).to_be_visible(timeout=20_000)
    finish(slow)
    nothing_is_lost(slow, [TWO])


def test_what_was_drawn_last_is_there_when_the_paper_comes_back(slow: Page) -> None:
    press_down(slow, THREE)
    finish(slow)
    slow.evaluate("() => { window.late = 600; }")
    press_down(slow, [(0.1, 0.95), (0.9, 0.95)])
    slow.mouse.up()
    # The last stroke is on its way when the paper is put away.
    slow.get_by_role("radio", name="Data set").click()
    expect(paper(slow)).to_have_count(0)
    slow.evaluate("() => { window.late = 0; }")
    slow.wait_for_timeout(1500)
    wait_until_idle(slow)
    slow.get_by_role("radio", name="Draw").click()
    expect(paper(slow)).to_be_visible()
    finish(slow)
    nothing_is_lost(slow, [THREE, [(0.1, 0.95), (0.9, 0.95)]])


def test_the_page_does_not_move_under_the_pen_when_the_paper_is_cleared(browser: Browser, app_url: str) -> None:
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    open_paper(page)
    press_down(page, THREE)
    page.mouse.up()
    says(page, "3")
    wait_until_idle(page)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 380)")
    before = paper(page).bounding_box()
    # What was below goes when the pen has rested, and the page becomes shorter.
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Give it a picture")).to_be_attached()
    wait_until_idle(page)
    assert paper(page).bounding_box() == before
    context.close()


# ---- The paper of the concept pages, pixel by pixel


def ink(page: Page) -> list[list[int]]:
    """Which pixels of the concept page's picture are drawn, 16 rows of 16, as the browser shows them."""
    rows: list[list[int]] = page.locator("figure.input .plane canvas").first.evaluate(
        """(canvas) => {
          const pen = canvas.getContext('2d');
          const cell = canvas.width / 16;
          const at = (row, column) => pen.getImageData((column + 0.5) * cell, (row + 0.5) * cell, 1, 1).data[0];
          const places = Array.from({ length: 16 }, (_, place) => place);
          return places.map((row) => places.map((column) => +(at(row, column) > 128)));
        }"""
    )
    return rows


def test_pixels_drawn_while_older_answers_arrive_stay_and_clear_is_not_undone(far: Page) -> None:
    open_page(far, "/convolution")
    far.get_by_test_id("stSelectbox").filter(has_text="Picture").click()
    far.get_by_role("option", name="Draw it yourself").click()
    wait_until_idle(far)
    assert sum(map(sum, ink(far))) > 10
    far.evaluate("() => { window.late = 500; }")
    far.get_by_role("button", name="Clear the drawing").click()
    for row in (3, 7, 11):
        point_at(far, "input", row, 3, rows=16)
        far.mouse.down()
        for column in range(4, 14):
            point_at(far, "input", row, column, rows=16)
            far.wait_for_timeout(60)  # The answers to the strokes before come in the middle of this one.
        far.mouse.up()
    far.evaluate("() => { window.late = 0; }")
    expect(far.locator(".sliding-window.waiting")).to_have_count(0)
    wait_until_idle(far)
    expected = [[int(row in (2, 6, 10) and 2 <= column <= 12) for column in range(16)] for row in range(16)]
    assert ink(far) == expected
    # So has the server: what comes back with another choice is the same.
    far.get_by_test_id("stMain").get_by_text("Several filters", exact=True).click()
    wait_until_idle(far)
    far.get_by_test_id("stMain").get_by_text("One filter", exact=True).click()
    wait_until_idle(far)
    assert ink(far) == expected


# ---- What Streamlit does to a component, as it does it where calls overlap

COMPONENT = """
async ([address, html, css, side]) => {
  const module = await import(address);
  window.sent = [];
  window.mount = () => {
    const host = Object.assign(document.createElement('div'), { style: 'position: fixed; top: 20px; left: 20px' });
    const parentElement = host.attachShadow({ mode: 'open' });
    parentElement.innerHTML = `${html}<style>${css}</style>`;
    document.body.append(host);
    return parentElement;
  };
  window.call = (parentElement, picture) => module.default({
    data: { key: 'paper', side, picture },
    parentElement,
    setTriggerValue: (name, value) => window.sent.push([name, value]),
  });
  window.holder = window.mount();
  window.end = window.call(window.holder, '');
}
"""


@pytest.fixture
def alone(browser: Browser) -> Iterator[Page]:
    """The paper on an empty page, called by the test as Streamlit calls it."""
    context = new_context(browser, 800, 600)
    page = context.new_page()
    errors = collect_errors(page)
    address = open_modules(page)
    page.evaluate(COMPONENT, [f"{address}/components/draw/draw.js", html_of("draw"), css_of("draw"), SIDE])
    yield page
    context.close()
    assert not errors


def last_sent(page: Page) -> np.ndarray:
    """The newest drawing that went to the server, (SIDE, SIDE) uint8."""
    page.wait_for_timeout(500)
    sent = page.evaluate("() => window.sent.filter(([name]) => name === 'drawing').at(-1)[1]")
    return np.frombuffer(base64.b64decode(sent), dtype=np.uint8).reshape(SIDE, SIDE)


@pytest.mark.parametrize(
    "interruption",
    [
        pytest.param("() => { window.end(); window.call(window.holder, ''); }", id="an older call ends first"),
        pytest.param("() => { window.call(window.holder, ''); window.end(); }", id="an older call ends later"),
        pytest.param(
            "() => { window.holder.host.remove(); window.end(); window.call(window.mount(), ''); }",
            id="the element is made anew",
        ),
        pytest.param(
            "() => { const next = window.mount(); window.call(next, ''); window.holder.host.remove(); window.end(); }",
            id="the new element comes before the old one goes",
        ),
    ],
)
def test_a_stroke_outlives_what_streamlit_does_to_the_element(alone: Page, interruption: str) -> None:
    first, second, *others = places(alone, TWO)
    alone.mouse.move(*first)
    alone.mouse.down()
    alone.mouse.move(*second, steps=5)
    alone.evaluate(interruption)
    for place in others:
        alone.mouse.move(*place, steps=5)
    alone.mouse.up()
    expected = drawn_by_itself(alone, [TWO])
    assert np.abs(last_sent(alone).astype(int) - expected).mean() < 2
    # And the next one begins where the pen is put down.
    press_down(alone, THREE)
    alone.mouse.up()
    assert np.abs(last_sent(alone).astype(int) - drawn_by_itself(alone, [TWO, THREE])).mean() < 2


def test_a_finger_draws_on_while_an_older_call_ends(browser: Browser) -> None:
    context = new_context(browser, 390, 844)
    page = context.new_page()
    address = open_modules(page)
    page.evaluate(COMPONENT, [f"{address}/components/draw/draw.js", html_of("draw"), css_of("draw"), SIDE])
    finger = context.new_cdp_session(page)
    touch = "Input.dispatchTouchEvent"
    first, *others = places(page, TWO)
    finger.send(touch, {"type": "touchStart", "touchPoints": [{"x": first[0], "y": first[1]}]})
    for index, (x, y) in enumerate(others):
        finger.send(touch, {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
        if index == 1:
            page.evaluate("() => { window.end(); window.call(window.holder, ''); }")
    finger.send(touch, {"type": "touchEnd", "touchPoints": []})
    assert np.abs(last_sent(page).astype(int) - drawn_by_itself(page, [TWO])).mean() < 2
    context.close()


def test_what_is_cleared_under_the_pen_goes_on_as_a_new_stroke(alone: Page) -> None:
    first, second, *others = places(alone, TWO)
    alone.mouse.move(*first)
    alone.mouse.down()
    alone.mouse.move(*second)
    alone.get_by_role("button", name="Clear").evaluate("button => button.click()")
    for place in others:
        alone.mouse.move(*place)
    alone.mouse.up()
    assert np.abs(last_sent(alone).astype(int) - drawn_by_itself(alone, [TWO[2:]])).mean() < 2


def test_a_pen_whose_lifting_nobody_told_is_lifted(alone: Page) -> None:
    press_down(alone, TWO)
    alone.evaluate("() => window.addEventListener('pointerup', (event) => event.stopImmediatePropagation(), true)")
    expect(paper(alone)).to_be_visible()
    alone.mouse.up()
    alone.mouse.move(*places(alone, [(0.1, 0.5)])[0])
    alone.mouse.move(*places(alone, [(0.9, 0.5)])[0])
    assert np.abs(last_sent(alone).astype(int) - drawn_by_itself(alone, [TWO])).mean() < 2
