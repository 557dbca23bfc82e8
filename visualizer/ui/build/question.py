"""What a card asks before an edit that needs an answer: which layer, which name, how often."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from visualizer.architecture.architecture import MAX_LAYERS, MAX_NAME_LENGTH, Architecture, ArchitectureReport, one_line
from visualizer.architecture.editing import Draft
from visualizer.architecture.shapes import describe_shape
from visualizer.architecture.span import PICTURE
from visualizer.ui.build.rows import Kind, Row
from visualizer.ui.build.state import BuildState
from visualizer.ui.kit.grey import grey_where
from visualizer.ui.state.session import Session

BLOCK_NAMES = ("Residual block", "Inception block", "Dense block", "Inverted residual")
_WIDE, _NARROW = 300, 160  # pixels


def show_question(owner: Session, card: int, row: Row, report: ArchitectureReport) -> None:
    """Draw what is asked on the row whose first card is `card`, if anything is."""
    question, asked = owner.page_state(BuildState).question or ("", None)
    # The heading of an open block and its first layer have the same card.
    questions = _OF_LAYERS if row.kind is Kind.LAYER else _OF_BLOCKS
    if asked == card and question in questions:
        with st.container(gap="small", key=f"question-{card}"):
            questions[question](owner, card, row, report)


def source_names(architecture: Architecture, report: ArchitectureReport, ids: Sequence[int]) -> dict[int, str]:
    """What the cards of these ids, PICTURE for the input, are called where one is chosen, by id."""
    names = {PICTURE: f"Input → {describe_shape(architecture.input_shape)}"}
    for index, (card, row) in enumerate(zip(ids, report.layers, strict=False)):
        shape = "" if row.output_shape is None else f" → {describe_shape(row.output_shape)}"
        names[card] = f"{index + 1}  {row.layer.summary()}{shape}"
    return names


def _connect(owner: Session, card: int, row: Row, report: ArchitectureReport) -> None:
    draft, layer = owner.history.present, report.layers[row.first]
    merges = layer.layer.most_inputs > 1
    read = {PICTURE if source == PICTURE else draft.ids[source] for source in layer.sources if merges}
    what = (
        "The chosen output becomes one more input of this layer."
        if merges
        else "An Add below this layer will add the chosen output to the output of this layer."
    )
    _ask_source(owner, card, row, report, what, read, lambda draft, source: draft.connect(card, source))


def _skip(owner: Session, card: int, row: Row, report: ArchitectureReport) -> None:
    # Not one more input of a merge inside: what is folded stays as it is.
    last = owner.history.present.ids[row.last]
    what = "An Add below this block will add the chosen output to the output of this block."
    _ask_source(owner, card, row, report, what, set(), lambda draft, source: draft.add_below(last, source))


def _ask_source(
    owner: Session,
    card: int,
    row: Row,
    report: ArchitectureReport,
    what: str,
    read: Collection[int],
    change: Callable[[Draft, int], Draft],
) -> None:
    """Ask for one of the outputs above the row, without those of the cards `read`, and change the draft with it."""
    draft = owner.history.present
    ids, architecture = draft.ids, draft.architecture
    names = source_names(architecture, report, ids[: row.first])
    options = [source for source in (*reversed(ids[: row.first]), PICTURE) if source not in read]
    shapes = {card: other.output_shape for card, other in zip(ids, report.layers, strict=True)}
    shapes[PICTURE] = architecture.input_shape
    # The nearest that can be added as it is.
    wanted = report.layers[row.last].output_shape
    start = next((place for place, source in enumerate(options) if shapes[source] == wanted), 0)
    key = f"source-{card}"

    def connect() -> None:
        source = st.session_state[key]
        if source is not None:
            owner.edit(lambda draft: change(draft, source))

    why_not = "" if options else "This layer reads all that is above it."
    with _answers(owner, what):
        st.selectbox(
            "Skip connection from", options, start if options else None, names.__getitem__, key=key, width=_WIDE
        )
        _buttons(owner, "Connect", connect, card, why_not)


def _fold(owner: Session, card: int, row: Row, report: ArchitectureReport) -> None:
    draft, state = owner.history.present, owner.page_state(BuildState)
    below = draft.ids[row.first :]
    names = source_names(draft.architecture, report, draft.ids)
    # A block usually ends where its paths meet.
    ends = (at for at, layer in enumerate(report.layers[row.first :]) if layer.layer.most_inputs > 1)
    start = next(ends, min(1, len(below) - 1))
    last_key, name_key = f"fold-end-{card}", f"fold-name-{card}"

    def fold() -> None:
        last, title = st.session_state[last_key], one_line(st.session_state[name_key] or "") or BLOCK_NAMES[0]
        owner.edit(lambda draft: draft.fold(card, last, title))
        ids = owner.history.present.ids
        if card in ids and last in ids:
            state.set_folded(ids[ids.index(card) : ids.index(last) + 1], True)

    with _answers(owner, "The layers from this one to the last one become one card, which can be opened again."):
        st.selectbox("Last layer of the block", below, start, names.__getitem__, key=last_key, width=_WIDE)
        st.selectbox(
            "Name",
            BLOCK_NAMES,
            key=name_key,
            accept_new_options=True,
            width=_WIDE,
            help="Choose one of these names, or write another.",
        )
        _buttons(owner, "Fold", fold, card)


def _repeat(owner: Session, card: int, row: Row, report: ArchitectureReport) -> None:
    key = f"copies-{card}"
    most = (MAX_LAYERS - len(report.layers)) // (row.last - row.first + 1)

    def repeat() -> None:
        repeat_block(owner, card, st.session_state[key] or 1)

    with _answers(owner, "So many copies come below this block, one after the other; each reads the one above it."):
        st.number_input("Copies", 1, max(most, 1), 1, key=key, width=_NARROW)
        _buttons(owner, "Repeat", repeat, card, "" if most else f"A network has at most {MAX_LAYERS:,} layers.")


def repeat_block(owner: Session, card: int, times: int) -> None:
    """Put copies of the block that begins with `card` below it, folded or open as it is."""
    state, before = owner.page_state(BuildState), owner.history.present
    number = block_at(before, card)
    if number is None:
        return
    folded = number in state.folded(before)
    owner.edit(lambda draft: draft.repeat_block(number, times))
    block = before.architecture.blocks[number]
    count = (times + 1) * (block.last - block.first + 1)
    state.set_folded(owner.history.present.ids[block.first : block.first + count], folded)


def _rename(owner: Session, card: int, row: Row, report: ArchitectureReport) -> None:
    key = f"title-{card}"

    def rename() -> None:
        title = one_line(st.session_state[key])
        number = block_at(owner.history.present, card)
        if title and number is not None:
            owner.edit(lambda draft: draft.rename_block(number, title))

    with _answers(owner, ""):
        st.text_input("Name of the block", row.title, MAX_NAME_LENGTH, key=key, width=_WIDE)
        _buttons(owner, "Rename", rename, card)


def block_at(draft: Draft, card: int) -> int | None:
    """The number of the block that begins with that card."""
    first = {draft.ids[block.first]: number for number, block in enumerate(draft.architecture.blocks)}
    return first.get(card)


def _answers(owner: Session, what: str) -> Any:
    if what:
        st.caption(what)
    return st.container(horizontal=True, gap="small", vertical_alignment="bottom")


def _buttons(owner: Session, label: str, do: Callable[[], None], card: int, why_not: str = "") -> None:
    state = owner.page_state(BuildState)

    def answer() -> None:
        do()
        state.close_question()

    with grey_where(why_not) as grey:
        st.button(label, key=f"answer-{card}", type="primary", on_click=answer, **grey)
    st.button("Cancel", key=f"cancel-{card}", type="tertiary", on_click=state.close_question)


_Ask = Callable[[Session, int, Row, ArchitectureReport], None]
_OF_LAYERS: dict[str, _Ask] = {"connect": _connect, "fold": _fold}
_OF_BLOCKS: dict[str, _Ask] = {"skip": _skip, "repeat": _repeat, "rename": _rename}
