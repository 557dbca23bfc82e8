"""What Build alone keeps in a tab."""

from dataclasses import dataclass, field

from visualizer.architecture.editing import Draft
from visualizer.source_code.keras_reader import KerasReading


@dataclass
class BuildState:
    """What Build shows beside the network.

    Attributes:
        open_cards: The cards whose settings are shown, by their ids.
        keras_reading: The last Keras source that was read, or None.
        keras_draft: The draft that it produced, or None.
    """

    open_cards: set[int] = field(default_factory=set)
    keras_reading: KerasReading | None = None
    keras_draft: Draft | None = None

    def toggle_card(self, card: int) -> None:
        """Open a closed card, close an open one."""
        self.open_cards ^= {card}

    def forget_keras(self) -> None:
        """Stop showing the result of the pasted source."""
        self.keras_reading = None
