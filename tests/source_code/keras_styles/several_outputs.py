"""Two heads on one trunk: a class and a box, as a dictionary of losses."""
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from tensorflow.keras.models import Model

image = Input(shape=(60, 60, 3), name="image")
x = image
for filters in [8, 16, 16]:
    x = Conv2D(filters, 3, activation="relu")(x)
    x = MaxPooling2D()(x)
trunk = Flatten()(x)
label = Dense(24, activation="relu")(trunk)
label = Dense(4, activation="softmax", name="class_label")(label)
box = Dense(24, activation="relu")(trunk)
box = Dense(4, activation="sigmoid", name="bounding_box")(box)
model = Model(inputs=image, outputs=(label, box))
model.compile(optimizer="adam", loss={"class_label": "categorical_crossentropy", "bounding_box": "mse"},
              loss_weights={"class_label": 1.0, "bounding_box": 2.0})
