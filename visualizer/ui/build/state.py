"""What Build alone keeps in a tab."""

from collections.abc import Collection, Set
from dataclasses import dataclass, field

from visualizer.architecture.editing import Draft
from visualizer.source_code.reading import SourceReading
from visualizer.ui.build.add_layer import NewPlace
from visualizer.ui.build.groups import MOST_UNFOLDED, Group, groups_of


@dataclass
class BuildState:
    """What Build shows beside the network.

    Attributes:
        open_cards: The cards whose settings are shown, by their ids.
        folded_cards: Whether the block of a card is folded, by the card's id, where somebody has said so: blocks have
            no ids, and their cards keep theirs.
        shown_cards: The cards outside of blocks that a long network's list shows one by one, not in closed groups.
        cards_before, problems_before: The ids of all cards, and of those that did not fit, at the last drawing.
        adding: Where a menu was asked to add a layer, until the list of their types is open.
        question: What is asked on a row at the moment, one of `ui.build.question`, and the id of its first card.
        keras_reading: The last source that was read, or None.
        keras_draft: The draft that it produced, or None.
    """

    open_cards: set[int] = field(default_factory=set)
    folded_cards: dict[int, bool] = field(default_factory=dict)
    shown_cards: set[int] = field(default_factory=set)
    cards_before: frozenset[int] = frozenset()
    problems_before: frozenset[int] = frozenset()
    adding: NewPlace | None = None
    question: tuple[str, int] | None = None
    keras_reading: SourceReading | None = None
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

    def groups(self, draft: Draft, problems: Set[int]) -> list[Group]:
        """The groups of layers outside of blocks; those with a card that needs to be seen are open from now on.

        Such a card is new, or its settings are open, or it fitted before and does not now; where the whole network is
        another one, only the last two count.

        Args:
            draft: The network in Build.
            problems: The ids of the cards that do not fit.
        """
        cards = frozenset(draft.ids)
        added = cards - self.cards_before
        wanted = self.open_cards | (problems - self.problems_before) | (added if added != cards else frozenset())
        self.cards_before, self.problems_before = cards, frozenset(problems)
        for group in self._groups(draft):
            inside = draft.ids[group.first : group.last + 1]
            if not group.is_open and not wanted.isdisjoint(inside):
                self.shown_cards.update(inside)
        return self._groups(draft)

    def _groups(self, draft: Draft) -> list[Group]:
        shown = {index for index, card in enumerate(draft.ids) if card in self.shown_cards}
        return groups_of(draft.architecture, shown)

    def show_group(self, cards: Collection[int], shown: bool) -> None:
        """Show a group's cards one by one, or as one row, in which no card is open."""
        if shown:
            self.shown_cards.update(cards)
            return
        self.shown_cards.difference_update(cards)
        self.open_cards.difference_update(cards)
        if self.question and self.question[1] in cards:
            self.close_question()

    def show_card(self, draft: Draft, card: int) -> None:
        """Open the block or the group that hides a card."""
        if card not in draft.ids:
            return
        index = draft.ids.index(card)
        for block in draft.architecture.blocks:
            if block.first <= index <= block.last:
                self.set_folded(draft.ids[block.first : block.last + 1], False)
        for group in self._groups(draft):
            if group.first <= index <= group.last:
                self.shown_cards.update(draft.ids[group.first : group.last + 1])

    def take_place(self) -> NewPlace | None:
        """Where a layer is to be added now."""
        place, self.adding = self.adding, None
        return place

    def ask(self, question: str, card: int) -> None:
        """Ask something on a row, in place of what was asked before."""
        self.question = question, card

    def close_question(self) -> None:
        """Ask nothing any more."""
        self.question = None

    def forget_keras(self) -> None:
        """Stop showing the result of the pasted source."""
        self.keras_reading = None
