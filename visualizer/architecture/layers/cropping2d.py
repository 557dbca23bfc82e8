"""Cropping of feature maps."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, register, require_maps
from visualizer.architecture.settings import Integer, setting
from visualizer.architecture.shapes import Shape, describe_shape
from visualizer.architecture.sides import MOST, SIDES, describe_sides
from visualizer.architecture.span import Span


@register
@dataclass(frozen=True)
class Cropping2D(Layer):
    """Cuts off rows and columns: (C, H, W) in, (C, H − top − bottom, W − left − right) out."""

    title: ClassVar[str] = "Cropping2D"
    group: ClassVar[str] = "Size and shape"
    icon: ClassVar[str] = ":material/crop:"
    explanation: ClassVar[str] = (
        "Cuts rows and columns off the edges of every map; the rest stays as it is. Where padding was added before, "
        "it takes away the numbers that saw mostly zeros."
    )

    top: int = setting(1, Integer("Top", "How many rows are cut off above.", 0, MOST))
    bottom: int = setting(1, Integer("Bottom", "How many rows are cut off below.", 0, MOST))
    left: int = setting(1, Integer("Left", "How many columns are cut off on the left.", 0, MOST))
    right: int = setting(1, Integer("Right", "How many columns are cut off on the right.", 0, MOST))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (
            KerasForm(
                ("Cropping2D",),
                ("cropping", "data_format"),
                packed={"cropping": SIDES},
                defaults=dict.fromkeys(("top", "bottom", "left", "right"), 0),
            ),
        )

    def summary(self) -> str:
        return f"Cropping2D {describe_sides(self.top, self.bottom, self.left, self.right)}"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        channels, height, width = input_shape
        rows, columns = height - self.top - self.bottom, width - self.left - self.right
        if rows < 1 or columns < 1:
            top, bottom = _fitting(height, self.top, self.bottom)
            left, right = _fitting(width, self.left, self.right)
            smaller = self.with_settings(top=top, bottom=bottom, left=left, right=right)
            raise LayerDoesNotFit(
                f"Maps of {height} × {width} arrive ({describe_shape(input_shape)}).",
                f"Cropping {self.top + self.bottom} rows and {self.left + self.right} columns leaves nothing of them.",
                (
                    Fix(f"Crop {top + bottom} rows and {left + right} columns", (smaller,)),
                    Fix(f"Remove this {self.title}", ()),
                ),
            )
        return (channels, rows, columns)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        before = (self.top, self.left)[axis]
        return Span(span.first + before, span.last + before)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        # Negative padding crops.
        return [("cropping", nn.ZeroPad2d((-self.left, -self.right, -self.top, -self.bottom)))]


def _fitting(size: int, before: int, after: int) -> tuple[int, int]:
    """As much of a cropping as leaves one row or column of `size`, or more."""
    if before + after < size:
        return before, after
    before = min(before, (size - 1) // 2)
    return before, min(after, size - 1 - before)
