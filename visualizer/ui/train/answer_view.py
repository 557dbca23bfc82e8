"""How answers are looked at on Train: a slider or a switch for each setting that their kind has."""

import json
from dataclasses import replace
from typing import Any

import streamlit as st

from visualizer.architecture.answer import Answer
from visualizer.architecture.settings import Real, Toggle
from visualizer.figures.answers.figures import AnswerView, figures_of
from visualizer.ui.kit import bound
from visualizer.ui.state.session import Session
from visualizer.ui.train.state import TrainState

_WIDTH = 170  # pixels
_LONGEST = 500  # characters of a view as text


def answer_view(owner: Session, kind: type[Answer]) -> AnswerView:
    """How this tab looks at answers of that kind."""
    view, wanted = owner.page_state(TrainState).answer_view, figures_of(kind).view_type
    return view if type(view) is wanted else wanted()


def view_controls(owner: Session, kind: type[Answer], key: str) -> None:
    """Draw a widget for each setting; nothing where there are none. Their keys begin with `key`."""
    view = answer_view(owner, kind)
    if not view.settings():
        return

    def put(name: str, value: Any) -> None:
        owner.page_state(TrainState).answer_view = replace(answer_view(owner, kind), **{name: value})

    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        for item in view.settings():
            if not item.counts_in(view):
                continue
            spec, value, of_item = item.spec, getattr(view, item.name), f"{key}-{item.name}"

            def changed(new: Any, name: str = item.name) -> None:
                put(name, new)

            if isinstance(spec, Toggle):
                bound.toggle(spec.label, value, changed, of_item, help=spec.help)
            elif isinstance(spec, Real):
                bound.slider(
                    spec.label,
                    value,
                    changed,
                    of_item,
                    spec.minimum,
                    spec.maximum,
                    spec.step,
                    help=spec.help,
                    width=_WIDTH,
                )


def view_to_text(view: AnswerView) -> str:
    """The view as a JSON text."""
    return json.dumps({item.name: getattr(view, item.name) for item in view.settings()})


def view_from_text(kind: type[Answer], text: str) -> AnswerView:
    """The view that `view_to_text` wrote for that kind of answer.

    Raises:
        ValueError, TypeError: It is anything else.
        SettingError: A value is out of its range.
    """
    if len(text) > _LONGEST:
        raise ValueError("It is too long.")
    return figures_of(kind).view_type(**json.loads(text))
