"""A dataclass holds the settings; a builder takes it."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional, Tuple

import keras
from keras import layers


@dataclass
class ModelConfig:
    image_shape: Tuple[int, int, int] = (32, 32, 3)
    widths: List[int] = field(default_factory=lambda: [16, 32])
    kernel_size: int = 3
    dropout: Optional[float] = None
    n_classes: int = 100
    l2: float = 1e-4

    @property
    def last_width(self) -> int:
        return self.widths[-1] * 2


@dataclass
class TrainConfig:
    batch_size: int = 256
    epochs: int = 40
    learning_rate: float = 0.05


def build(cfg: ModelConfig) -> keras.Model:
    inputs = layers.Input(shape=cfg.image_shape)
    x = inputs
    reg = keras.regularizers.l2(cfg.l2)
    for width in cfg.widths:
        x = layers.Conv2D(width, cfg.kernel_size, padding="same", kernel_regularizer=reg)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("swish")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(cfg.last_width, 1)(x)
    x = layers.GlobalMaxPooling2D()(x)
    if cfg.dropout:
        x = layers.Dropout(cfg.dropout)(x)
    return keras.Model(inputs, layers.Dense(cfg.n_classes)(x))


config = ModelConfig(widths=[8, 16, 24], dropout=0.2)
training = TrainConfig(epochs=10)
model = build(config)
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=training.learning_rate, momentum=0.9),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
model.fit(x=None, y=None, batch_size=training.batch_size, epochs=training.epochs)
