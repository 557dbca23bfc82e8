"""Noise while training."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import PlacewiseLayer, register
from visualizer.architecture.settings import Real, setting
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import REQUIRED, TorchForm


@register
@dataclass(frozen=True)
class GaussianNoise(PlacewiseLayer):
    """Adds a normally distributed random number to every number while training."""

    title: ClassVar[str] = "GaussianNoise"
    group: ClassVar[str] = "Activation and regularisation"
    icon: ClassVar[str] = ":material/grain:"
    explanation: ClassVar[str] = (
        "While training it adds a small random number to every number, new ones for every picture, so that the network "
        "cannot rely on exact values. As a first layer it makes the pictures noisy. Afterwards it does nothing."
    )
    is_random_in_training: ClassVar[bool] = True

    stddev: float = setting(0.1, Real("Standard deviation", "How large the random numbers are.", 0.0, 1.0, 0.05))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("GaussianNoise",), ("stddev",), required=("stddev",)),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        # The class that scripts of this app define.
        return (TorchForm(("NoiseInTraining",), {"stddev": REQUIRED}, lambda values, _: (cls(values["stddev"]),)),)

    def summary(self) -> str:
        return f"GaussianNoise {self.stddev:g}"

    def stages(self, input_shape: Shape) -> list[Stage]:
        from visualizer.architecture.own_modules import NoiseInTraining

        return [("noise", NoiseInTraining(self.stddev))]
