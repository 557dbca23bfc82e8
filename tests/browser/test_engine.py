"""The forward pass in the browser is torch's."""

import base64
import copy
import struct
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from torch import nn

from tests.branching import BRANCHING
from tests.browser.app import collect_errors, new_context, open_page
from tests.browser.engine import assert_equals_torch
from tests.browser.modules import ADDRESS, open_modules
from tests.strategies import architectures, graphs, layers_of
from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.flow import FlowNetwork, Node
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.layer import Meeting, layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import PRESETS
from visualizer.architecture.span import same_place
from visualizer.inspection.portable import portable
from visualizer.ui.kit.scripts import module_address
from visualizer.ui.parts.portable_network import network_bytes

# An engine with a network of one dense layer, two numbers of two: w · x for the weights that it is given.
DENSE = {
    "input": [2, 1, 1],
    "multiply_adds": 4,
    "ends_in_softmax": False,
    "answer": "probabilities",
    "nodes": [
        {"sources": [-1], "meeting": "sum", "shape": [2], "stages": [{"op": "identity", "shape": [2]}]},
        {
            "sources": [0],
            "meeting": "sum",
            "shape": [2],
            "stages": [{"op": "dense", "shape": [2], "weight": {"at": 0, "shape": [2, 2]}, "bias": None}],
        },
    ],
}
_WITH_ENGINE = """
async ([address, header, body]) => {
  const { Engine } = await import(`${address}/lib/engine/client.js`);
  const engine = await Engine.start();
  const floats = (...numbers) => new Float32Array(numbers);
  const shown = (answer) => answer && [...answer.values[1].stages[0]];
  const failed = (promise) => promise.then(() => 'nothing failed', (error) => error.message);
  const text = (async () => await new Function('engine', 'header', 'floats', 'shown', 'failed', 'address', body)(
    engine, header, floats, shown, failed, address))();
  return text.finally(() => engine.end());
}
"""
ONE_INPUT = [name for name, layer_type in layer_types().items() if layer_type.most_inputs == 1]


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


def trained(architecture: Architecture, seed: int = 3) -> Network:
    """A network whose weights, means and variances are not those of an untrained one."""
    network = build(architecture, "he_normal", seed)
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, values in network.named_parameters():
            if values.ndim == 1 or "dense" not in name:
                values += 0.1 * torch.randn(values.shape, generator=draw)
        for name, values in network.named_buffers():
            if name.endswith("running_mean"):
                values += 0.2 * torch.randn(values.shape, generator=draw)
            elif name.endswith("running_var"):
                values *= 0.5 + torch.rand(values.shape, generator=draw)
    return network


def picture_for(network: Network, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(network.input_shape, dtype=np.float32)


def with_engine(page: Page, body: str, header: Any = DENSE, address: str = ADDRESS) -> Any:
    """What the body of an async function returns that has an `engine` in a worker, and shows numbers by `shown`."""
    return page.evaluate(_WITH_ENGINE, [address, header, f"return (async () => {{ {body} }})()"])


@settings(max_examples=80)
@given(architecture=architectures() | graphs(), seed=st.integers(0, 1000))
def test_every_stage_of_any_network_outputs_what_torchs_does(
    empty: Page, architecture: Architecture, seed: int
) -> None:
    network = trained(architecture, seed)
    assert_equals_torch(empty, network, picture_for(network, seed))


@pytest.mark.parametrize("name", ONE_INPUT)
def test_each_type_of_layer_outputs_what_torchs_does(empty: Page, name: str) -> None:
    chosen = st.lists(layers_of(layer_types()[name]), min_size=1, max_size=2)

    @settings(max_examples=12)
    @given(architectures(chosen=chosen.map(lambda layers: [Conv2D(filters=5), *layers])), st.integers(0, 1000))
    def check(architecture: Architecture, seed: int) -> None:
        network = trained(architecture, seed)
        assert_equals_torch(empty, network, picture_for(network, seed))

    check()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_is_torchs_from_small_to_large_numbers(empty: Page, function: str) -> None:
    network = build(Architecture("", (1, 8, 16), (Activation(function),)))
    for picture in (np.linspace(-12, 12, 128), np.geomspace(1e-6, 1e3, 128), -np.geomspace(1e-6, 1e3, 128)):
        assert_equals_torch(empty, network, picture.astype(np.float32).reshape(1, 8, 16))


def test_layers_meet_in_every_way(empty: Page) -> None:
    network = trained(BRANCHING)
    header = assert_equals_torch(empty, network, picture_for(network))
    met = {node["meeting"] for node in header["nodes"] if len(node["sources"]) > 1}
    assert met == set(get_args(Meeting))


@pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.name)
def test_each_small_network_of_the_gallery_outputs_what_torchs_does(empty: Page, entry) -> None:
    network = trained(entry.make_small())
    assert_equals_torch(empty, network, picture_for(network))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_preset_outputs_what_torchs_does(empty: Page, preset) -> None:
    network = trained(preset.architecture)
    assert_equals_torch(empty, network, picture_for(network))


class Stages(FlowNetwork):
    """A network of torch modules of one's own, one node after the other."""

    def __init__(self, input_shape: tuple[int, int, int], *modules: nn.Module) -> None:
        super().__init__()
        self.input_shape = input_shape
        self.parts = nn.ModuleList(modules)
        value, nodes = torch.zeros(1, *input_shape), []
        for index, module in enumerate(self.eval().parts):
            value = module(value)
            stages = ((type(module).__name__, module),)
            nodes.append(Node(index, Activation(), stages, (index - 1,), tuple(value.shape[1:]), same_place))
        self.nodes = tuple(nodes)


@pytest.mark.parametrize(
    "modules",
    [
        (nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.MaxPool2d((2, 3), 1, (1, 1), (1, 2))),
        (nn.AvgPool2d(3, 2, 1), nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)),
        (nn.AvgPool2d(3, 2, 1, ceil_mode=True), nn.AvgPool2d(2, 1, divisor_override=3)),
        (nn.AdaptiveAvgPool2d((4, None)), nn.AdaptiveMaxPool2d((3, 5)), nn.Hardswish()),
        (nn.GELU(approximate="tanh"), nn.ELU(0.5), nn.Softplus(2, 3), nn.LeakyReLU(0.01)),
        (nn.BatchNorm2d(3, affine=False), nn.GroupNorm(3, 3, affine=False), nn.LayerNorm((3, 11, 13), bias=False)),
        (nn.Conv2d(3, 9, 3, (2, 1), (2, 0), (1, 3), groups=3), nn.Conv2d(9, 5, (1, 4), bias=False)),
        (nn.ConvTranspose2d(3, 6, 3, 2, 1, (1, 0), groups=3, dilation=2), nn.ConvTranspose2d(6, 2, (1, 4), bias=False)),
        (nn.ConstantPad2d((1, -2, 0, 3), -0.5), nn.ConstantPad2d(1, float("-inf")), nn.MaxPool2d(2)),
    ],
    ids=lambda modules: type(modules[0]).__name__,
)
def test_settings_that_networks_from_elsewhere_have_do_what_torchs_do(empty: Page, modules) -> None:
    network = Stages((3, 11, 13), *modules)
    assert_equals_torch(empty, network, picture_for(network))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_goes_through_as_in_torch(empty: Page, wrong: float) -> None:
    for functions in (
        (nn.ReLU(), nn.MaxPool2d(3, 1, 1), nn.AvgPool2d(2), nn.ReLU6()),
        (nn.Softmax(1), nn.Sigmoid(), nn.Tanh()),
        (nn.Hardsigmoid(), nn.LeakyReLU()),
        (nn.SiLU(), nn.ELU(), nn.Softplus()),
        (nn.Flatten(), nn.Linear(192, 3), nn.Softmax(1)),
        # torch makes not-a-number of +∞ here, though x · Φ(x) grows with x.
        *([] if wrong == np.inf else [(nn.GELU(),)]),
    ):
        network = Stages((3, 8, 8), *functions)
        picture = picture_for(network)
        picture[1, 3, 4] = wrong
        assert_equals_torch(empty, network, picture)


def test_only_what_a_layer_depends_on_is_computed(empty: Page) -> None:
    made = portable(trained(BRANCHING))
    script = """async ([address, header, weights]) => {
      const { PortableNetwork } = await import(`${address}/lib/engine/network.js`);
      const network = new PortableNetwork(header, Float32Array.from(weights));
      const picture = new Float32Array(64).fill(0.5);
      const [all, some] = [network.run(picture), network.run(picture, { until: 8 })];
      const computed = header.nodes.map((_, index) => index).filter((index) => some[index]);
      return [computed, computed.every((index) => `${all[index].stages.at(-1)}` === `${some[index].stages.at(-1)}`)];
    }"""
    computed, same = empty.evaluate(script, [ADDRESS, made.header, np.frombuffer(made.weights, "<f4").tolist()])
    # Layer 8, the other branch of the Concatenate after both, is left out.
    assert computed == [0, 1, 2, 3, 4, 5, 6, 8]
    assert same


# ---- The engine in its worker


def test_where_the_workers_script_does_not_come_the_engine_says_so(browser: Browser) -> None:
    page = new_context(browser, 800, 600).new_page()
    open_modules(page)
    page.route("**/engine/worker.js", lambda route: route.abort())
    script = "async (address) => (await import(address)).Engine.start().catch((error) => error.message)"
    told = page.evaluate(script, f"{ADDRESS}/lib/engine/client.js")
    assert told == "The network cannot be computed here: its script has stopped or did not come."
    page.context.close()


def test_the_worker_answers_and_takes_other_weights(empty: Page) -> None:
    told = with_engine(
        empty,
        """
        await engine.load(header, floats(1, 2, 3, 4));
        const first = await engine.run(floats(1, 10));
        await engine.setWeights(floats(0, 1, 1, 0));
        const { answerOf } = await import(`${address}/lib/engine/header.js`);
        const second = await engine.run(floats(1, 10));
        return [shown(first), shown(second), [...answerOf(header, second.values)], first.milliseconds >= 0];
        """,
    )
    assert told[:2] == [[21, 43], [10, 1]]
    np.testing.assert_allclose(told[2], torch.tensor([10.0, 1.0]).softmax(0), rtol=1e-6)
    assert told[3]


def test_only_the_newest_picture_waits(empty: Page) -> None:
    told = with_engine(
        empty,
        """
        await engine.load(header, floats(1, 0, 0, 1));
        const asked = [1, 2, 3, 4].map((x) => engine.run(floats(x, x)));
        return (await Promise.all(asked)).map(shown);
        """,
    )
    assert told == [[1, 1], None, None, [4, 4]]


def test_memory_that_was_given_back_is_used_again(empty: Page) -> None:
    told = with_engine(
        empty,
        """
        await engine.load(header, floats(1, 0, 0, 1));
        const first = await engine.run(floats(1, 1));
        const second = await engine.run(floats(2, 2));
        engine.giveBack(first);
        const third = await engine.run(floats(3, 3));
        return [first.values[0].input.length, shown(second), shown(third), engine.spare.length];
        """,
    )
    assert told == [0, [2, 2], [3, 3], 0]


def test_what_cannot_be_computed_is_an_error_and_the_engine_goes_on(empty: Page) -> None:
    told = with_engine(
        empty,
        """
        const none = await failed(engine.run(floats(1, 2)));
        const early = await failed(engine.setWeights(floats(1)));
        const few = await failed(engine.load(header, floats(1, 2, 3)));
        await engine.load(header, floats(1, 0, 0, 1));
        const wrong = [await failed(engine.run(floats(1))), await failed(engine.setWeights(floats(1)))];
        const right = shown(await engine.run(floats(5, 6)));
        const running = engine.run(floats(1, 2)), waiting = engine.run(floats(3, 4));
        engine.end();
        const late = [await engine.run(floats(1, 2)), await failed(engine.setWeights(floats(1)))];
        return [none, early, few, ...wrong, right, await running, await waiting, ...late];
        """,
    )
    cannot = "The network cannot be computed here"
    assert told == [
        f"{cannot}: there is none yet.",
        f"{cannot}: there is none yet.",
        f"{cannot}: weight of layer 2 lies outside of the weights.",
        f"{cannot}: a picture has 2 numbers.",
        f"{cannot}: weight of layer 2 lies outside of the weights.",
        [5, 6],
        None,
        None,
        None,
        f"{cannot}: it was ended.",
    ]


def changed(**stage: Any) -> dict[str, Any]:
    """The header with another last stage."""
    header = copy.deepcopy(DENSE)
    header["nodes"][1]["stages"][0] |= stage
    return header


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (changed(weight={"at": 1, "shape": [2, 2]}), "weight of layer 2 lies outside of the weights"),
        (changed(weight={"at": -1, "shape": [2, 2]}), "weight of layer 2 lies outside of the weights"),
        (changed(weight={"at": 0.5, "shape": [1, 2]}), "weight of layer 2 lies outside of the weights"),
        (changed(weight={"at": 0, "shape": [2]}), "weight of layer 2 has 2 numbers instead of 4"),
        (changed(weight=None), "the shape of weight of layer 2 is wrong"),
        (changed(bias={"at": 0, "shape": [0]}), "the shape of bias of layer 2 is wrong"),
        (changed(shape=[1e9, 1e9]), "the shape of a stage of layer 2 is wrong"),
        (changed(shape=[3]), "the shape of layer 2 is not that of its last stage"),
        (changed(op="constructor"), "layer 2 has the unknown operation “constructor”"),
        ({**DENSE, "nodes": []}, "it has no layers"),
        ({**DENSE, "input": [2, 1]}, None),
        ({**DENSE, "input": "ab"}, "the shape of the picture is wrong"),
        ({**DENSE, "nodes": [{**DENSE["nodes"][0], "sources": [0]}]}, "layer 1 reads no earlier layer"),
        ({**DENSE, "nodes": [{**DENSE["nodes"][0], "sources": [-1, -1], "meeting": "x"}]}, "layer 1 reads several"),
        (None, "it has no layers"),
    ],
)
def test_a_header_that_is_wrong_is_refused_in_a_sentence(empty: Page, header: Any, why: str | None) -> None:
    told = with_engine(empty, "return await failed(engine.load(header, floats(1, 2, 3, 4)))", header)
    assert told.startswith(f"The network cannot be computed here: {why}" if why else "nothing failed")


def test_bytes_that_are_no_network_are_refused(empty: Page) -> None:
    script = """async ([address, texts]) => {
      const { unpacked } = await import(`${address}/lib/engine/network_bytes.js`);
      return texts.map((text) => {
        try { return [...unpacked(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer).weights]; }
        catch (error) { return error.message; }
      });
    }"""
    sound = network_bytes({"ü": 1}, np.float32([1, 2]).tobytes())
    bad = [b"", b"\x01", b"\xff\xff\xff\xff....", sound[:-1], struct.pack("<I", 4) + b"{[}]"]
    told = empty.evaluate(script, [ADDRESS, [base64.b64encode(data).decode() for data in (sound, *bad)]])
    no_network = "The network cannot be computed here: what came is no network."
    unreadable = "The network cannot be computed here: its description cannot be read."
    assert told == [[1, 2], *[no_network] * 4, unreadable]


# ---- In the app


def test_the_app_lets_a_page_start_the_worker_and_says_which_network_it_has_not(page: Page, app_url: str) -> None:
    open_page(page, "/")
    address = f"{app_url}{module_address('')}".rstrip("/")
    script = "await engine.load(header, floats(1, 2, 3, 4)); return shown(await engine.run(floats(1, 10)))"
    assert with_engine(page, script, address=address) == [21, 43]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{app_url}/network/0123456789abcdef")
