"""Pictures that are to be drawn again, in the scripts."""

from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted
from visualizer.tasks.autoencoder import Autoencoder

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
_PICTURE_ITSELF = (
    "# What is learnt of a picture is the picture itself; its class is not looked at.\ntargets = pictures\n"
)
_SHOWN = '''\
def as_shown(pictures):
    """The pictures as the network is shown them, which it is to draw again."""
    return for_torch(pictures).numpy()


'''
_ABOUT_WITH_NOISE = "Noise is added to what the network sees; it learns the pictures without it."
_KERAS_WITH_NOISE = f'''\
class WithNoise(keras.Model):
    """{_ABOUT_WITH_NOISE}"""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def call(self, pictures, training=False):
        noise = keras.random.normal(ops.shape(pictures))
        return self.network(pictures + {{noise!r}} * noise, training=training)


model = WithNoise(model)


'''
_PYTORCH_WITH_NOISE = f'''\
class WithNoise(nn.Module):
    """{_ABOUT_WITH_NOISE}"""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, pictures):
        return self.network(pictures + {{noise!r}} * torch.randn_like(pictures))


model = WithNoise(model)


'''
_MEASURE = '''\
def mean_error(outputs, targets):
    """How far off a pixel is on average."""
    return np.abs(np.clip({answers}, 0, 1) - {true}).mean()


'''


def picture_parts(
    wanted: Wanted, *, loss: str, functions: str = "", answers: str = "outputs", after: str = ""
) -> TaskParts:
    """Those of any task that learns the picture itself.

    Args:
        wanted: The script.
        loss, after: As in `TaskParts`.
        functions: Of the loss.
        answers: What is a picture of `outputs`.
    """
    keras, task = wanted.library is KERAS, wanted.settings.task
    if isinstance(task, Autoencoder) and task.noise:
        functions = (_KERAS_WITH_NOISE if keras else _PYTORCH_WITH_NOISE).format(noise=task.noise) + functions
    measure = _MEASURE.format(answers=answers, true="targets" if keras else "as_shown(targets)")
    return TaskParts(
        about=_PICTURE_ITSELF,
        functions=f"{functions}{'' if keras else _SHOWN}{measure}",
        loss=loss,
        measure="mean_error",
        learnt="" if keras else "as_shown",
        after=after,
        learns_pictures=True,
    )


def autoencoder_parts(wanted: Wanted) -> TaskParts:
    """What is learnt is the picture itself."""
    losses = _KERAS_LOSSES if wanted.library is KERAS else _PYTORCH_LOSSES
    return picture_parts(wanted, loss=losses[wanted.settings.loss])
