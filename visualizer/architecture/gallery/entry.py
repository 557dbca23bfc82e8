"""What the gallery says of a network."""

from collections.abc import Callable
from dataclasses import dataclass

from visualizer.architecture.architecture import Architecture


@dataclass(frozen=True)
class Published:
    """A count that somebody else states of the network.

    Attributes:
        count: How many.
        source: Who states it, as a sentence can name it.
        tolerance: How far the app's own count may be from it, as a share: published counts are rounded.
    """

    count: int
    source: str
    tolerance: float = 0.0


@dataclass(frozen=True)
class GalleryEntry:
    """A network of the gallery. Both architectures are made when asked for, since large ones have hundreds of layers.

    Attributes:
        name: As papers call it.
        year: When it was published first.
        paper: Authors and title.
        link: Where the paper is.
        idea: The one idea that was new, a sentence.
        differs: How this app's version differs from the paper's, in sentences; empty where it does not.
        make: The network as published, for its own pictures and classes.
        parameters: A published count of its parameters, or Keras's; those kept and not trained are included.
        multiply_adds: A published count for one picture; None where nobody states one.
        make_small: A network with the same idea for the data set `small_dataset`; `benchmarks.gallery` measures whether
            it learns that in two minutes.
        small_dataset: "digits" or "shapes".
    """

    name: str
    year: int
    paper: str
    link: str
    idea: str
    differs: str
    make: Callable[[], Architecture]
    parameters: Published
    multiply_adds: Published | None
    make_small: Callable[[], Architecture]
    small_dataset: str
