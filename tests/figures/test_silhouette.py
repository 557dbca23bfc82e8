"""The small picture of a network's shape."""

from xml.etree import ElementTree

import pytest

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.presets import CLASSIC
from visualizer.figures.silhouette import HEIGHT, WIDTH, silhouette


def bars(svg: str) -> list[dict[str, str]]:
    return [bar.attrib for bar in ElementTree.fromstring(svg)]


def test_a_bar_is_as_high_as_the_root_of_its_maps():
    picture = silhouette(summarize(CLASSIC.architecture))
    heights = [float(bar["height"]) for bar in bars(picture.svg)]
    roots = [(side / 64) ** 0.5 for side in (64, 62, 29, 1, 1)]
    assert heights == pytest.approx([HEIGHT * root for root in roots], abs=0.01)
    opacities = [float(bar["fill-opacity"]) for bar in bars(picture.svg)[1:]]
    assert opacities[0] < opacities[1] < opacities[2]
    assert picture.text == ("From 64 × 64 × 3 through 4 layers with weights to 10. The smallest output has 128.")


@pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.name)
def test_bars_fill_the_picture_and_do_not_overlap(entry):
    report = summarize(entry.make())
    picture = silhouette(report)
    drawn = bars(picture.svg)
    assert len(drawn) == 1 + sum(bool(row.parameters) for row in report.layers)
    ends = [float(bar["x"]) + float(bar["width"]) for bar in drawn]
    assert all(end < float(bar["x"]) for end, bar in zip(ends, drawn[1:], strict=False))
    assert ends[-1] <= WIDTH
    assert picture.text.startswith("From ")


def test_without_weights_there_is_the_input_alone():
    picture = silhouette(summarize(Architecture("", (1, 8, 8), (Flatten(),))))
    assert len(bars(picture.svg)) == 1
    assert picture.text == "The input has 8 × 8 × 1, and no layer has weights."
