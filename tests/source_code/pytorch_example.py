"""What a test knows of one PyTorch source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """One source.

    Attributes:
        network: The part that defines the network; it is run as it is.
        make: An expression that gives the network.
        shape: (C, H, W) of the input that is expected.
        training: The part that trains it, which is only read.
        head: Lines before, which are only read.
        differs: What a note has to say where the network that is built is another one; empty where it is the same.
        settings: Those that are expected among the settings.
        trainable: The number of trainable parameters, where the example is known for it.
    """

    network: str
    make: str
    shape: tuple[int, int, int]
    training: str = ""
    head: str = ""
    differs: str = ""
    settings: tuple[tuple[str, object], ...] = ()
    trainable: int = 0

    @property
    def source(self) -> str:
        return self.head + self.network + self.training
