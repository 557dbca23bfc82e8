"""A base class that builds, and classes of its own that say with what."""
from abc import ABC, abstractmethod

from keras.layers import Activation, Conv2D, Dense, Flatten, Input, MaxPooling2D
from keras.models import Model


class BaseNet(ABC):
    name = "base"
    kernel = 3

    def __init__(self, shape, classes):
        self.shape = shape
        self.classes = classes
        self.model = None

    @abstractmethod
    def body(self, x):
        ...

    def head(self, x):
        x = Flatten()(x)
        return Dense(self.classes, activation="softmax")(x)

    def build(self):
        inp = Input(self.shape)
        self.model = Model(inp, self.head(self.body(inp)), name=self.name)
        return self

    def compile(self, lr=0.01):
        self.model.compile(optimizer="sgd", loss="categorical_crossentropy")
        return self.model


class Small(BaseNet):
    name = "small"

    def body(self, x):
        x = Conv2D(10, self.kernel, activation="relu")(x)
        return MaxPooling2D()(x)


class Deeper(Small):
    name = "deeper"
    kernel = (5, 5)

    def __init__(self, shape, classes, extra=2):
        super().__init__(shape, classes)
        self.extra = extra

    def body(self, x):
        x = super().body(x)
        for _ in range(self.extra):
            x = self.unit(x, 14)
        return x

    @staticmethod
    def unit(x, filters):
        return Activation("selu")(Conv2D(filters, 3, padding="same")(x))


NETS = {cls.name: cls for cls in (Small, Deeper)}
model = NETS["deeper"]((30, 30, 3), 4, extra=3).build().compile()
