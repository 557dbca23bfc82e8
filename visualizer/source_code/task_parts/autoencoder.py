"""Pictures that are to be drawn again, in the scripts."""

from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted

_KERAS_LOSSES = {
    "pixels_mse": "keras.losses.MeanSquaredError()",
    "pixels_mae": "keras.losses.MeanAbsoluteError()",
    "pixels_bce": "keras.losses.BinaryCrossentropy()",
}
_PYTORCH_LOSSES = {
    "pixels_mse": "functional.mse_loss(outputs, true)",
    "pixels_mae": "functional.l1_loss(outputs, true)",
    "pixels_bce": "functional.binary_cross_entropy(outputs.clamp(0, 1), true)",
}
PICTURE_ITSELF = (
    "# What is learnt of a picture is the picture itself; its class is not looked at.\ntargets = pictures\n"
)
SHOWN = '''\
def as_shown(pictures):
    """The pictures as the network is shown them, which it is to draw again."""
    return for_torch(pictures).numpy()


'''


def autoencoder_parts(wanted: Wanted) -> TaskParts:
    """What is learnt is the picture itself."""
    keras = wanted.library is KERAS
    true = "targets" if keras else "as_shown(targets)"
    measure = f'''\
def mean_error(outputs, targets):
    """How far off a pixel is on average."""
    return np.abs(np.clip(outputs, 0, 1) - {true}).mean()


'''
    # A variational one has a loss of its own.
    losses = _KERAS_LOSSES if keras else _PYTORCH_LOSSES
    return TaskParts(
        about=PICTURE_ITSELF,
        functions=measure if keras else f"{SHOWN}{measure}",
        loss=losses.get(wanted.settings.loss, ""),
        measure="mean_error",
        learnt="" if keras else "as_shown",
    )
