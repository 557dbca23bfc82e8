"""A base with pooling as the first layer of a Sequential."""
from tensorflow.keras.applications import ResNet50
from tensorflow.keras.layers import Dense, BatchNormalization
from tensorflow.keras.models import Sequential

num_classes = 8
model = Sequential()
model.add(ResNet50(include_top=False, pooling='avg', weights='imagenet', input_shape=(64, 64, 3)))
model.add(BatchNormalization())
model.add(Dense(num_classes, activation='softmax'))
model.layers[0].trainable = False
model.compile(optimizer='sgd', loss='categorical_crossentropy', metrics=['accuracy'])
