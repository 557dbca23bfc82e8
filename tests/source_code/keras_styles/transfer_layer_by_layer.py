"""The layers of a base are called one after the other, all but the last."""

from keras.applications.vgg16 import VGG16
from keras import layers, Model
vgg = VGG16(weights=None, include_top=False, input_shape=(64, 64, 3))
x = vgg.layers[0].output
for layer in vgg.layers[1:-4]:
    x = layer(x)
x = layers.Flatten()(x)
x = layers.Dense(5, activation="softmax")(x)
m = Model(vgg.input, x)
