"""Numbers that depend on the wanted class, for networks that make pictures."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import PlacewiseLayer, register
from visualizer.architecture.settings import Integer, setting
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import REQUIRED, TorchForm

_KERAS = '''\
class ClassEmbedding(layers.Layer):
    """Adds to each channel a number that is learnt for each class; without a class, nothing."""

    wanted = None  # the class of each picture

    def __init__(self, classes):
        super().__init__()
        self.classes = classes

    def build(self, input_shape):
        self.table = self.add_weight(shape=(self.classes, input_shape[-1]), initializer="zeros")

    def call(self, inputs):
        if self.wanted is None:
            return inputs + 0 * self.table[0]  # so that training finds the weights in use
        added = keras.ops.matmul(keras.ops.one_hot(self.wanted, self.classes), self.table)
        return inputs + keras.ops.reshape(added, (-1, *[1] * (len(inputs.shape) - 2), inputs.shape[-1]))
'''


@register
@dataclass(frozen=True)
class ClassEmbedding(PlacewiseLayer):
    """Adds to each channel a number that is learnt for each class, where a class is wanted; else nothing.

    Source: Dhariwal and Nichol, Diffusion Models Beat GANs on Image Synthesis, 2021, section 3.1,
    https://arxiv.org/abs/2105.05233, which scales too; a part of the pictures is learnt without their class after Ho
    and Salimans, 2022, https://arxiv.org/abs/2207.12598
    """

    title: ClassVar[str] = "ClassEmbedding"
    group: ClassVar[str] = "Activation and regularisation"
    icon: ClassVar[str] = ":material/label:"
    explanation: ClassVar[str] = (
        "Tells the layers after it which class is wanted: for each class it learns a number for every channel, which "
        "is added to the whole map. A diffusion network that has it draws what one asks for. Where no class is wanted, "
        "as in all other tasks, it passes on what arrives."
    )

    classes: int = setting(
        10, Integer("Classes", "Pictures of further classes are learnt as if their class were unknown.", 2, 1000)
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("ClassEmbedding",), ("classes",), required=("classes",), definition=_KERAS),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        own = {"classes": REQUIRED, "channels": REQUIRED}  # of the class that scripts of this app define
        return (TorchForm(("ClassTable",), own, lambda values, _: (cls(values["classes"]),), reads="channels"),)

    def summary(self) -> str:
        return f"ClassEmbedding {self.classes}"

    @property
    def told_classes(self) -> int:
        return self.classes

    def parameter_count(self, input_shape: Shape) -> int:
        return self.classes * input_shape[0]

    def stages(self, input_shape: Shape) -> list[Stage]:
        from visualizer.architecture.own_modules import ClassTable

        return [("embedding", ClassTable(self.classes, input_shape[0]))]
