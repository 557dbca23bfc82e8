"""Words that explain themselves."""

import re

import pytest

from visualizer.ui.kit.glossary import GLOSSARY, explained, meaning


@pytest.mark.parametrize("term", GLOSSARY.values(), ids=lambda term: term.word)
def test_an_explanation_is_one_line_that_stays_text(term):
    assert re.fullmatch(term.forms, term.word, re.IGNORECASE)
    assert len(term.meaning) <= 120
    assert term.meaning.endswith(".")
    # It is the title of a link, which ends at such a mark.
    assert not set(term.meaning) & set('"\\`<>$[]\n')


def test_a_word_is_marked_where_it_comes_first_and_only_there():
    nat = GLOSSARY["nat"].meaning
    assert explained("2 nats and 3 nats") == f'2 [nats](#word-nat "{nat}") and 3 nats'


def test_the_longest_word_counts_and_each_form_of_it():
    assert explained("Feature maps").startswith("[Feature maps](#word-feature-map ")
    assert explained("an activation function") == (
        f'an [activation function](#word-activation-function "{GLOSSARY["activation function"].meaning}")'
    )
    assert explained("**Biases**").startswith('**[Biases](#word-bias "')


def test_parts_of_other_words_are_not_marked():
    for text in ("signature", "reloss", "unity", "Debatch"):
        assert explained(text) == text


def test_what_is_no_prose_stays_as_it_is():
    for text in ("`stride`", "$stride$", "[stride](http://a)", ":material/filter:", '[x](#word-y "stride")'):
        assert explained(text) == text
    assert explained(':color[●]{foreground="#0072B2"} SGD').startswith(
        ':color[●]{foreground="#0072B2"} [SGD](#word-SGD'
    )


def test_only_the_words_that_are_asked_for_are_marked():
    assert explained("stride and padding", "padding").startswith("stride and [padding](")
    with pytest.raises(KeyError):
        explained("stride", "strid")


def test_a_widgets_help_names_the_word_and_explains_it():
    assert meaning("nat", "stride") == (
        f"**nat:** {GLOSSARY['nat'].meaning}\n\n**stride:** {GLOSSARY['stride'].meaning}"
    )
