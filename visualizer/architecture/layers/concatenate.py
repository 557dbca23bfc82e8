"""The outputs of several layers, one behind the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer, Meeting, register
from visualizer.architecture.layers.merging import MergeLayer, does_not_meet
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import Arriving, NoCounterpart, TorchForm


@register
@dataclass(frozen=True)
class Concatenate(MergeLayer):
    """Puts the channels of all inputs one behind the other: (A, H, W) and (B, H, W) in, (A + B, H, W) out."""

    title: ClassVar[str] = "Concatenate"
    icon: ClassVar[str] = ":material/layers:"
    meeting: ClassVar[Meeting] = "concatenation"
    explanation: ClassVar[str] = (
        "Puts the feature maps of its inputs one behind the other and changes no number: the next layer can use what "
        "every path found. So kernels of several sizes see side by side, and early details reach late layers."
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("Concatenate",), ("axis",), functions=("concatenate", "concat")),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        functions = ("cat", "concat", "concatenate")
        return (TorchForm((), {"dim": 0}, cls._of_torch, functions, keeps_sign=True),)

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        if not arriving.is_over_channels(values["dim"]):
            raise NoCounterpart("Here the channels are concatenated.", cls())
        return (cls(),)

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        if any(len(shape) != len(shapes[0]) or shape[1:] != shapes[0][1:] for shape in shapes):
            raise does_not_meet(self, shapes, "Concatenate needs maps of the same height and width, or only vectors.")
        return (sum(shape[0] for shape in shapes), *shapes[0][1:])
