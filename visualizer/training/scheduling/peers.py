"""The other servers on the same folder, as the pool sees them; `remote.servers` has what is behind it."""

from typing import Protocol

from visualizer.training.scheduling.commands import Command


class Peers(Protocol):
    """Servers that work on one folder, each on runs of its own.

    Attributes:
        own: The id of this one.
    """

    own: str

    def living(self) -> set[str]:
        """The ids of all that are alive, this one's among them."""

    def send(self, server: str, run_id: str, command: Command) -> None:
        """Leave a command for a run of another server."""

    def received(self) -> list[tuple[str, Command]]:
        """What others left for runs of this one, as run and command, the oldest first; each is returned once."""

    def watch(self, owner: str) -> None:
        """Note that somebody has an owner's runs open here now."""

    def is_watched_elsewhere(self, owner: str, within: float) -> bool:
        """Whether another server noted that in the last `within` seconds."""

    def close(self) -> None:
        """Leave the others."""
