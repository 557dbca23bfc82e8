"""Editing an architecture card by card, with undo and redo; plain values, nothing changes in place."""

from dataclasses import dataclass, replace

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layer import Layer

MAX_UNDO = 100


@dataclass(frozen=True)
class Draft:
    """An architecture whose layers have ids, so that a card keeps its identity when it moves.

    `ids[i]` belongs to `architecture.layers[i]`. Every method that changes something returns a new Draft and raises
    ArchitectureError where the result would have too many layers; an unknown id changes nothing.
    """

    architecture: Architecture
    ids: tuple[int, ...]
    next_id: int

    @classmethod
    def of(cls, architecture: Architecture, first_id: int = 0) -> "Draft":
        count = len(architecture.layers)
        return cls(architecture, tuple(range(first_id, first_id + count)), first_id + count)

    def _with(self, pairs: list[tuple[int, Layer]], next_id: int) -> "Draft":
        layers = tuple(layer for _, layer in pairs)
        return Draft(self.architecture.with_layers(layers), tuple(card for card, _ in pairs), next_id)

    def _pairs(self) -> list[tuple[int, Layer]]:
        return list(zip(self.ids, self.architecture.layers, strict=True))

    def layer(self, card: int) -> Layer | None:
        """The layer on that card."""
        return dict(self._pairs()).get(card)

    def insert(self, position: int, layer: Layer) -> "Draft":
        """Put a new layer before `position`; the end is `len(layers)`."""
        pairs = self._pairs()
        pairs.insert(position, (self.next_id, layer))
        return self._with(pairs, self.next_id + 1)

    def replace_layer(self, card: int, *layers: Layer) -> "Draft":
        """Replace the card's layer by `layers`: none deletes it; of several, the last one keeps its id."""
        pairs: list[tuple[int, Layer]] = []
        next_id = self.next_id
        for other, layer in self._pairs():
            if other != card:
                pairs.append((other, layer))
                continue
            for new in layers[:-1]:
                pairs.append((next_id, new))
                next_id += 1
            pairs.extend((card, new) for new in layers[-1:])
        return self._with(pairs, next_id)

    def duplicate(self, card: int) -> "Draft":
        """Put a copy below the card."""
        layer = self.layer(card)
        return self if layer is None else self.insert(self.ids.index(card) + 1, layer)

    def move(self, card: int, by: int) -> "Draft":
        """Move the card `by` places down (up where negative), as far as the ends."""
        if card not in self.ids:
            return self
        pairs = self._pairs()
        index = self.ids.index(card)
        target = min(max(index + by, 0), len(pairs) - 1)
        pairs.insert(target, pairs.pop(index))
        return self._with(pairs, self.next_id)

    def with_architecture(self, architecture: Architecture) -> "Draft":
        """Another architecture on fresh cards; the same cards where only its name or input differ."""
        if architecture.layers == self.architecture.layers:
            return replace(self, architecture=architecture)
        return Draft.of(architecture, self.next_id)


@dataclass(frozen=True)
class EditHistory:
    """A draft with the drafts before it and those that were undone."""

    present: Draft
    past: tuple[Draft, ...] = ()
    future: tuple[Draft, ...] = ()

    def change(self, draft: Draft) -> "EditHistory":
        """Make `draft` the present; the old one can be undone. The same architecture changes nothing."""
        if draft.architecture == self.present.architecture:
            return self
        return self.open(draft)

    def open(self, draft: Draft) -> "EditHistory":
        """Make `draft` the present, even with the same architecture; the old one can be undone."""
        return EditHistory(draft, (*self.past, self.present)[-MAX_UNDO:])

    def undo(self) -> "EditHistory":
        if not self.past:
            return self
        return EditHistory(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redo(self) -> "EditHistory":
        if not self.future:
            return self
        return EditHistory(self.future[0], (*self.past, self.present), self.future[1:])
