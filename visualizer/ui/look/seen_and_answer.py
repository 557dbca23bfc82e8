"""What a network sees, and what it says of it, as charts."""

import streamlit as st

from visualizer.architecture.answer import Answer, Classes
from visualizer.architecture.shapes import describe_shape
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.picture import picture_chart
from visualizer.figures.raster import rgb_pixels
from visualizer.ui.kit.answer import show_answer
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.text import escaped
from visualizer.ui.parts.picture_source import ChosenPicture
from visualizer.ui.state.models import OpenedNetwork
from visualizer.ui.state.viewport import is_narrow

_SEEN_WIDTH = 260  # pixels


def fitting_answer(opened: OpenedNetwork, given: ChosenPicture, said: Answer | None) -> Answer | None:
    """What the network says, if it is an answer of its task with a number for each class; else None."""
    if not isinstance(said, opened.task.answer_type):
        return None
    return None if isinstance(said, Classes) and len(said.values) != len(given.class_names) else said


def say_at_once(given: ChosenPicture, said: Answer | None) -> None:
    """Say the answer to a drawing in words where the charts are out of sight, below the paper."""
    if given.drawn and is_narrow() and said is not None:
        st.markdown(f"It says **{escaped(figures_of(type(said)).words(said, given.annotations))}**")


def show_seen(given: ChosenPicture, said: Answer | None) -> None:
    """Draw what the network sees, with its answer where one can be drawn on it."""
    title = f"What the network sees ({describe_shape(given.pixels.shape)})"
    if said is not None:
        figures = figures_of(type(said))
        pixels = rgb_pixels(given.pixels)
        drawn = figures.drawn_chart(pixels, said, given.truth, given.annotations, width=_SEEN_WIDTH)
        if drawn is not None:
            with_answer = st.toggle("With its answer", value=True, key="seen-answer")
            if with_answer:
                show(drawn, "seen")
                words = figures.drawn_words(given.truth, given.annotations)
                st.caption(words if figures.in_place else f"{title}. {words}".strip())
                return
    show(picture_chart(given.pixels, title, width=_SEEN_WIDTH), "seen")


def show_what_it_says(opened: OpenedNetwork, given: ChosenPicture, said: Answer | None) -> None:
    """Draw the answer, or why there is none."""
    if said is None:
        of_classes = opened.task.answer_type is Classes
        needed = "one number for each class" if of_classes else "what its task needs"
        st.caption(f"This network does not end in {needed}.")
        return
    show_answer(said, given.annotations, "answer", truth=given.truth, loss_known=opened.loss_known)
