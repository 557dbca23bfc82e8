"""Why a network, or one of its layers, cannot be used as it is."""

from dataclasses import dataclass

from visualizer.architecture.layer import Fix


@dataclass(frozen=True)
class Problem:
    """Why something does not fit.

    Attributes:
        arrives: What there is, one sentence.
        needs: What is needed instead, or what to do, in whole sentences.
        fixes: Changes of the layer that would fix it, best first.
        batch_size: The largest batch size that would fix it, where a smaller batch does.
    """

    arrives: str
    needs: str
    fixes: tuple[Fix, ...] = ()
    batch_size: int | None = None

    def __str__(self) -> str:
        return f"{self.arrives} {self.needs}"
