"""Rescaling by fixed numbers."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import PlacewiseLayer, register
from visualizer.architecture.settings import Real, setting
from visualizer.architecture.shapes import Shape, numbers_in
from visualizer.architecture.torch_form import REQUIRED, TorchForm


@register
@dataclass(frozen=True)
class Rescaling(PlacewiseLayer):
    """Every number times `scale`, plus `offset`; both are fixed."""

    title: ClassVar[str] = "Rescaling"
    group: ClassVar[str] = "Normalisation"
    icon: ClassVar[str] = ":material/straighten:"
    explanation: ClassVar[str] = (
        "Multiplies every number by one fixed factor and adds one fixed number: with 2 and −1, pixels from 0 to 1 go "
        "from −1 to 1. Networks learn faster where their inputs lie around 0. It has nothing to learn."
    )

    scale: float = setting(2.0, Real("Scale", "What every number is multiplied by.", 0.01, 1000, 0.5))
    offset: float = setting(-1.0, Real("Offset", "What is added afterwards.", -1000, 1000, 0.5))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (
            KerasForm(
                ("Rescaling",),
                ("scale", "offset"),
                required=("scale",),
                # A smaller factor, such as 1/255, brings bytes to the range that pictures have here anyway.
                within={"scale": (0.01, 1000)},
                otherwise="Pictures here go from 0 to 1 already.",
                defaults={"offset": 0.0},
            ),
        )

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        other = {"other": REQUIRED}
        own = {"scale": REQUIRED, "offset": REQUIRED}  # of the class that scripts of this app define
        return (
            TorchForm(("ScaleAndShift",), own, lambda values, _: (cls(values["scale"], values["offset"]),)),
            TorchForm((), other, lambda values, _: (cls(float(values["other"]), 0.0),), ("mul", "multiply")),
            TorchForm((), other, lambda values, _: (cls(1.0 / values["other"], 0.0),), ("div", "divide")),
            TorchForm((), other, lambda values, _: (cls(1.0, float(values["other"])),), ("add",)),
            TorchForm((), other, lambda values, _: (cls(1.0, -float(values["other"])),), ("sub", "subtract")),
        )

    def summary(self) -> str:
        return f"Rescaling × {self.scale:g} {'−' if self.offset < 0 else '+'} {abs(self.offset):g}"

    def multiply_adds(self, input_shape: Shape) -> int:
        return numbers_in(input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from visualizer.architecture.own_modules import ScaleAndShift

        return [("rescaling", ScaleAndShift(self.scale, self.offset))]
