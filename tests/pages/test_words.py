"""A word of the glossary explains itself where a page shows it first."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests import navigation
from tests.pages.app import open_page, without_exception
from visualizer.ui.kit.glossary import ADDRESS, GLOSSARY

_PROSE = ("markdown", "caption", "alert", "info", "warning", "success", "error")
_MARKED = re.compile(rf"\[[^\]]*\]\({ADDRESS}([\w-]+) \"[^\"]*\"\)")
PAGES = [
    *((name, "", "") for name in navigation.PAGES),
    ("activations", "activation-parts", "2  A deep chain"),
    ("activations", "activation-parts", "3  Dead ReLUs"),
    ("dense_and_softmax", "dense-parts", "2  From logits to probabilities"),
    ("convolution", "convolution-mode", "several"),
    ("convolution", "convolution-mode", "transposed"),
    ("detection", "detection-parts", "2  Grid cells"),
    ("detection", "detection-parts", "3  Non-maximum suppression"),
    ("detection", "detection-parts", "4  Threshold"),
    ("segmentation", "segmentation-parts", "2  Down and up"),
    ("segmentation", "segmentation-parts", "3  Skip connections"),
    ("segmentation", "segmentation-parts", "4  How good is a mask?"),
    ("generation", "generation-parts", "2  Reparameterisation"),
    ("generation", "generation-parts", "3  GAN"),
    ("generation", "generation-parts", "4  Diffusion"),
    ("look_inside", "look-parts", "Filters"),
    ("look_inside", "look-parts", "Why this class?"),
]


def elements(block: Any) -> Iterator[Any]:
    """Everything on the page from top to bottom."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from elements(child)
        else:
            yield child


def unexplained(app: AppTest) -> dict[str, str]:
    """The words that a text or a widget's label shows before anything has explained them, each with that text."""
    told: set[str] = set()
    found: dict[str, str] = {}
    for element in elements(app.main):
        help_text = str(getattr(element.proto, "help", "") or "")
        told |= {word for word in GLOSSARY if f"**{word}:**" in help_text}
        # A page link says where it leads, and a title what the page is about.
        texts = [getattr(element, "label", "")] if element.type != "page_link" else []
        if element.type in _PROSE:
            texts.append(element.value)
        for text in texts:
            if not isinstance(text, str):
                continue
            marked = _MARKED.findall(text)
            told |= {word for word in GLOSSARY if word.replace(" ", "-") in marked}
            rest = re.sub(r"`[^`]*`|\$[^$]*\$", "", _MARKED.sub("", text))
            shown = {word for word, term in GLOSSARY.items() if re.search(term.forms, rest, re.IGNORECASE)}
            # What a widget is called, its own help explains.
            told |= shown if help_text else set()
            found |= dict.fromkeys(shown - told - set(found), text)
    return found


@pytest.mark.parametrize(("name", "key", "value"), PAGES)
def test_every_word_of_the_glossary_explains_itself_where_a_page_shows_it_first(name, key, value):
    app = open_page(name)
    if key:
        app.session_state[key] = value
        without_exception(app.run())
    assert unexplained(app) == {}
    for question in [pills.key for pills in app.get("button_group") if str(pills.key).startswith("answer-")]:
        (pills,) = (pills for pills in app.get("button_group") if pills.key == question)
        without_exception(pills.set_value(next(iter(pills.options))).run())
    assert unexplained(app) == {}


def test_a_word_without_its_explanation_would_be_found():
    def page() -> None:
        import streamlit as st

        st.markdown("The stride counts.")
        st.slider("Batch", 0, 1, help="How many.")

    assert unexplained(AppTest.from_function(page).run()) == {"stride": "The stride counts."}


def test_concept_pages_have_words_to_explain():
    for name in navigation.CONCEPTS:
        app = open_page(name)
        assert any(_MARKED.search(text.value) for text in [*app.markdown, *app.caption]), name
