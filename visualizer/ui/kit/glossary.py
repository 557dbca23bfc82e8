"""The words that a beginner may not know, each with a one-line explanation, and how they are marked in a text."""

import re
from dataclasses import dataclass

# Everything but prose: code, formulas, links, material icons and the names of colours.
_MARKUP = r"`[^`]*`|\$[^$]*\$|\[[^\]]*\]\([^)]*\)|:[a-z_/-]+:|:[a-z-]+\["
ADDRESS = "#word-"  # of a marked word: it leads nowhere; the component `words` shows the explanation there


@dataclass(frozen=True)
class Term:
    """A word and what it means.

    Attributes:
        word: As it stands in a sentence.
        meaning: One sentence or two, without quotation marks.
        forms: A regular expression of all that counts as this word.
    """

    word: str
    meaning: str
    forms: str


def _term(word: str, meaning: str, forms: str = "") -> Term:
    return Term(word, meaning, rf"\b(?:{forms or re.escape(word) + 's?'})\b")


GLOSSARY: dict[str, Term] = {
    term.word: term
    for term in (
        _term(
            "logit",
            "The score that a network gives a class before softmax: any number; the larger, the more likely.",
        ),
        _term(
            "softmax",
            "Turns scores into probabilities: e to the power of each score, divided by the sum of these powers.",
        ),
        _term(
            "nat", "The unit of cross-entropy, as the metre is of length: 1 nat is the surprise at a chance of 1 in e."
        ),
        _term(
            "cross-entropy",
            "A loss: minus the natural logarithm of the probability that the network gave the right class.",
        ),
        _term(
            "MSE",
            "Mean squared error, a loss: the mean of the squared differences between the outputs and the right values.",
            "MSE|mean squared error",
        ),
        _term("loss", "One number that says how wrong the answers are; training makes it small.", "loss(?:es)?"),
        _term(
            "gradient",
            "How fast a result changes with each number that it depends on: all these slopes together.",
        ),
        _term(
            "learning rate",
            "How large a training step is: the gradient is multiplied by it. Written η (eta).",
            "learning rates?|η",
        ),
        _term(
            "penalty",
            "What training adds to the loss for large weights: L1 times the sum of |w|, plus L2 times that of w².",
            "penalt(?:y|ies)",
        ),
        _term("epoch", "One pass through all training pictures."),
        _term("batch", "The pictures that a network sees for one update of its weights.", "batch(?:es)?"),
        _term("multiply-add", "One multiplication and one addition: the unit in which a network’s work is counted."),
        _term("parameter", "A number that training changes: a weight or a bias."),
        _term("weight", "A number that training changes; an input is multiplied by it."),
        _term("bias", "A number that training changes; it is added to a sum, whatever the picture.", "bias(?:es)?"),
        _term("kernel", "A small grid of weights that slides over a picture or a map."),
        _term("filter", "One kernel for each input channel, and a bias; it makes one feature map."),
        _term(
            "feature map",
            "A grid of numbers that one filter makes: large where the filter’s pattern is.",
        ),
        _term(
            "channel",
            "One of several grids of numbers stacked together: red, green and blue, or the maps of a layer.",
        ),
        _term("stride", "How many pixels a window moves from one position to the next."),
        _term(
            "padding",
            "A frame of extra pixels around a picture or a map, so that windows fit at its edge.",
            "padding|padded",
        ),
        _term("dilation", "How far apart the pixels under a kernel are; 1 means side by side."),
        _term("receptive field", "The pixels of the picture that can change a number deep in the network."),
        _term("unit", "One number in a layer’s output, and the arithmetic behind it."),
        _term(
            "activation function",
            "A function that every number of a layer goes through, such as ReLU.",
            "activation functions?",
        ),
        _term("ReLU", "An activation function: numbers below 0 become 0, all others stay."),
        _term(
            "SGD", "Stochastic gradient descent: each step is minus the gradient of a batch, times the learning rate."
        ),
        _term("validation", "Pictures that training does not use: they show how well the network does on new ones."),
        _term(
            "IoU",
            "Intersection over union: the area that two boxes or masks both cover, of the area that either covers.",
            "IoU|intersection over union",
        ),
        _term("precision", "The share of the answers that are right."),
        _term("recall", "The share of the objects that are found."),
        _term(
            "non-maximum suppression",
            "Of several boxes of one class about the same object, only the one with the highest score is kept.",
            "(?:non-maximum )?suppression",
        ),
        _term(
            "skip connection",
            "A wire that leads past layers: what it carries meets what they made of it.",
        ),
        _term("seed", "The start of a series of random numbers: the same seed gives the same numbers again."),
    )
}


def explained(text: str, *only: str) -> str:
    """Markdown in which the first occurrence of each glossary word explains itself.

    The explanation appears on hover, on a tap and on keyboard focus (`words.explain_words`).

    Args:
        text: Our own Markdown; formulas, code, links and colours in it stay as they are.
        only: The words that are marked, as the glossary has them; all of them if none is given.

    Raises:
        KeyError: A word is not in the glossary.
    """
    unmarked_terms = {word: GLOSSARY[word] for word in only or GLOSSARY}

    def marked(match: re.Match[str]) -> str:
        word = match[0]
        term = next((term for term in unmarked_terms.values() if re.fullmatch(term.forms, word, re.IGNORECASE)), None)
        if term is None:
            return word
        del unmarked_terms[term.word]
        return f'[{word}]({ADDRESS}{term.word.replace(" ", "-")} "{term.meaning}")'

    # The longest first, so that a word is not taken for a shorter one inside it.
    forms = sorted((term.forms for term in unmarked_terms.values()), key=len, reverse=True)
    return re.sub(rf"{_MARKUP}|{'|'.join(forms)}", marked, text, flags=re.IGNORECASE)


def unmarked(text: str) -> str:
    """The text as it was before `explained` marked its words."""
    return re.sub(rf'\[([^\]]*)\]\({ADDRESS}[^)"]*"[^"]*"\)', r"\1", text)


def meaning(*words: str) -> str:
    """The explanations of these words of the glossary, for a widget's help."""
    return "\n\n".join(f"**{GLOSSARY[word].word}:** {GLOSSARY[word].meaning}" for word in words)
