"""Sampling: a random point from where a variational autoencoder's encoder says."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, register
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.architecture.torch_form import TorchForm
from visualizer.words import counted

_NUMBERS = 4  # that a fix makes: two means, two logarithms of variances
_KERAS = '''\
class Sampling(layers.Layer):
    """The first half of the numbers are means, the second half logarithms of variances."""

    beta = 0.0  # how much the divergence from the standard normal distribution counts in the loss

    def call(self, inputs, training=False):
        mean, log_variance = keras.ops.split(inputs, 2, axis=-1)
        divergence = keras.ops.sum(mean**2 + keras.ops.exp(log_variance) - 1 - log_variance, axis=-1) / 2
        self.add_loss(self.beta * keras.ops.mean(divergence))
        if not training:
            return mean
        noise = keras.random.normal(keras.ops.shape(mean))
        return mean + keras.ops.exp(log_variance / 2) * noise

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)
'''


@register
@dataclass(frozen=True)
class Sampling(Layer):
    """(2n,) in, n means and n logarithms of variances; (n,) out, while training drawn at random around the means.

    Source: Kingma and Welling, Auto-Encoding Variational Bayes, 2013, section 2.4, https://arxiv.org/abs/1312.6114
    """

    title: ClassVar[str] = "Sampling"
    group: ClassVar[str] = "Activation and regularisation"
    icon: ClassVar[str] = ":material/casino:"
    explanation: ClassVar[str] = (
        "The first half of what arrives are means μ, the second half logarithms of variances, log σ². While training, "
        "it passes on μ + σ · ε with new normally distributed random numbers ε for every picture, so that the layers "
        "after it must make sense of all points around μ. Afterwards it passes on μ."
    )
    is_random_in_training: ClassVar[bool] = True
    draws_codes: ClassVar[bool] = True

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("Sampling",), (), definition=_KERAS),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        return (TorchForm(("NormalSampling",), {}, lambda *_: (cls(),)),)  # which scripts of this app define

    def output_shape(self, input_shape: Shape) -> Shape:
        dense = Dense(units=_NUMBERS, activation=NO_ACTIVATION)
        if is_maps(input_shape):
            raise LayerDoesNotFit(
                f"Feature maps of {describe_shape(input_shape)} arrive.",
                "Sampling needs a vector: means, and as many logarithms of variances.",
                (Fix(f"Add Flatten and Dense {_NUMBERS} above", (Flatten(), dense, self)),),
            )
        (numbers,) = input_shape
        if numbers % 2:
            raise LayerDoesNotFit(
                f"A vector of {counted(numbers, 'number')} arrives.",
                "Sampling needs an even number of them: half are means, half are logarithms of variances.",
                (Fix(f"Add Dense {_NUMBERS} above", (dense, self)), Fix("Remove this Sampling")),
            )
        return (numbers // 2,)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from visualizer.architecture.own_modules import NormalSampling

        return [("sampling", NormalSampling())]
