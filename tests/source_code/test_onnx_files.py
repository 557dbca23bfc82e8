"""ONNX files are opened: the same answers as onnxruntime's; operators that are not known here refuse the file."""

import warnings
from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

from tests.source_code.test_graph_scripts import EVERY_MERGE, RESIDUAL
from tests.source_code.test_writers import EVERYTHING, EVERYTHING_ELSE, PADDED_AVERAGE, with_random_numbers
from visualizer.architecture.gallery.catalog import GALLERY, STARTERS
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D
from visualizer.errors import UserError
from visualizer.inspection.load import load_network
from visualizer.inspection.onnx_file import onnx_bytes
from visualizer.source_code.files.network_file import open_network_file
from visualizer.source_code.files.reading import FileReading
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.variational_autoencoder import VariationalAutoencoder


def opened(data: bytes) -> FileReading:
    reading = open_network_file(data, "net.onnx")
    assert reading is not None
    return reading


def check(data: bytes, pictures: int = 3) -> FileReading:
    """Its answers are those of onnxruntime, to 1e-4."""
    reading = opened(data)
    assert reading.weights is not None
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    shape = (pictures, *reading.architecture.input_shape)
    given = np.random.default_rng(1).random(shape, dtype=np.float32)
    expected = np.asarray(session.run(None, {session.get_inputs()[0].name: given})[0])
    with torch.inference_mode():
        answers = load_network(reading.architecture, reading.weights)(torch.from_numpy(given)).numpy()
    np.testing.assert_allclose(answers.reshape(expected.shape), expected, atol=1e-4, rtol=1e-4)
    return reading


@pytest.mark.parametrize(
    "architecture",
    [
        EVERYTHING,
        EVERYTHING_ELSE,
        PADDED_AVERAGE,
        EVERY_MERGE,
        RESIDUAL,
        Autoencoder.preset().architecture,
        VariationalAutoencoder.preset().architecture,
    ],
    ids=lambda architecture: architecture.name,
)
def test_what_this_app_exports_opens_with_the_same_answers(architecture):
    check(onnx_bytes(with_random_numbers(architecture), ()))


class Block(nn.Module):
    """As in torchvision's ResNet."""

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.downsample = nn.Sequential(nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x))))) + self.downsample(x))


class Mixed(nn.Module):
    """What torchvision's networks are made of, and what is written with functions."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.block = Block(8, 12, 2)
        self.depthwise = nn.Sequential(nn.Conv2d(12, 12, 3, padding=1, groups=12), nn.Hardswish(), nn.Conv2d(12, 12, 1))
        self.squeeze = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(12, 4, 1), nn.SiLU(), nn.Conv2d(4, 12, 1), nn.Sigmoid()
        )
        self.group, self.instance = nn.GroupNorm(3, 12), nn.InstanceNorm2d(12, affine=True)
        self.up = nn.ConvTranspose2d(12, 6, 3, stride=2, padding=1, output_padding=1)
        self.slopes = nn.PReLU(6)
        self.dense = nn.Linear(6 * 16 * 16 + 6, 10)
        self.last = nn.Linear(10, 7, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.block(self.stem(x))
        x = x + self.depthwise(x)
        x = functional.gelu(self.group(x) * self.squeeze(x))
        x = functional.leaky_relu(self.slopes(functional.elu(self.up(self.instance(x)))), 0.1)
        x = functional.interpolate(functional.relu6(x), scale_factor=2, mode="bilinear")
        x = functional.avg_pool2d(functional.interpolate(x, scale_factor=2), 3, 2, 1)
        flat = torch.cat([x.view(x.size(0), -1), x.mean((2, 3))], 1)
        return self.last(torch.tanh(functional.dropout(self.dense(flat), training=self.training))).softmax(1)


class Painter(nn.Module):
    """A generator: maps of a vector, filled map by map."""

    def __init__(self) -> None:
        super().__init__()
        self.dense, self.up = nn.Linear(48, 4 * 3 * 5), nn.ConvTranspose2d(4, 2, 4, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.up(self.dense(torch.flatten(x, 1)).view(-1, 4, 3, 5)))


def exported(module: nn.Module, shape: tuple[int, ...], folder, **options) -> bytes:
    torch.manual_seed(0)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_mean, -1, 1)
            nn.init.uniform_(part.running_var, 0.5, 2)
    path = folder / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module.eval(), (torch.rand(2, *shape),), path, verbose=False, **options)
    return path.read_bytes()


NEW = {"dynamo": True, "external_data": False, "dynamic_shapes": ({0: torch.export.Dim("n")},)}
OLD = {"dynamo": False, "input_names": ["x"], "dynamic_axes": {"x": {0: "n"}}}
FIXED = {"dynamo": True, "external_data": False}


@pytest.mark.parametrize("options", [NEW, OLD, FIXED], ids=["dynamo", "torchscript", "of two pictures"])
@pytest.mark.parametrize(("made", "shape"), [(Mixed, (3, 32, 32)), (Painter, (3, 4, 4))], ids=["mixed", "painter"])
def test_what_torch_exports_opens_with_the_same_answers(made, shape, options, tmp_path):
    check(exported(made(), shape, tmp_path, **options), 2 if options is FIXED else 3)


# ---- Single operators, put together by hand

ARRAYS = np.random.default_rng(0)


def graph_of(
    nodes: list[onnx.NodeProto], arrays: dict[str, np.ndarray], shape: tuple[int, ...] = (3, 9, 8), opset: int = 18
) -> onnx.ModelProto:
    """A model from "x" to "y"."""
    start = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *shape])
    end = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    tensors = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "g", [start], [end], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def numbers(*shape: int) -> np.ndarray:
    return ARRAYS.normal(0, 1, shape).astype(np.float32)


def node(operator: str, *inputs: str, **attributes) -> onnx.NodeProto:
    return helper.make_node(operator, ["x", *inputs], ["y"], **attributes)


SINGLE: dict[str, Callable[[], onnx.ModelProto]] = {
    "uneven padding": lambda: graph_of([node("Conv", "w", pads=[2, 0, 1, 3])], {"w": numbers(4, 3, 3, 3)}),
    "same, above": lambda: graph_of(
        [node("Conv", "w", auto_pad="SAME_LOWER", strides=[2, 2])], {"w": numbers(4, 3, 2, 2)}
    ),
    "same, below": lambda: graph_of(
        [node("Conv", "w", auto_pad="SAME_UPPER", strides=[2, 2])], {"w": numbers(4, 3, 2, 3)}
    ),
    "transposed": lambda: graph_of(
        [node("ConvTranspose", "w", strides=[2, 3], pads=[1, 0, 0, 1])], {"w": numbers(3, 4, 3, 2)}
    ),
    "counted padding": lambda: graph_of(
        [node("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)], {}
    ),
    "padding that does not count": lambda: graph_of([node("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1])], {}),
    "one vector for each pixel": lambda: graph_of(
        [
            helper.make_node("Transpose", ["x"], ["a"], perm=[0, 2, 3, 1]),
            helper.make_node("MatMul", ["a", "w"], ["b"]),
            helper.make_node("LayerNormalization", ["b", "s", "t"], ["c"], axis=-1, epsilon=1e-3),
            helper.make_node("Transpose", ["c"], ["y"], perm=[0, 3, 1, 2]),
        ],
        {"w": numbers(3, 5), "s": numbers(5), "t": numbers(5)},
    ),
    "known numbers for each channel": lambda: graph_of(
        [
            helper.make_node("Sub", ["x", "mean"], ["a"]),
            helper.make_node("Div", ["a", "deviation"], ["b"]),
            helper.make_node("Relu", ["b"], ["y"]),
        ],
        {"mean": numbers(1, 3, 1, 1), "deviation": np.abs(numbers(3, 1, 1)) + 0.5},
    ),
    "gelu as written before it had a name": lambda: graph_of(
        [
            helper.make_node("Div", ["x", "root"], ["a"]),
            helper.make_node("Erf", ["a"], ["b"]),
            helper.make_node("Add", ["b", "one"], ["c"]),
            helper.make_node("Mul", ["x", "c"], ["d"]),
            helper.make_node("Mul", ["d", "half"], ["y"]),
        ],
        {"root": np.float32(2**0.5).reshape(()), "one": np.ones((), np.float32), "half": np.full((), 0.5, np.float32)},
    ),
    "a negative factor": lambda: graph_of([node("Mul", "w")], {"w": np.float32(-3).reshape(1)}),
}


@pytest.mark.parametrize("made", SINGLE.values(), ids=list(SINGLE))
def test_an_operator_becomes_layers_with_the_same_answers(made):
    check(made().SerializeToString())


def test_a_usual_padding_is_the_layers_own():
    model = graph_of([node("Conv", "w", pads=[1, 1, 1, 1])], {"w": numbers(4, 3, 3, 3)})
    (layer,) = opened(model.SerializeToString()).architecture.layers
    assert layer == Conv2D(4, (3, 3), "linear", "same", use_bias=False)
    strided = graph_of([node("Conv", "w", pads=[1, 1, 1, 1], strides=[2, 2])], {"w": numbers(4, 3, 3, 3)}, (3, 8, 8))
    assert opened(strided.SerializeToString()).architecture.layers[0] == ZeroPadding2D(1, 1, 1, 1)


UNKNOWN: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "an operator": (lambda: graph_of([node("Sin")], {}), "The operator “Sin” is not known here"),
    "of its own": (lambda: graph_of([node("Relu", domain="theirs")], {}), "“theirs.Relu”"),
    "an axis": (lambda: graph_of([node("Softmax", axis=2)], {}), "“Softmax” with the axis 2"),
    "a way": (lambda: graph_of([node("Gelu", approximate="tanh")], {}, opset=20), "“Gelu” with an approximation"),
    "padding of a maximum": (
        lambda: graph_of([node("MaxPool", kernel_shape=[3, 3], pads=[2, 2, 2, 2], strides=[2, 2])], {}),
        "“MaxPool” with this padding",
    ),
    "weights of the picture": (lambda: graph_of([node("MatMul", "x")], {}), "weights that depend on the picture"),
    "channels": (lambda: graph_of([node("Relu")], {}, (5, 8, 8)), "has 5 channels"),
    "a vector": (lambda: graph_of([node("Relu")], {}, (8,)), "n × 8"),
    "no way to the picture": (
        lambda: graph_of([helper.make_node("Add", ["w", "w"], ["y"])], {"w": numbers(3)}),
        "does not depend on the picture",
    ),
    "out of range": (
        lambda: graph_of([node("Conv", "w")], {"w": numbers(2, 3, 40, 1)}, (3, 64, 64)),
        "Kernel|settings",
    ),
}


@pytest.mark.parametrize(("made", "said"), UNKNOWN.values(), ids=list(UNKNOWN))
def test_what_is_not_known_refuses_the_file_by_its_name(made, said):
    with pytest.raises(UserError, match=said) as refused:
        opened(made().SerializeToString())
    assert str(refused.value).endswith(".")


# ---- Files that are made to harm


def changed(change: Callable[[onnx.ModelProto], object]) -> bytes:
    model = graph_of([node("Conv", "w")], {"w": numbers(4, 3, 3, 3)})
    change(model)
    return model.SerializeToString()


def in_another_file(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    tensor.ClearField("raw_data")


def set_sizes(*sizes: int) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        del model.graph.initializer[0].dims[:]
        model.graph.initializer[0].dims.extend(sizes)

    return change


HOSTILE: dict[str, Callable[[], bytes]] = {
    "weights in another file": lambda: changed(in_another_file),
    "huge weights": lambda: changed(set_sizes(2**31, 2**31)),
    "sizes below 0": lambda: changed(set_sizes(-1, 3)),
    "other sizes": lambda: changed(set_sizes(4, 3, 3, 4)),
    "another layer's sizes": lambda: changed(set_sizes(3, 4, 3, 3)),
    "texts": lambda: changed(lambda model: model.graph.initializer[0].__setattr__("data_type", TensorProto.STRING)),
    "no operators": lambda: changed(lambda model: model.graph.ClearField("node")),
    "many operators": lambda: changed(lambda model: model.graph.node.extend([node("Relu")] * 20_000)),
    "a circle": lambda: changed(lambda model: model.graph.node[0].input.__setitem__(0, "y")),
    "no output": lambda: changed(lambda model: model.graph.ClearField("output")),
    "no input": lambda: changed(lambda model: model.graph.ClearField("input")),
    "functions": lambda: changed(lambda model: model.functions.add(name="f")),
    "not finite": lambda: changed(
        lambda model: model.graph.initializer[0].CopyFrom(
            numpy_helper.from_array(np.full((4, 3, 3, 3), np.inf, np.float32), "w")
        )
    ),
    "empty messages": lambda: b"\x08\x09\x3a\x80\x89\x7a" + b"\x0a\x00" * 1_000_000,
    "noise": lambda: b"\x08" + b"\xff" * 1000,
    "nothing": lambda: b"\x08",
}


@pytest.mark.parametrize("made", HOSTILE.values(), ids=list(HOSTILE))
def test_a_file_that_is_made_to_harm_is_refused_in_a_sentence(made):
    with pytest.raises(UserError) as refused:
        opened(made())
    assert str(refused.value).endswith(".")


def test_a_file_that_ends_too_early_is_refused():
    data = changed(lambda _: None)
    for length in range(1, len(data), 150):
        with pytest.raises(UserError):
            opened(data[:length])


GALLERY_NETWORKS = [entry.make_small() for entry in GALLERY] + [starter.architecture for starter in STARTERS]


@pytest.mark.parametrize("architecture", GALLERY_NETWORKS, ids=lambda architecture: architecture.name)
def test_each_network_of_the_gallery_comes_back_with_the_same_answers(architecture):
    network = with_random_numbers(architecture)
    reading = opened(onnx_bytes(network, ()))
    assert reading.weights is not None
    given = torch.rand((2, *architecture.input_shape), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = network(given)
        answers = load_network(reading.architecture, reading.weights)(given)
    np.testing.assert_allclose(answers.numpy(), expected.numpy(), atol=1e-4, rtol=1e-4)
