"""Flatten: feature maps become one vector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register
from visualizer.architecture.shapes import Shape, numbers_in
from visualizer.architecture.span import Span, whole_map
from visualizer.architecture.torch_form import Arriving, NoCounterpart, TorchForm


@register
@dataclass(frozen=True)
class Flatten(Layer):
    """Writes all feature maps one after the other into a vector: (C, H, W) in, (C·H·W,) out."""

    title: ClassVar[str] = "Flatten"
    group: ClassVar[str] = "Dense"
    icon: ClassVar[str] = ":material/view_column:"
    explanation: ClassVar[str] = (
        "Writes all feature maps into one long vector, so that a Dense layer can follow; no number changes. (Here "
        "channel after channel, as PyTorch does it; Keras goes pixel by pixel.)"
    )

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        return (
            TorchForm(
                ("Flatten",),
                {"start_dim": 1, "end_dim": -1},
                cls._of_torch,
                keeps_sign=True,
                to_vector=True,
                is_view=True,
            ),
            TorchForm(
                (),
                {"start_dim": 0, "end_dim": -1},
                cls._of_torch,
                ("flatten",),
                keeps_sign=True,
                to_vector=True,
                is_view=True,
            ),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        last = len(arriving.shape) if arriving.shape else 3
        if values["start_dim"] not in (1, -last) or values["end_dim"] not in (-1, last):
            raise NoCounterpart("Here each picture becomes one vector.", cls())
        return () if arriving.is_vector else (cls(),)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (numbers_in(input_shape),)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        # The vector as a whole; one of its numbers is one number of a map.
        return whole_map(axis, input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("flatten", nn.Flatten())]
