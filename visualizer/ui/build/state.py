"""What Build alone keeps in a tab."""

from collections.abc import Collection
from dataclasses import dataclass, field

from visualizer.architecture.editing import Draft
from visualizer.source_code.keras_reader import KerasReading

MOST_UNFOLDED = 30  # layers of a network whose blocks are shown open until somebody folds them


@dataclass
class BuildState:
    """What Build shows beside the network.

    Attributes:
        open_cards: The cards whose settings are shown, by their ids.
        folded_cards: Whether the block of a card is folded, by the card's id, where somebody has said so: blocks have
            no ids, and their cards keep theirs.
        question: What is asked on a row at the moment, one of `ui.build.question`, and the id of its first card.
        keras_reading: The last Keras source that was read, or None.
        keras_draft: The draft that it produced, or None.
    """

    open_cards: set[int] = field(default_factory=set)
    folded_cards: dict[int, bool] = field(default_factory=dict)
    question: tuple[str, int] | None = None
    keras_reading: KerasReading | None = None
    keras_draft: Draft | None = None

    def toggle_card(self, card: int) -> None:
        """Open a closed card, close an open one."""
        self.open_cards ^= {card}

    def folded(self, draft: Draft) -> set[int]:
        """The numbers of the blocks that are shown as one card."""
        by_default = len(draft.ids) > MOST_UNFOLDED
        folded = set()
        for number, block in enumerate(draft.architecture.blocks):
            cards = draft.ids[block.first : block.last + 1]
            said = [self.folded_cards[card] for card in cards if card in self.folded_cards]
            # Nobody loses the card that they work on when a network becomes longer than that.
            if said[0] if said else by_default and self.open_cards.isdisjoint(cards):
                folded.add(number)
        return folded

    def set_folded(self, cards: Collection[int], folded: bool) -> None:
        """Show the block of these cards as one card, or open."""
        self.folded_cards |= dict.fromkeys(cards, folded)

    def ask(self, question: str, card: int) -> None:
        """Ask something on a row, in place of what was asked before."""
        self.question = question, card

    def close_question(self) -> None:
        """Ask nothing any more."""
        self.question = None

    def forget_keras(self) -> None:
        """Stop showing the result of the pasted source."""
        self.keras_reading = None
