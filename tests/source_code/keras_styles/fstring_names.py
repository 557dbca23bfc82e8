"""Names of layers put together by f-strings, format and %."""
from tensorflow.keras import Model
from tensorflow.keras.layers import Activation, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, Input, MaxPooling2D


def unit(x, filters, stage, letter):
    prefix = f"stage{stage}_{letter}"
    x = Conv2D(filters, 3, padding="same", use_bias=False, name=prefix + "_conv")(x)
    x = BatchNormalization(axis=3, name="%s_bn" % prefix, momentum=0.95, epsilon=1e-5)(x)
    return Activation("relu", name="{}_{}".format(prefix, "relu"))(x)


tensor = image = Input((56, 56, 3), name="image")
for stage, repeats in enumerate([1, 2, 2], start=1):
    for k in range(repeats):
        tensor = unit(tensor, 8 << (stage - 1), stage, chr(ord("a") + k))
    tensor = MaxPooling2D(3, strides=2, padding="same", name=f"pool{stage}")(tensor)
tensor = GlobalAveragePooling2D(name="gap")(tensor)
tensor = Dense(20, activation="softmax", name=f"fc{20:03d}")(tensor)
model = Model(image, tensor, name=f"net_{'x'.join(str(n) for n in (1, 2, 2))}")
