"""The words of an error."""

import math

import pytest

from visualizer.errors import MAX_SHOWN, UserError, short_repr


def test_a_user_error_reads_as_sentences():
    assert str(UserError("It broke.")) == "It broke."
    assert str(UserError("It broke.", "It fell.")) == "It broke. It fell."
    assert str(UserError("It broke.", "It fell.", "Glue it.")) == "It broke. It fell. Glue it."
    assert str(UserError("It broke.", remedy="Glue it.")) == "It broke. Glue it."


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), ("relu", "'relu'"), ((3, 64, 64), "(3, 64, 64)"), (math.nan, "nan"), (None, "None")]
)
def test_a_small_value_is_shown_whole(value, text):
    assert short_repr(value) == text


def deep(levels: int) -> list:
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    ["x" * 100_000, [["x" * 30] * 6] * 6, 10**4000, {str(number): number for number in range(10_000)}, deep(100_000)],
    ids=["text", "list", "number", "dictionary", "deep"],
)
def test_a_large_value_is_shortened(value):
    assert 10 < len(short_repr(value)) <= MAX_SHOWN


def test_what_cannot_be_printed_is_escaped():
    assert short_repr("\ud800\n") == r"'\ud800\n'"
