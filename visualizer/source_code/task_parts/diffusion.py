"""Noise that is to be removed, in the scripts: they end with samples."""

from visualizer.source_code.task_parts.autoencoder import picture_parts, with_noise
from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted
from visualizer.source_code.task_parts.samples import SAMPLES, SAVED
from visualizer.tasks.diffusion import Diffusion

_ABOUT_WITH_NOISE = (
    "Noise is mixed into the pictures before the network sees them; with the answers, its share of each."
)
_KERAS_CALL = """\
    def call(self, pictures):
        share = keras.random.uniform((ops.shape(pictures)[0], 1, 1, 1))
        shown = (1 - share) * (2 * pictures - 1) + share * keras.random.normal(ops.shape(pictures))
        answers = self.network((shown + 1) / 2)
        return ops.concatenate([answers, share + 0 * answers[..., :1]], axis=-1)
"""
_PYTORCH_FORWARD = """\
    def forward(self, pictures):
        share = torch.rand(len(pictures), 1, 1, 1)
        shown = (1 - share) * (2 * pictures - 1) + share * torch.randn_like(pictures)
        answers = self.network((shown + 1) / 2)
        return torch.cat([answers, share.expand_as(answers[:, :1])], dim=1)
"""
_KERAS_LOSS = '''\
def noise_loss(true, outputs):
    """{about}"""
    answers, share = outputs[..., :-1], outputs[..., -1:]
    return ops.mean((2 * (answers - true){divided}) ** 2, axis=(1, 2, 3))


'''
_PYTORCH_LOSS = '''\
def noise_loss(outputs, true):
    """{about}"""
    answers, share = outputs[:, :-1], outputs[:, -1:]
    return ((2 * (answers - true){divided}) ** 2).mean()


'''
_KERAS_SAMPLES = """
# {count} samples: noise, of which the network takes a part away in each step.
from PIL import Image

pictures = (keras.random.normal(({count}, {height}, {width}, {channels})) + 1) / 2
for left in range({steps}, 0, -1):
    pictures = pictures + (model.network(pictures) - pictures) / left
row = np.concatenate(list(ops.convert_to_numpy(ops.clip(pictures, 0, 1))), axis=1)
"""
_PYTORCH_SAMPLES = """
# {count} samples: noise, of which the network takes a part away in each step.
from PIL import Image

with torch.no_grad():
    pictures = (torch.randn({count}, {channels}, {height}, {width}) + 1) / 2
    for left in range({steps}, 0, -1):
        pictures = pictures + (model.network(pictures) - pictures) / left
row = np.concatenate(list(pictures.clamp(0, 1).permute(0, 2, 3, 1).numpy()), axis=1)
"""


def diffusion_parts(wanted: Wanted) -> TaskParts:
    """What is learnt is the picture without the noise that is mixed into it."""
    task, keras = wanted.settings.task, wanted.library is KERAS
    assert isinstance(task, Diffusion)
    velocity = wanted.settings.loss == "velocity_mse"
    about = (
        "How wrong the way from picture to noise is that follows from an answer; 0.1 keeps it within bounds."
        if velocity
        else "How far the answers are from the pictures, whose pixels are from -1 to 1."
    )
    least = "ops.maximum(share, 0.1)" if keras else "share.clamp(min=0.1)"
    loss = (_KERAS_LOSS if keras else _PYTORCH_LOSS).format(about=about, divided=f" / {least}" if velocity else "")
    channels, height, width = wanted.architecture.input_shape
    samples = (_KERAS_SAMPLES if keras else _PYTORCH_SAMPLES).format(
        count=SAMPLES, steps=task.steps, channels=channels, height=height, width=width
    )
    return picture_parts(
        wanted,
        loss="noise_loss" if keras else "noise_loss(outputs, true)",
        functions=with_noise(wanted.library, _ABOUT_WITH_NOISE, _KERAS_CALL if keras else _PYTORCH_FORWARD) + loss,
        answers="outputs[..., :-1]" if keras else "outputs[:, :-1]",
        after=samples + SAVED,
    )
