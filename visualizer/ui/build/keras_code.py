"""Build's box for Keras and PyTorch source, which turns pasted source into the network."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.source_code.files.network_file import read_pasted
from visualizer.source_code.notes import Note
from visualizer.source_code.reading import SourceReading
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
PYTORCH_EXAMPLE = """\
import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(64 * 16 * 16, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
loader = torch.utils.data.DataLoader(pictures, batch_size=32, shuffle=True)

for epoch in range(10):
    for images, labels in loader:
        optimizer.zero_grad()
        loss = criterion(net(images), labels)
        loss.backward()
        optimizer.step()
"""
EXAMPLES = {"Keras": EXAMPLE, "PyTorch": PYTORCH_EXAMPLE}
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

    def fill_in(example: str) -> None:
        st.session_state[_TEXT] = example

    with st.expander("Paste code", icon=":material/content_paste:", key=_BOX, on_change="rerun"):
        st.markdown(
            "Paste the Python source of a network in Keras or PyTorch, or what Keras’s `model.to_json()` prints. It is "
            "read and never run. How the source trains it is entered on the Train page."
        )
        with st.form("keras-form", border=False):
            st.text_area("Source code", key=_TEXT, placeholder=EXAMPLE, height=340, label_visibility="collapsed")
            with st.container(horizontal=True, gap="small"):
                st.form_submit_button(
                    "Build it", key="keras-build", type="primary", icon=":material/construction:", on_click=build
                )
                for language, example in EXAMPLES.items():
                    st.form_submit_button(
                        f"{language} example",
                        key=f"{language.lower()}-example",
                        type="tertiary",
                        on_click=fill_in,
                        args=(example,),
                    )
    # Say nothing about a source once it is undone.
    drafts = (*owner.history.past, owner.history.present)
    if state.keras_reading is not None and any(draft is state.keras_draft for draft in drafts):
        _result(state, state.keras_reading)


def _build(owner: Session, source: str, classes: int) -> None:
    """Put the network of pasted text into Build, undoably, and its training settings into Train."""
    show_reading(owner, read_pasted(source, classes))


def show_reading(owner: Session, reading: SourceReading) -> None:
    """Put a network from elsewhere into Build, undoably, and its training settings into Train; say what changed."""
    settings = replace(owner.settings, **reading.settings)
    if (reading.architecture, settings) != (owner.architecture, owner.settings):
        owner.open_with_settings(reading.architecture, settings)
    state = owner.page_state(BuildState)
    state.keras_reading, state.keras_draft = reading, owner.history.present


def _result(state: BuildState, reading: SourceReading) -> None:
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
                language = f"The code was read as {reading.language}. " if reading.language else ""
                st.markdown(
                    f"{icon}**Built: {counted(len(report.layers), 'layer')} with {counted(report.parameters, kind)}.** "
                    f"{language}{_training(reading)}"
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


def _training(reading: SourceReading) -> str:
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
