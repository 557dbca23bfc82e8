"""Editing an architecture card by card, with undo and redo; plain values, nothing changes in place.

Whatever is done, each card reads cards above it. A new card comes between the card above and all that read that one;
where a card goes, those that read it read what it read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from visualizer.architecture.architecture import Architecture, Block
from visualizer.architecture.layer import Fix, Layer
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.span import PICTURE

MAX_UNDO = 100

_BlockKey = tuple[int, str]  # a number of its own, and the title


@dataclass(frozen=True)
class _Card:
    """A layer with the ids of the cards that it reads, PICTURE for the input, and the block that it is in."""

    id: int
    layer: Layer
    reads: tuple[int, ...]
    block: _BlockKey | None = None


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

    def layer(self, card: int) -> Layer | None:
        """The layer on that card."""
        return dict(zip(self.ids, self.architecture.layers, strict=True)).get(card)

    def reads(self, card: int) -> tuple[int, ...]:
        """The ids of the cards that it reads, PICTURE for the input."""
        return self._cards()[self.ids.index(card)].reads

    def insert(self, position: int, layer: Layer, block: int | None = None) -> "Draft":
        """Put a new layer before `position`; the end is `len(layers)`. At the edge of that block, it goes into it."""
        cards = self._cards()
        above = self.ids[position - 1] if position else PICTURE
        new = _Card(self.next_id, layer, (above,), _block_at(cards, position, self._block_key(block)))
        return self._with(_put(cards, position, [new]))

    def replace_layer(self, card: int, *layers: Layer) -> "Draft":
        """Replace the card's layer by `layers`: none deletes it; of several, the last one keeps its id."""
        if card not in self.ids:
            return self
        index = self.ids.index(card)
        if not layers:
            return self._with(_taken(self._cards(), index, index)[0])
        cards = self._cards()
        old = cards[index]
        new: list[_Card] = []
        for number, layer in enumerate(layers):
            last = number == len(layers) - 1
            reads = (new[-1].id,) if new else old.reads[: layer.most_inputs]
            new.append(_Card(card if last else self.next_id + number, layer, reads, old.block))
        return self._with([*cards[:index], *new, *cards[index + 1 :]])

    def apply(self, card: int, fix: Fix) -> "Draft":
        """Do what a fix of the card's problem says."""
        if card not in self.ids:
            return self
        if isinstance(fix.network, Architecture):
            return self.with_architecture(fix.network)
        if fix.to_the_end:
            last = self.ids[-1]
            kept = self if last == card else self._with(self._cards()[: self.ids.index(card) + 1])
            return kept.replace_layer(card, *fix.replacement)
        if fix.connect is not None:
            return self.connect(card, PICTURE if fix.connect == PICTURE else self.ids[fix.connect])
        if fix.on_input is None:
            return self.replace_layer(card, *fix.replacement)
        cards = self._cards()
        index = self.ids.index(card)
        reads = list(cards[index].reads)
        new: list[_Card] = []
        for number, layer in enumerate(fix.replacement):
            new.append(_Card(self.next_id + number, layer, (reads[fix.on_input],), cards[index].block))
            reads[fix.on_input] = new[-1].id
        return self._with([*cards[:index], *new, replace(cards[index], reads=tuple(reads)), *cards[index + 1 :]])

    def duplicate(self, card: int) -> "Draft":
        """Put a copy below the card."""
        if card not in self.ids:
            return self
        index = self.ids.index(card)
        cards = self._cards()
        copy = replace(cards[index], id=self.next_id, block=_block_at(cards, index + 1, cards[index].block))
        return self._with(_put(cards, index + 1, [copy]))

    def move(self, card: int, by: int, block: int | None = None) -> "Draft":
        """Move the card `by` places down (up where negative), as far as the ends.

        Between two layers of a block, it is in that block afterwards; at the edge of block number `block`, in that one.
        So it enters and leaves a block by no place. The only layer of a block takes the block along.
        """
        if card not in self.ids:
            return self
        start = self.ids.index(card)
        cards = self._cards()
        own = cards[start].block
        if own is not None and sum(other.block == own for other in cards) == 1:
            return self.move_cards(card, card, by)
        rest, (moved,) = _taken(cards, start, start)
        target = min(max(start + by, 0), len(rest))
        moved = replace(moved, block=_block_at(rest, target, self._block_key(block)))
        if target == start:
            return self._with([*cards[:start], replace(cards[start], block=moved.block), *cards[start + 1 :]])
        return self._with(_put(rest, target, [moved]))

    def move_cards(self, first: int, last: int, by: int) -> "Draft":
        """Move the cards from `first` to `last` together, with their blocks, `by` places down (up where negative)."""
        if first not in self.ids or last not in self.ids:
            return self
        start, stop = self.ids.index(first), self.ids.index(last)
        rest, unit = _taken(self._cards(), start, stop)
        target = min(max(start + by, 0), len(rest))
        return self if target == start else self._with(_put(rest, target, unit))

    def set_inputs(self, card: int, cards: Sequence[int]) -> "Draft":
        """Let the card read these cards above it, PICTURE for the input; anything else among them is left out."""
        if card not in self.ids:
            return self
        index = self.ids.index(card)
        allowed = (PICTURE, *self.ids[:index])
        reads = tuple(other for other in cards if other in allowed)[: self.architecture.layers[index].most_inputs]
        changed = self._cards()
        changed[index] = replace(changed[index], reads=reads or changed[index].reads)
        return self._with(changed)

    def connect(self, card: int, source: int) -> "Draft":
        """Let the card read `source` too, a card above it or PICTURE; below a card that reads only one, an Add does."""
        layer = self.layer(card)
        if layer is None:
            return self
        reads = self.reads(card)
        if len(reads) < layer.most_inputs:
            return self.set_inputs(card, (*reads, source))
        return self.add_below(card, source)

    def add_below(self, card: int, source: int) -> "Draft":
        """Put an Add below the card, which adds the output of `source`, a card above it or PICTURE."""
        if card not in self.ids:
            return self
        return self.insert(self.ids.index(card) + 1, Add()).set_inputs(self.next_id, (card, source))

    def follower(self, card: int) -> int | None:
        """The card that a branch from this one or PICTURE would run beside: the first that reads it alone, or None."""
        if card != PICTURE and card not in self.ids:
            return None
        source = (PICTURE if card == PICTURE else self.ids.index(card),)
        rows = zip(self.ids, self.architecture.layers, self.architecture.sources, strict=True)
        return next((other for other, layer, reads in rows if reads == source and layer.most_inputs == 1), None)

    def branch(self, card: int) -> "Draft":
        """Let a copy of the follower of a card or PICTURE read that too; a Concatenate puts both outputs together."""
        beside = self.follower(card)
        if beside is None:
            return self
        position = self.ids.index(beside) + 1
        joined = self.insert(position, Concatenate())
        cards = joined._cards()
        copy = replace(cards[position - 1], id=joined.next_id)
        cards[position] = replace(cards[position], reads=(beside, copy.id), block=copy.block)
        return joined._with([*cards[:position], copy, *cards[position:]])

    def fold(self, first: int, last: int, title: str) -> "Draft":
        """Make the cards from `first` to `last` a block; blocks that it touches go."""
        if first not in self.ids or last not in self.ids:
            return self
        start, stop = sorted((self.ids.index(first), self.ids.index(last)))
        cards = self._cards()
        touched = {card.block for card in cards[start : stop + 1]}
        key = (len(self.architecture.blocks), title)
        cards = [replace(card, block=None) if card.block in touched else card for card in cards]
        cards[start : stop + 1] = [replace(card, block=key) for card in cards[start : stop + 1]]
        return self._with(cards)

    def unfold(self, number: int) -> "Draft":
        """Make the layers of a block single cards again; `number` is its place among the blocks."""
        blocks = self.architecture.blocks
        return replace(self, architecture=replace(self.architecture, blocks=blocks[:number] + blocks[number + 1 :]))

    def rename_block(self, number: int, title: str) -> "Draft":
        """Give a block another title."""
        blocks = list(self.architecture.blocks)
        blocks[number] = replace(blocks[number], title=title)
        return replace(self, architecture=replace(self.architecture, blocks=tuple(blocks)))

    def repeat_block(self, number: int, times: int) -> "Draft":
        """Put `times` copies of a block below it, one after the other."""
        block = self.architecture.blocks[number]
        draft = self
        for copied in range(times):
            cards = draft._cards()
            unit = cards[block.first : block.last + 1]
            ids = {card.id: draft.next_id + offset for offset, card in enumerate(unit)}
            key = (len(self.architecture.blocks) + copied, block.title)
            copies = [
                replace(card, id=ids[card.id], reads=tuple(ids.get(read, read) for read in card.reads), block=key)
                for card in unit
            ]
            draft = draft._with(_put(cards, block.last + 1 + copied * len(unit), copies))
        return draft

    def remove_block(self, number: int) -> "Draft":
        """Delete the layers of a block."""
        block = self.architecture.blocks[number]
        return self._with(_taken(self._cards(), block.first, block.last)[0])

    def with_architecture(self, architecture: Architecture) -> "Draft":
        """Another architecture on fresh cards; the same cards where only its name, input or blocks differ."""
        if (architecture.layers, architecture.wires) == (self.architecture.layers, self.architecture.wires):
            return replace(self, architecture=architecture)
        return Draft.of(architecture, self.next_id)

    def _block_key(self, number: int | None) -> _BlockKey | None:
        return None if number is None else (number, self.architecture.blocks[number].title)

    def _cards(self) -> list[_Card]:
        names = {PICTURE: PICTURE} | dict(enumerate(self.ids))
        blocks: dict[int, _BlockKey] = {
            index: (number, block.title)
            for number, block in enumerate(self.architecture.blocks)
            for index in range(block.first, block.last + 1)
        }
        rows = zip(self.ids, self.architecture.layers, self.architecture.sources, strict=True)
        return [
            _Card(card, layer, tuple(names[source] for source in sources), blocks.get(index))
            for index, (card, layer, sources) in enumerate(rows)
        ]

    def _with(self, cards: Sequence[_Card]) -> "Draft":
        ids = tuple(card.id for card in cards)
        places = {PICTURE: PICTURE} | {card: index for index, card in enumerate(ids)}
        blocks: list[Block] = []
        for key, run in groupby(enumerate(cards), key=lambda item: item[1].block):
            if key is not None:
                indices = [index for index, _ in run]
                blocks.append(Block(key[1], indices[0], indices[-1]))
        changed = replace(
            self.architecture,
            layers=tuple(card.layer for card in cards),
            wires=tuple(tuple(places[read] for read in card.reads) for card in cards),
            blocks=tuple(blocks),
        )
        return Draft(changed, ids, max((self.next_id, *(card + 1 for card in ids))))


def _taken(cards: list[_Card], first: int, last: int) -> tuple[list[_Card], list[_Card]]:
    """The cards without those from `first` to `last`, and these. What read them reads what the first of them read."""
    unit = cards[first : last + 1]
    gone = {card.id for card in unit}
    bridge = unit[0].reads[: None if len(unit) == 1 else 1]
    rest = []
    for card in cards[:first] + cards[last + 1 :]:
        reads = card.reads
        if gone.intersection(reads):
            changes = [(read, now) for read in reads for now in (bridge if read in gone else (read,))]
            reads = _read_after(changes)[: card.layer.most_inputs]
        rest.append(replace(card, reads=reads))
    return rest, unit


def _put(cards: list[_Card], position: int, unit: list[_Card]) -> list[_Card]:
    """Cards with a unit before `position`: it reads the card above, and what read that one reads the unit's last card.

    What the unit reads besides, it keeps reading as long as that is above.
    """
    before, after = cards[:position], cards[position:]
    above = before[-1].id if before else PICTURE
    (entry, *_), own = unit[0].reads, {card.id for card in unit}
    available = {PICTURE, *(card.id for card in before), *own}
    placed = []
    for card in unit:
        changes = [(read, above if read == entry else read) for read in card.reads]
        kept = [(read, now) for read, now in changes if now in available]
        reads = _read_after(kept or [(read, above) for read in card.reads])
        placed.append(replace(card, reads=reads))
    last = unit[-1].id
    moved = [replace(card, reads=tuple(last if read == above else read for read in card.reads)) for card in after]
    return [*before, *placed, *moved]


def _read_after(changes: list[tuple[int, int]]) -> tuple[int, ...]:
    """What a card reads after an edit, of pairs of what it read and what it would read instead.

    Where two become one, it reads that once; what it read twice before, such as x of x + x, it reads twice.
    """
    kept: dict[int, int] = {}  # what of before makes it read this now: the one that it read most often
    for before, now in changes:
        kept[now] = max(kept.get(now, before), before, key=lambda read: changes.count((read, now)))
    return tuple(now for before, now in changes if kept[now] == before)


def _block_at(cards: list[_Card], position: int, wanted: _BlockKey | None) -> _BlockKey | None:
    """The block of a card that is put before `position`: that of both its neighbours, or the wanted one beside it."""
    above, below = (cards[at].block if 0 <= at < len(cards) else None for at in (position - 1, position))
    if above == below:
        return above
    return wanted if wanted in (above, below) else None


@dataclass(frozen=True)
class EditHistory:
    """A draft with the drafts before it and those that were undone."""

    present: Draft
    past: tuple[Draft, ...] = ()
    future: tuple[Draft, ...] = ()

    def change(self, draft: Draft) -> "EditHistory":
        """Make `draft` the present; the old one can be undone. The same architecture on the same cards is no change."""
        # A card that moves past an equal one is on its way to another place.
        if (draft.architecture, draft.ids) == (self.present.architecture, self.present.ids):
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
