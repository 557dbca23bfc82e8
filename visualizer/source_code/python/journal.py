"""A journal of changes, so that an undecided branch can be followed both ways from the same state."""

from dataclasses import dataclass
from typing import Any

from visualizer.source_code.python.values import NOTHING

NO_MATTER, NAMES, NETWORK = range(3)
_WHOLE, _TAIL = object(), object()


@dataclass(slots=True)
class Place:
    """Something that can change: an entry of a dictionary, an attribute of an object, or what a list holds.

    Attributes:
        owner: The dictionary, object, list or set.
        key: The entry's key or the attribute's name.
        before: What was there; NOTHING for an entry that was not.
        after: What a branch put there.
        weight: What depends on it: NETWORK, NAMES, or NO_MATTER for what the library only counts.
    """

    owner: Any
    key: Any
    before: Any
    weight: int
    after: Any = NOTHING

    def read(self) -> Any:
        """What is there now, as a copy where it is a list or a set."""
        owner, key = self.owner, self.key
        if key is _WHOLE:
            return owner.copy()
        if key is _TAIL:
            return owner[self.before :] if isinstance(self.before, int) else []
        if isinstance(owner, dict):
            return owner.get(key, NOTHING)
        return getattr(owner, key[1])

    def undo(self) -> None:
        """Put back what was there before."""
        if self.key is _TAIL:
            del self.owner[self.before :]
        else:
            self._write(self.before)

    def redo(self) -> None:
        """Put there what the branch had put there."""
        if self.key is _TAIL:
            self.owner[self.before :] = self.after
        else:
            self._write(self.after)

    def _write(self, value: Any) -> None:
        owner, key = self.owner, self.key
        if key is _WHOLE:
            owner.clear()
            owner.extend(value) if isinstance(owner, list) else owner.update(value)
        elif isinstance(owner, dict):
            if value is NOTHING:
                owner.pop(key, None)
            else:
                owner[key] = value
        else:
            setattr(owner, key[1], value)

    @property
    def is_whole(self) -> bool:
        """Whether it is all that a list, a set or a dictionary holds."""
        return self.key is _WHOLE

    def put(self, value: Any) -> None:
        """Put a value there; one that differs between branches."""
        self._write(value)


@dataclass(slots=True)
class Changes:
    """The changes of a branch, and what came up in it: nobody outside knows that, so its changes do not count."""

    places: dict[tuple[int, Any], Place]
    fresh: dict[int, Any]


class Journal:
    """Remembers what was there before a change, as long as a branch is open. Nothing is remembered otherwise.

    Whoever changes something that names or the network depend on calls one of the `save_...` methods before.
    """

    def __init__(self) -> None:
        self._frames: list[Changes] = []

    def save_entry(self, owner: dict[Any, Any], key: Any, *, weight: int = NAMES) -> None:
        """An entry of a dictionary is about to change, to come or to go."""
        if self._frames:
            self._save(Place(owner, key, owner.get(key, NOTHING), weight))

    def save_attribute(self, owner: Any, name: str, *, weight: int = NAMES) -> None:
        """An attribute of an object is about to change."""
        if self._frames:
            self._save(Place(owner, ("attribute", name), getattr(owner, name), weight))

    def save_whole(self, owner: list[Any] | set[Any] | dict[Any, Any], *, weight: int = NAMES) -> None:
        """What a list, a set or a dictionary holds is about to change, or its order."""
        if self._frames and (id(owner), _WHOLE) not in self._frames[-1].places:
            self._save(Place(owner, _WHOLE, owner.copy(), weight))

    def save_end(self, owner: list[Any], *, weight: int = NAMES) -> None:
        """Something is about to be appended to a list."""
        if self._frames:
            self._save(Place(owner, _TAIL, len(owner), weight))

    def _save(self, place: Place) -> None:
        frame = self._frames[-1]
        if id(place.owner) not in frame.fresh:
            frame.places.setdefault((id(place.owner), place.key), place)

    def add_fresh(self, owner: Any) -> None:
        """Something was made of which nothing needs to be remembered while this branch is open."""
        if self._frames:
            self._frames[-1].fresh[id(owner)] = owner

    def open(self) -> None:
        """Begin a branch."""
        self._frames.append(Changes({}, {}))

    def close(self) -> Changes:
        """End a branch: all its changes are undone, and returned."""
        changes = self._frames.pop()
        for place in changes.places.values():
            place.after = place.read()
        for place in reversed(changes.places.values()):  # a list's end may have changed before it changed as a whole
            place.undo()
        return changes

    def apply(self, changes: Changes) -> None:
        """Make the changes of a branch again, for good."""
        if self._frames:
            self._frames[-1].fresh.update(changes.fresh)
        for place in changes.places.values():
            if self._frames:
                self._save(Place(place.owner, place.key, place.before, place.weight))
            place.redo()
