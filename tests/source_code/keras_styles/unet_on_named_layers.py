"""A decoder reads layers of a base, which get_layer finds by their names."""

from keras.applications import VGG16
from keras import layers, Model, Input
inputs = Input((64, 64, 3))
vgg16 = VGG16(include_top=False, weights=None, input_tensor=inputs)
s1 = vgg16.get_layer("block1_conv2").output
s2 = vgg16.get_layer("block2_conv2").output
b1 = vgg16.get_layer("block3_conv3").output
def decoder_block(x, skip, n):
    x = layers.Conv2DTranspose(n, (2, 2), strides=2, padding="same")(x)
    x = layers.Concatenate()([x, skip])
    return layers.Conv2D(n, 3, padding="same", activation="relu")(x)
d1 = decoder_block(b1, s2, 32)
d2 = decoder_block(d1, s1, 16)
outputs = layers.Conv2D(1, 1, padding="same", activation="sigmoid")(d2)
model = Model(inputs, outputs, name="VGG16_U-Net")
