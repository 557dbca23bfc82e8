"""Zero padding around feature maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer, register
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.sides import SIDES, FourSides
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm


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

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        constant = {"padding": REQUIRED, "value": REQUIRED}
        function = {"pad": REQUIRED, "mode": "constant", "value": None}
        return (
            TorchForm(("ZeroPad2d",), {"padding": REQUIRED}, cls._of_torch, keeps_sign=True),
            TorchForm(("ConstantPad2d",), constant, cls._of_torch, keeps_sign=True),
            TorchForm((), function, cls._of_torch, ("pad",), keeps_sign=True),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        """torch names the sides left, right, top, bottom; a negative number crops."""
        padding = values["padding"] if "padding" in values else values["pad"]
        sides = list(padding) if isinstance(padding, tuple | list) else [padding] * 4
        sides += [0] * (4 - len(sides))
        if len(sides) != 4 or not all(isinstance(side, int) for side in sides):
            raise NoCounterpart("Only height and width can be padded here.")
        left, right, top, bottom = (max(side, 0) for side in sides)
        layers: list[Layer] = [cls(top, bottom, left, right)] if max(sides) > 0 else []
        if min(sides) < 0:
            left, right, top, bottom = (max(-side, 0) for side in sides)
            layers.append(Cropping2D(top, bottom, left, right))
        if values.get("value") or values.get("mode", "constant") != "constant":
            raise NoCounterpart("Maps are padded with zeros here.", *layers)
        return layers
