"""An autoencoder whose widths come from zip, enumerate, reversed and slices."""
from tensorflow.keras.layers import Input, Conv2D, Conv2DTranspose, LeakyReLU, BatchNormalization
from tensorflow.keras.models import Model

filters = (8, 16, 24)
kernels = [5, 3, 3]
strides = [2] * len(filters)

x = inputs = Input(shape=(32, 32, 1))
for f, k, s in zip(filters, kernels, strides):
    x = Conv2D(f, k, strides=s, padding="same")(x)
    x = LeakyReLU(negative_slope=0.2)(x)
    x = BatchNormalization(axis=-1)(x)

code = Conv2D(4, 1, name="code")(x)

x = code
for i, (f, k) in enumerate(reversed(list(zip(filters, kernels)))):
    x = Conv2DTranspose(f, k, strides=2, padding="same")(x)
    if i != len(filters) - 1:
        x = LeakyReLU(negative_slope=0.2)(x)
    else:
        x = LeakyReLU(0.05)(x)
for width in sorted(filters[:2], reverse=True)[::-1]:
    x = Conv2D(width, 3, activation="relu", padding="same")(x)
decoded = Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x)
autoencoder = Model(inputs, decoded, name="autoencoder")
autoencoder.compile(optimizer="adam", loss="mse")
autoencoder.fit(None, None, epochs=20, batch_size=64, shuffle=True)
