"""Upsampling: larger maps without anything to learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register, require_maps
from visualizer.architecture.settings import Choice, IntegerPair, setting
from visualizer.architecture.shapes import Shape, numbers_in
from visualizer.architecture.span import Span
from visualizer.architecture.torch_form import Arriving, NoCounterpart, TorchForm, pair, whole


@register
@dataclass(frozen=True)
class UpSampling2D(Layer):
    """Enlarges every map by whole factors: (C, H, W) in, (C, H · size[0], W · size[1]) out."""

    title: ClassVar[str] = "UpSampling2D"
    group: ClassVar[str] = "Size and shape"
    icon: ClassVar[str] = ":material/zoom_in:"
    explanation: ClassVar[str] = (
        "Makes every map larger. “nearest” repeats each number; “bilinear” takes a mean of the nearest four, the "
        "closest one counting most, so that the map stays smooth. It has nothing to learn; networks that draw pictures "
        "or mark their pixels use it to undo pooling."
    )

    size: tuple[int, int] = setting(
        (2, 2), IntegerPair("Factor", "How many times higher and wider the map becomes.", 1, 16)
    )
    interpolation: str = setting(
        "nearest",
        Choice(
            "Interpolation",
            "How numbers between those of the map are found.",
            (("nearest", "nearest (repeat)"), ("bilinear", "bilinear (smooth)")),
        ),
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("UpSampling2D",), ("size", "data_format", "interpolation")),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        arguments = {"size": None, "scale_factor": None, "mode": "nearest", "align_corners": None}
        fixed = {"size": None, "scale_factor": None}
        more = {"recompute_scale_factor": None, "antialias": False}
        bilinear = {"mode": "bilinear", "align_corners": True}
        functions = ("interpolate", "upsample")
        return (
            TorchForm(("Upsample",), arguments, cls._of_torch, keeps_sign=True),
            TorchForm((), arguments | more, cls._of_torch, functions, keeps_sign=True),
            TorchForm(("UpsamplingNearest2d",), fixed, cls._of_torch, keeps_sign=True),
            TorchForm(("UpsamplingBilinear2d",), fixed, lambda values, at: cls._of_torch({**values, **bilinear}, at)),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        factors, mode = cls._factors(values, arriving), values.get("mode", "nearest")
        if factors == (1, 1) and mode == "nearest" and values["size"] is not None:
            return ()  # a map that has the wanted size already
        if mode not in ("nearest", "bilinear", "nearest-exact"):
            raise NoCounterpart("Maps are enlarged by “nearest” or “bilinear” here.", cls(factors, "bilinear"))
        layer = cls(factors, "bilinear" if mode == "bilinear" else "nearest")
        if values.get("align_corners"):
            raise NoCounterpart(
                "The corners of the maps are not aligned here, which moves the numbers a little.", layer
            )
        return (layer,)

    @staticmethod
    def _factors(values: Mapping[str, Any], arriving: Arriving) -> tuple[int, int]:
        if values["size"] is not None:
            if arriving.size is None:
                raise NoCounterpart("How many times larger the map becomes does not follow from the text.")
            size = pair(values["size"])
            if any(new < 1 or new % old for new, old in zip(size, arriving.size, strict=True)):
                raise NoCounterpart("Maps are enlarged by whole factors here.")
            height, width = (new // old for new, old in zip(size, arriving.size, strict=True))
            return height, width
        return pair(whole(values["scale_factor"]))

    def summary(self) -> str:
        return f"UpSampling2D {self.size[0]} × {self.size[1]}"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        channels, height, width = input_shape
        return (channels, height * self.size[0], width * self.size[1])

    def multiply_adds(self, input_shape: Shape) -> int:
        # The weighted sum of four numbers.
        return 4 * numbers_in(self.output_shape(input_shape)) if self.interpolation == "bilinear" else 0

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        factor = self.size[axis]
        if self.interpolation == "nearest":
            return Span(span.first // factor, span.last // factor)
        # The middle of place p lies at (p + 1/2) / factor - 1/2 of the input, between two of its places or on one.
        first, last = (2 * place + 1 - factor for place in (span.first, span.last))
        return Span(first // (2 * factor), -(-last // (2 * factor)))

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        factors = (float(self.size[0]), float(self.size[1]))
        return [("upsampling", nn.Upsample(scale_factor=factors, mode=self.interpolation))]
