"""Dogs and cats from folders: generators, callbacks, plots; image size and batch as constants in capitals."""
import os
import matplotlib.pyplot as plt
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, TensorBoard
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Activation, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from tensorflow.keras.preprocessing.image import ImageDataGenerator

IMG_WIDTH, IMG_HEIGHT = 150, 120
TRAIN_DIR, VALIDATION_DIR = 'data/train', 'data/validation'
EPOCHS = 50
BATCH_SIZE = 20

train_datagen = ImageDataGenerator(rescale=1. / 255, rotation_range=40, horizontal_flip=True)
test_datagen = ImageDataGenerator(rescale=1. / 255)
train_generator = train_datagen.flow_from_directory(TRAIN_DIR, target_size=(IMG_HEIGHT, IMG_WIDTH),
                                                    batch_size=BATCH_SIZE, class_mode='binary')
validation_generator = test_datagen.flow_from_directory(VALIDATION_DIR, target_size=(IMG_HEIGHT, IMG_WIDTH),
                                                        batch_size=BATCH_SIZE, class_mode='binary')

model = Sequential()
model.add(Conv2D(8, (3, 3), input_shape=(IMG_HEIGHT, IMG_WIDTH, 3)))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Conv2D(16, (3, 3)))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(16))
model.add(Activation('relu'))
model.add(Dropout(0.5))
model.add(Dense(1))
model.add(Activation('sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='rmsprop', metrics=['accuracy'])

early = EarlyStopping(monitor='val_loss', patience=4)
best = ModelCheckpoint('best.h5', save_best_only=True)
history = model.fit(train_generator, epochs=EPOCHS, validation_data=validation_generator,
                    steps_per_epoch=2000 // BATCH_SIZE, callbacks=[early, best, TensorBoard('logs')])

fig, axes = plt.subplots(1, 2, figsize=(12, 4))
for axis, metric in zip([axes[0], axes[1]], ['accuracy', 'loss']):
    axis.plot(history.history[metric])
    axis.plot(history.history['val_' + metric])
    axis.set_title(f'{metric}')
plt.show()
