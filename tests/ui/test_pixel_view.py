"""What a browser asks for is checked: only numbers that are there are opened."""

import json
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from tests.inspection.branching import Branching
from tests.inspection.test_pixel import Stages
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.flow import PICTURE
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average import Average
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.maximum import Maximum
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.network import build
from visualizer.data.annotations import Annotations
from visualizer.data.pointing import ANNOTATIONS
from visualizer.inspection.probe import probe
from visualizer.inspection.steps import Spot
from visualizer.tasks.classification import Classification
from visualizer.tasks.regression import Regression
from visualizer.tasks.task import TaskAnswers
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.pixel_data import pixel_data
from visualizer.ui.look.pixel_view import _next
from visualizer.ui.look.pixel_words import short_number
from visualizer.ui.parts.picture_source import ChosenPicture


def inspecting(network, picture, class_names=()):
    given = ChosenPicture(picture, None, Annotations(class_names))
    return Inspected(("test",), network, "elsewhere", Classification(), given, probe(network, picture))


@pytest.fixture(scope="module")
def inspected():
    network = Branching().eval()
    picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
    return inspecting(network, picture, ("a", "b"))


LAST = Spot(3, (5, 2, 1))
SUM = Spot(3, (1, 4, 4), is_input=True)


@pytest.mark.parametrize(
    ("path", "asked", "expected"),
    [
        ((LAST,), {"place": [1, 4, 4]}, ((LAST, SUM), 0)),
        ((LAST, SUM), {"source": 2}, ((LAST, SUM, Spot(2, (1, 4, 4))), 0)),
        ((LAST, SUM), {"back": 0}, ((LAST,), 0)),
        ((LAST, SUM), {"place": [1, 0, 3], "beside": True}, ((LAST, Spot(3, (1, 0, 3), is_input=True)), 0)),
        ((LAST,), {"page": 1}, ((LAST,), 1)),
        ((Spot(0, (0, 1, 1)),), {"place": [2, 0, 0]}, ((Spot(0, (0, 1, 1)), Spot(PICTURE, (2, 0, 0))), 0)),
        ((LAST,), {"place": [4, 0, 0]}, None),
        ((LAST,), {"place": [-1, 0, 0]}, None),
        ((LAST,), {"place": [0]}, None),
        ((LAST,), {"place": "no"}, None),
        ((LAST, SUM), {"source": 0}, None),
        ((LAST,), {}, None),
        ((LAST,), None, None),
        ((LAST,), 7, None),
        ((Spot(PICTURE, (0, 0, 0)),), {"place": [0, 0, 0]}, None),
        ((Spot(PICTURE, (0, 0, 0)),), {"source": 0}, None),
    ],
)
def test_only_what_is_there_is_opened(inspected, path, asked, expected):
    assert _next(inspected, path, asked) == expected


def test_a_branch_is_drawn_with_all_that_is_added_up(inspected):
    data = pixel_data(inspected, (LAST, SUM), 0)
    assert [item["source"] for item in data["items"]] == [1, 2]
    assert data["trail"][1]["layer"].startswith("Input of layer 4")
    assert data["lines"][0][0] == "Added up"
    assert [panel["title"] for panel in data["panels"]] == ["Picture", "Map 2"]


@pytest.mark.parametrize("merge", [Add(), Subtract(), Multiply(), Average(), Maximum(), Concatenate()])
def test_a_merge_shows_what_it_took_and_opens_it(merge):
    layers = (Conv2D(filters=3, padding="same"), merge)
    network = build(Architecture("", (3, 5, 4), layers, ((PICTURE,), (0, PICTURE))), "he_normal")
    picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
    inspected = inspecting(network, picture)
    path = (Spot(1, (1, 2, 3)),)
    data = pixel_data(inspected, path, 0)
    numbers = (float(inspected.probe.layers[0].output[1, 2, 3]), float(picture[1, 2, 3]))
    names = ["Layer 1, Conv2D 3, 3 × 3: map 2, row 3, column 4", "Picture: green, row 3, column 4"]
    if merge.meeting == "concatenation":
        numbers, names = numbers[:1], names[:1]
    assert [item["name"] for item in data["items"]] == names
    assert [item["text"].removesuffix(", the largest") for item in data["items"]] == [*map(short_number, numbers)]
    bars = [item["share"] for item in data["items"]]
    if merge.meeting == "difference":
        assert bars[0] > 0 > bars[1]
    assert any(bars) == (merge.meeting not in ("product", "concatenation"))
    chosen = [item.get("chosen", False) for item in data["items"]]
    assert chosen == [merge.meeting == "maximum" and number == max(numbers) for number in numbers]
    for item in data["items"]:
        (*_, opened), _ = _next(inspected, path, {"source": item["source"]})
        assert opened == Spot(item["source"], (1, 2, 3))


def test_what_is_inside_a_layer_is_shown_but_not_opened():
    network = Stages((3, 6, 6), a=nn.Conv2d(3, 5, 1), b=nn.Conv2d(5, 2, 3)).eval()
    picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
    inner = inspecting(network, picture)
    data = pixel_data(inner, (Spot(0, (1, 2, 3)),), 0)
    assert [term["grids"][0]["opens"] for term in data["terms"]] == [False] * 3
    assert [panel["title"] for panel in data["panels"]] == ["Picture", "Map 2"]


def test_numbers_that_are_not_finite_are_told_and_drawn(inspected):
    network = Branching().eval()
    with torch.no_grad():
        network.parts[0].weight.fill_(float("inf"))
    broken = inspecting(network, inspected.probe.picture)
    for spot in (Spot(0, (1, 2, 3)), LAST, SUM):
        text = json.dumps(pixel_data(broken, (spot,), 0), allow_nan=False)
        assert "infinity" in text or "not a number" in text


@pytest.mark.parametrize("stage", [nn.BatchNorm2d(3), nn.GELU(), nn.Softmax(dim=1), nn.Dropout()])
def test_a_layer_that_takes_one_number_leads_to_that_number(stage):
    network = Stages((3, 6, 6), stage=stage).eval()
    picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
    inspected = inspecting(network, picture)
    (item,) = pixel_data(inspected, (Spot(0, (1, 2, 3)),), 0)["items"]
    assert (item["name"], item["place"]) == ("green, row 3, column 4", [1, 2, 3])
    assert item["text"] == short_number(float(picture[1, 2, 3]))


def test_a_unit_of_the_last_layer_is_told_with_what_it_stands_for():
    network = build(Architecture("", (1, 4, 4), (Flatten(), Dense(units=5))), "he_normal").eval()
    picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)

    def place(class_names=()):
        return pixel_data(inspecting(network, picture, class_names), (Spot(1, (1,)),), 0)["trail"][-1]["place"]

    assert place(("a", "b", "c", "d", "e")) == "unit 2, for “b”"
    assert place(("a", "b")) == "unit 2"
    network.answering = TaskAnswers(Regression(), ANNOTATIONS)
    assert place(ANNOTATIONS.class_names) == "unit 2, for “sine of the direction”"


def test_pixels_between_those_that_a_number_sees_are_grey():
    wide, high = (Conv2D(filters=2, kernel_size=size, padding="same") for size in ((1, 7), (7, 1)))
    architecture = Architecture("", (1, 9, 9), (wide, high, Add()), ((PICTURE,), (PICTURE,), (0, 1)))
    picture = np.zeros((1, 9, 9), dtype=np.float32)
    data = pixel_data(inspecting(build(architecture), picture), (Spot(2, (0, 4, 4)),), 0)
    panel = data["panels"][0]
    assert panel["note"] == "it sees 13 of the 7 × 7 pixels in the frame, not those in grey"
    assert panel["marks"] == [[1, 1, 7, 7]]
    drawn = np.asarray(Image.open(BytesIO(b64decode(panel["source"].split(",")[1]))))
    grey = np.zeros((9, 9), dtype=bool)
    grey[1:8, 1:8] = True
    grey[4] = grey[:, 4] = False
    np.testing.assert_array_equal(drawn[..., 0] > 0, grey)
