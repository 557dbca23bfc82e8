"""Zero padding around feature maps."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import register
from visualizer.architecture.sides import SIDES, FourSides


@register
@dataclass(frozen=True)
class ZeroPadding2D(FourSides):
    """Adds rows and columns of zeros: (C, H, W) in, (C, H + top + bottom, W + left + right) out."""

    title: ClassVar[str] = "ZeroPadding2D"
    group: ClassVar[str] = "Size and shape"
    icon: ClassVar[str] = ":material/crop_free:"
    explanation: ClassVar[str] = (
        "Adds zeros around every map, as many on each side as you like. A convolution after it reaches the edge as "
        "often as the middle, and the map shrinks less. “Padding: same” of a convolution does this by itself."
    )

    sign: ClassVar[Literal[1, -1]] = 1
    stage: ClassVar[str] = "zero_padding"

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("ZeroPadding2D",), ("padding", "data_format"), packed={"padding": SIDES}),)
