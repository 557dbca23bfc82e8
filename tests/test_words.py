"""Counts and lists in a sentence."""

import doctest

import pytest

from visualizer import words
from visualizer.words import counted, listed


def test_the_examples_in_the_documentation_hold():
    found = doctest.testmod(words)
    assert found.attempted == 4
    assert found.failed == 0


def test_counted_nouns():
    assert [counted(count, "map") for count in (0, 1, 1200)] == ["0 maps", "1 map", "1,200 maps"]


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (iter("abcd"), "a, b, c and d")]
)
def test_a_list_ends_in_its_conjunction(items, text):
    assert listed(items) == text
