"""Lines and bars show on the light and on the dark ground."""

import tomllib
from pathlib import Path

import pytest

from visualizer.figures import palette

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())["theme"]
COLOURS = {name: value for name, value in vars(palette).items() if isinstance(value, str) and value.startswith("#")}


def luminance(colour: str) -> float:
    """Relative luminance. Source: https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Source: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio"""
    lighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("ground", ["light", "dark"])
@pytest.mark.parametrize("name", sorted(COLOURS.keys() - {"MARK", "MARK_RIM", "MARK_ANSWER"}))
def test_each_colour_stands_out_from_the_ground(name, ground):
    assert contrast(COLOURS[name], THEME[ground]["backgroundColor"]) >= 3


def test_a_mark_shows_on_any_colour():
    # Its core or its rim stands out from every grey, and so from every colour of that luminance.
    for level in range(256):
        grey = f"#{level:02x}{level:02x}{level:02x}"
        assert max(contrast(grey, palette.MARK), contrast(grey, palette.MARK_RIM)) >= 4.5


def test_what_marks_an_answer_stands_out_from_its_rim():
    assert contrast(palette.MARK_ANSWER, palette.MARK_RIM) >= 7
