"""Build's box for Keras source, which turns pasted source into the network."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.source_code.files.network_file import read_pasted
from visualizer.source_code.keras_reader import KerasReading
from visualizer.source_code.notes import Note
from visualizer.tasks.classification import Classification
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.ui.build.state import BuildState
from visualizer.ui.kit.text import escaped
from visualizer.ui.state.session import Session
from visualizer.words import counted

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

EXAMPLE = """\
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense

model = Sequential()
model.add(Conv2D(32, (3, 3), activation='relu', input_shape=(64, 64, 3)))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Conv2D(64, (3, 3), activation='relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(128, activation='relu'))
model.add(Dense(10, activation='softmax'))

model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=10, batch_size=32)
"""
# Beyond this many, notes scroll, so that the drawing below stays in sight.
MOST_NOTES = 6
NOTES_HEIGHT = 216
_TEXT = "keras-source"
_BOX = "keras-code"


def paste_keras(owner: Session, classes: int) -> None:
    """Draw the box. `classes` is the size of the last layer where the source leaves it open."""

    state = owner.page_state(BuildState)

    def build() -> None:
        state.forget_keras()
        owner.attempt(partial(_build, owner, st.session_state[_TEXT], classes))
        # Close the box to show what was built; the text stays in it.
        st.session_state[_BOX] = state.keras_reading is None

    def fill_in() -> None:
        st.session_state[_TEXT] = EXAMPLE

    with st.expander("Paste Keras code", icon=":material/content_paste:", key=_BOX, on_change="rerun"):
        st.markdown(
            "Paste the Python source of a Keras model, or what `model.to_json()` prints. It is read and never run. "
            "The settings in `compile` and `fit` are entered on the Train page."
        )
        with st.form("keras-form", border=False):
            st.text_area("Keras source", key=_TEXT, placeholder=EXAMPLE, height=340, label_visibility="collapsed")
            with st.container(horizontal=True, gap="small"):
                st.form_submit_button(
                    "Build it", key="keras-build", type="primary", icon=":material/construction:", on_click=build
                )
                st.form_submit_button("Fill in an example", key="keras-example", type="tertiary", on_click=fill_in)
    # Say nothing about a source once it is undone.
    drafts = (*owner.history.past, owner.history.present)
    if state.keras_reading is not None and any(draft is state.keras_draft for draft in drafts):
        _result(state, state.keras_reading)


def _build(owner: Session, source: str, classes: int) -> None:
    """Put the network of Keras source into Build, undoably, and its training settings into Train."""
    show_reading(owner, read_pasted(source, classes))


def show_reading(owner: Session, reading: KerasReading) -> None:
    """Put a network from elsewhere into Build, undoably, and its training settings into Train; say what changed."""
    settings = replace(owner.settings, **reading.settings)
    if (reading.architecture, settings) != (owner.architecture, owner.settings):
        owner.open_with_settings(reading.architecture, settings)
    state = owner.page_state(BuildState)
    state.keras_reading, state.keras_draft = reading, owner.history.present


def _result(state: BuildState, reading: KerasReading) -> None:
    report = summarize(reading.architecture)
    kind = "trainable parameter" if report.kept else "parameter"
    other = [note for note in reading.notes if note.other_network]
    rest = [note for note in reading.notes if not note.other_network]
    with st.container(border=True, key="keras-result", gap="small"):
        with st.container(horizontal=True, gap="small", vertical_alignment="top", wrap=False):
            with st.container(gap="small"):
                if other:
                    # First, since this is not the pasted network.
                    warning = f"**This network differs from the one that you brought:**\n{_list(other)}"
                    _room_for(other).warning(warning, icon=":material/warning:")
                icon = "" if other else ":material/check_circle: "
                st.markdown(
                    f"{icon}**Built: {counted(len(report.layers), 'layer')} with {counted(report.parameters, kind)}.** "
                    f"{_training(reading)}"
                )
            st.button(
                "Close this summary",
                key="bare-keras-close",
                type="tertiary",
                icon=":material/close:",
                on_click=state.forget_keras,
            )
        if rest:
            st.markdown(f"**Left out or changed: {counted(len(rest), 'thing')}**")
            _room_for(rest).markdown(_list(rest))


def _room_for(notes: Sequence[Note]) -> "DeltaGenerator":
    return st.container(height=NOTES_HEIGHT if len(notes) > MOST_NOTES else "content", border=False)


def _list(notes: Sequence[Note]) -> str:
    return "\n".join(f"- {_sentence(note)}" for note in notes)


def _training(reading: KerasReading) -> str:
    """What Undo brings back, and which settings went to Train if the source has any."""
    settings = reading.settings
    parts = []
    if "optimizer" in settings:
        parts = [OPTIMIZERS[settings["optimizer"]].title, f"learning rate {settings['learning_rate']:g}"]
    if "loss" in settings:
        parts.append(Classification.losses[settings["loss"]].title)
    if "epochs" in settings:
        parts += [counted(settings["epochs"], "epoch"), f"batches of {settings['batch_size']}"]
    if not parts:
        return "Undo brings back the old network."
    return f"Undo brings back the old network and settings. Train is set to: {', '.join(parts)}."


def _sentence(note: Note) -> str:
    return f"**{note.where}**: {escaped(note.sentence)}" if note.where else escaped(note.sentence)
