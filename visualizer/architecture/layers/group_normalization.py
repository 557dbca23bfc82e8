"""Group normalisation: over groups of whole maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any, ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, register, require_maps
from visualizer.architecture.settings import Integer, Real, setting
from visualizer.architecture.shapes import Shape, describe_shape, numbers_in
from visualizer.architecture.span import Span, whole_map
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm
from visualizer.words import counted


@register
@dataclass(frozen=True)
class GroupNormalization(Layer):
    """Normalises over all numbers of each group of maps, then scales and shifts each map. Source: Wu and He, 2018."""

    title: ClassVar[str] = "GroupNormalization"
    group: ClassVar[str] = "Normalisation"
    icon: ClassVar[str] = ":material/equalizer:"
    explanation: ClassVar[str] = (
        "Splits the maps into groups and brings all numbers of a group, in all of its maps, to mean 0 and variance 1; "
        "then it scales and shifts each map by two learnt numbers. It looks at one picture alone, so small batches do "
        "not disturb it as they do BatchNormalization. As many groups as maps make it instance normalisation."
    )

    groups: int = setting(8, Integer("Groups", "Into how many groups the maps are split; it divides them.", 1, 512))
    epsilon: float = setting(
        0.001, Real("Epsilon", "Added to the variance so that nothing is divided by zero.", 1e-7, 1, 0.001)
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("GroupNormalization",), ("groups", "axis", "epsilon"), defaults={"groups": 32}),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        grouped = {"num_groups": REQUIRED, "num_channels": REQUIRED, "eps": 1e-5, "affine": True}
        single = {"num_features": REQUIRED, "eps": 1e-5, "momentum": 0.1, "affine": False, "track_running_stats": False}
        return (
            TorchForm(("GroupNorm",), grouped, cls._of_torch, reads="num_channels"),
            TorchForm(("InstanceNorm2d",), single, cls._of_torch, reads="num_features"),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        groups = values["num_groups"] if "num_groups" in values else values["num_features"]
        layer = cls(groups=groups, epsilon=float(values["eps"]))
        if not values["affine"] or values.get("track_running_stats"):
            raise NoCounterpart("Here it scales and shifts what it normalised, and keeps no running mean.", layer)
        return (layer,)

    def summary(self) -> str:
        return f"GroupNormalization {self.groups}"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        channels = input_shape[0]
        if channels % self.groups:
            raise LayerDoesNotFit(
                f"The input has {counted(channels, 'map')}.",
                f"They cannot be split evenly into {counted(self.groups, 'group')}.",
                self._fixes(input_shape),
            )
        if numbers_in(input_shape) == self.groups:
            raise LayerDoesNotFit(
                f"Maps of a single number arrive ({describe_shape(input_shape)}).",
                "Each group would have one number, and nothing to compare it with.",
                self._fixes(input_shape),
            )
        return input_shape

    def _fixes(self, input_shape: Shape) -> tuple[Fix, ...]:
        numbers, groups = numbers_in(input_shape), gcd(input_shape[0], self.groups)
        fitting = [count for count in (groups, 1) if count < numbers][:1]
        return (
            *(Fix(f"Use {counted(count, 'group')}", (self.with_settings(groups=count),)) for count in fitting),
            Fix(f"Remove this {self.title}", ()),
        )

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return whole_map(axis, input_shape)

    def parameter_count(self, input_shape: Shape) -> int:
        return 2 * input_shape[0]

    def multiply_adds(self, input_shape: Shape) -> int:
        return numbers_in(input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("normalization", nn.GroupNorm(self.groups, input_shape[0], eps=self.epsilon))]
