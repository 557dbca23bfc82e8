"""A leaky ReLU that learns its slopes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.keras_form import KerasForm, Packed
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, PlacewiseLayer, register
from visualizer.architecture.settings import Toggle, setting
from visualizer.architecture.shapes import Shape, is_maps, numbers_in
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm
from visualizer.words import counted


def _shared(value: Any) -> Mapping[str, Any] | None:
    """Whether Keras's axes of height and width are shared; others cannot be here."""
    if value is None:
        return {"shared": False}
    axes = [value] if isinstance(value, int) else value
    return {"shared": True} if isinstance(axes, tuple | list) and sorted(axes, key=str) == [1, 2] else None


@register
@dataclass(frozen=True)
class PReLU(PlacewiseLayer):
    """x where x > 0, else a learnt slope times x. Source: He et al., "Delving Deep into Rectifiers", 2015."""

    title: ClassVar[str] = "PReLU"
    group: ClassVar[str] = "Activation and regularisation"
    icon: ClassVar[str] = ":material/show_chart:"
    explanation: ClassVar[str] = (
        "A ReLU with a slope below zero that is learnt like any other weight: it starts as 0, which is ReLU, and "
        "training decides how much of the negative numbers comes through. A ReLU that never fires gets no gradient; "
        "this one does."
    )

    shared: bool = setting(
        True,
        Toggle("One slope for each map", "Off: every place of every map has its own, Keras's default."),
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        places = ("alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes")
        axes = Packed(_shared, lambda values: (1, 2) if values["shared"] else None)
        return (KerasForm(("PReLU",), places, packed={"shared_axes": axes}, defaults={"shared": False}),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        own = {"shape": REQUIRED}  # of the class that scripts of this app define
        return (
            TorchForm(("PReLU",), {"num_parameters": 1, "init": 0.25}, cls._of_torch),
            TorchForm(
                ("ParametricReLU",),
                own,
                lambda values, _: (cls(len(values["shape"]) == 3 and tuple(values["shape"][1:]) == (1, 1)),),
            ),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        layer = cls(shared=not arriving.is_vector)
        slopes = arriving.shape[0] if arriving.shape else None
        if values["num_parameters"] == 1 != slopes:
            raise NoCounterpart("Here each map has a slope of its own, and in the source all have one.", layer)
        if values["init"] != 0:
            raise NoCounterpart(f"Its slopes start as 0 here, and as {values['init']} in the source.", layer)
        return (layer,)

    @property
    def keeps_shape(self) -> bool:
        return not self.shared

    def output_shape(self, input_shape: Shape) -> Shape:
        if self.shared and not is_maps(input_shape):
            raise LayerDoesNotFit(
                f"A vector of {counted(input_shape[0], 'number')} arrives.",
                "It has no maps that could have one slope each.",
                (Fix("Give each number a slope of its own", (self.with_settings(shared=False),)),),
            )
        return input_shape

    def parameter_count(self, input_shape: Shape) -> int:
        return input_shape[0] if self.shared else numbers_in(input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from visualizer.architecture.own_modules import ParametricReLU

        return [("prelu", ParametricReLU((input_shape[0], 1, 1) if self.shared else input_shape))]
