"""A function for scikit-learn's wrappers, called there with other arguments."""
from keras.models import Sequential
from keras.layers import Activation, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV


def make_model(dense_layer_sizes=(32,), filters=8, kernel_size=3, pool_size=2, dropout=0.25):
    model = Sequential()
    model.add(Conv2D(filters, kernel_size, padding='valid', input_shape=(28, 28, 1)))
    model.add(Activation('relu'))
    model.add(Conv2D(filters, kernel_size))
    model.add(Activation('relu'))
    model.add(MaxPooling2D(pool_size=pool_size))
    model.add(Dropout(dropout))
    model.add(Flatten())
    for layer_size in dense_layer_sizes:
        model.add(Dense(layer_size))
        model.add(Activation('relu'))
    model.add(Dropout(0.5))
    model.add(Dense(10))
    model.add(Activation('softmax'))
    model.compile(loss='categorical_crossentropy', optimizer='adadelta', metrics=['accuracy'])
    return model


make_model().summary()
my_classifier = KerasClassifier(make_model, batch_size=32)
validator = GridSearchCV(my_classifier,
                         param_grid={'dense_layer_sizes': [[32], [64], [32, 32]], 'filters': [8], 'epochs': [3, 6]},
                         scoring='neg_log_loss', n_jobs=1)
validator.fit([[0]], [0])
print('The parameters of the best model are: ')
print(validator.best_params_)
