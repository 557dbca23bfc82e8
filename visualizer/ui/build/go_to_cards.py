"""The ways to a card of Build: from its volume in the drawing to scale, and from a link in a problem."""

from visualizer.ui.build.state import BuildState
from visualizer.ui.kit.component import sent_by, unseen
from visualizer.ui.state.session import Session

_KEY = "go-to-cards"


def address_of(card: int) -> str:
    """The address of a link to the card of that id."""
    return f"#card-{card}"


def go_to_cards(owner: Session, chart: str) -> None:
    """Let the links, and clicks in the drawing of that key, lead to cards; call it after the list.

    A card that is hidden in a block or a group is opened first.
    """
    state = owner.page_state(BuildState)

    def hidden() -> None:
        card = sent_by(_KEY, "hidden")
        if isinstance(card, int):
            state.show_card(owner.history.present, card)

    unseen("go_to_cards", key=_KEY, data={"chart": chart, "ids": owner.history.present.ids}, on_hidden_change=hidden)
