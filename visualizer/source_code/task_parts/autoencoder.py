"""Pictures that are to be drawn again, in the scripts."""

from visualizer.source_code.task_parts.parts import KERAS, Library, TaskParts, Wanted
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
_KERAS_CALL = """\
    def call(self, pictures, training=False):
        noise = keras.random.normal(ops.shape(pictures))
        return self.network(pictures + {noise!r} * noise, training=training)
"""
_PYTORCH_FORWARD = """\
    def forward(self, pictures):
        return self.network(pictures + {noise!r} * torch.randn_like(pictures))
"""
_WITH_NOISE = '''\
class WithNoise({base}):
    """{about}"""

    def __init__(self, network):
        super().__init__()
        self.network = network

{pass_on}

model = WithNoise(model)


'''
_MEASURE = '''\
def mean_error(outputs, targets):
    """How far off a pixel is on average."""
    return np.abs(np.clip({answers}, 0, 1) - {true}).mean()


'''


def with_noise(library: Library, about: str, pass_on: str) -> str:
    """A model around `model` that mixes noise into the pictures, in its place.

    Args:
        library: For which it is written.
        about: What it does with them, a sentence.
        pass_on: Its method `call` in Keras, `forward` in PyTorch; `self.network` is the model.
    """
    return _WITH_NOISE.format(base="keras.Model" if library is KERAS else "nn.Module", about=about, pass_on=pass_on)


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
        pass_on = (_KERAS_CALL if keras else _PYTORCH_FORWARD).format(noise=task.noise)
        functions = with_noise(wanted.library, _ABOUT_WITH_NOISE, pass_on) + functions
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
