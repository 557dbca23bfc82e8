"""Reshape: the same numbers as a vector or as maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.keras_form import KerasForm, Packed
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, register
from visualizer.architecture.settings import Choice, Integer, setting
from visualizer.architecture.shapes import Shape, describe_shape, is_maps, numbers_in
from visualizer.architecture.span import Span, whole_map
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm
from visualizer.words import counted


def _unpack(value: Any) -> Mapping[str, Any] | None:
    """The settings for Keras's target shape; how many channels there are follows from the rest."""
    sizes = list(value) if isinstance(value, tuple | list) else [value]
    if not all(isinstance(size, int) for size in sizes):
        return None
    if len(sizes) == 1:
        return {"to": "vector"}
    if len(sizes) == 3 and min(sizes[:2]) > 0:
        return {"to": "maps", "height": sizes[0], "width": sizes[1]}
    return None


def _pack(values: Mapping[str, Any]) -> tuple[int, ...]:
    return (-1,) if values["to"] == "vector" else (values["height"], values["width"], -1)


@register
@dataclass(frozen=True)
class Reshape(Layer):
    """The same numbers in another shape: a vector becomes maps of height × width, or maps become a vector.

    Pixel by pixel, all channels of a pixel in a row, as in Keras.
    """

    title: ClassVar[str] = "Reshape"
    group: ClassVar[str] = "Size and shape"
    icon: ClassVar[str] = ":material/dashboard_customize:"
    explanation: ClassVar[str] = (
        "Arranges the same numbers in another shape; none of them changes. A Dense layer and Reshape turn a vector "
        "into feature maps, which Conv2DTranspose or UpSampling2D can make larger: so a network draws. The numbers of "
        "a pixel's channels stay beside each other, as in Keras."
    )

    to: str = setting("maps", Choice("To", "What leaves.", (("maps", "feature maps"), ("vector", "a vector"))))
    height: int = setting(
        4, Integer("Height", "How many rows each map has; the channels follow.", 1, 1024), only_when=("to", "maps")
    )
    width: int = setting(
        4, Integer("Width", "How many columns each map has; the channels follow.", 1, 1024), only_when=("to", "maps")
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        target = Packed(_unpack, _pack)
        places = ("target_shape",)
        return (KerasForm(("Reshape",), places, required=places, packed={"target_shape": target}),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        size = {"height": REQUIRED, "width": REQUIRED}  # of the class that scripts of this app define
        unflatten = {"dim": REQUIRED, "unflattened_size": REQUIRED}
        return (
            TorchForm(("Unflatten",), unflatten, cls._of_torch, ("unflatten",), keeps_sign=True, is_view=True),
            TorchForm(("VectorToMaps",), size, lambda values, _: (cls("maps", values["height"], values["width"]),)),
            TorchForm(("MapsToVector",), {}, lambda values, _: (cls("vector"),)),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        sizes = values["unflattened_size"]
        sizes = list(sizes) if isinstance(sizes, tuple | list) else []
        if values["dim"] not in (1, -1) or len(sizes) != 3 or not all(isinstance(size, int) for size in sizes):
            raise NoCounterpart("Here a vector becomes maps of height × width.")
        layer = cls("maps", sizes[1], sizes[2])
        if sizes[0] == 1 or sizes[1:] == [1, 1]:
            return (layer,)
        raise NoCounterpart(
            "The numbers come pixel by pixel here, and map by map in PyTorch: what is before it learns that order.",
            layer,
        )

    def keras_remark(self, input_shape: Shape) -> str:
        if self.to == "maps":
            return "Right after Flatten, the numbers come in another order in Keras (pixel by pixel) than in the app."
        return ""

    def summary(self) -> str:
        return f"Reshape {self.height} × {self.width}" if self.to == "maps" else "Reshape to a vector"

    def output_shape(self, input_shape: Shape) -> Shape:
        numbers = numbers_in(input_shape)
        if self.to == "vector":
            return (numbers,)
        if is_maps(input_shape):
            raise LayerDoesNotFit(
                f"Feature maps of {describe_shape(input_shape)} arrive.",
                "Reshape makes maps of a vector.",
                (
                    Fix("Reshape to a vector before it", (self.with_settings(to="vector"), self._fitting(numbers))),
                    Fix(f"Remove this {self.title}", ()),
                ),
            )
        if numbers % (self.height * self.width):
            fitting = self._fitting(numbers)
            raise LayerDoesNotFit(
                f"A vector of {counted(numbers, 'number')} arrives.",
                f"It cannot be split evenly into maps of {self.height} × {self.width}.",
                (
                    Fix(f"Use {fitting.height} × {fitting.width}", (fitting,)),
                    Fix(f"Remove this {self.title}", ()),
                ),
            )
        return (numbers // (self.height * self.width), self.height, self.width)

    def _fitting(self, numbers: int) -> "Reshape":
        """With the largest square, no larger than asked, where its own maps cannot be made of so many numbers."""
        if numbers % (self.height * self.width) == 0:
            return self
        largest = max(self.height, self.width)
        side = max(side for side in range(1, largest + 1) if numbers % side**2 == 0)
        return Reshape(self.to, side, side)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        # The vector as a whole, as of Flatten.
        return whole_map(axis, input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        from visualizer.architecture.own_modules import MapsToVector, VectorToMaps

        if self.to == "maps":
            return [("reshape", VectorToMaps(self.height, self.width))]
        return [("reshape", MapsToVector() if is_maps(input_shape) else nn.Identity())]
