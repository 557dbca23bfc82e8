"""Cropping of feature maps."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Fix, LayerDoesNotFit, register
from visualizer.architecture.shapes import Shape, describe_shape
from visualizer.architecture.sides import SIDES, FourSides


@register
@dataclass(frozen=True)
class Cropping2D(FourSides):
    """Cuts off rows and columns: (C, H, W) in, (C, H − top − bottom, W − left − right) out."""

    title: ClassVar[str] = "Cropping2D"
    group: ClassVar[str] = "Size and shape"
    icon: ClassVar[str] = ":material/crop:"
    explanation: ClassVar[str] = (
        "Cuts rows and columns off the edges of every map; the rest stays as it is. Where padding was added before, "
        "it takes away the numbers that saw mostly zeros."
    )

    sign: ClassVar[Literal[1, -1]] = -1
    stage: ClassVar[str] = "cropping"

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

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, rows, columns = super().output_shape(input_shape)
        if rows < 1 or columns < 1:
            _, height, width = input_shape
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


def _fitting(size: int, before: int, after: int) -> tuple[int, int]:
    """As much of a cropping as leaves one row or column of `size`, or more."""
    if before + after < size:
        return before, after
    before = min(before, (size - 1) // 2)
    return before, min(after, size - 1 - before)
