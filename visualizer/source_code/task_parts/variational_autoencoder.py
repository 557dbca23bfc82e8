"""Pictures that are to be drawn again from codes that are drawn at random, in the scripts."""

from visualizer.source_code.task_parts.autoencoder import picture_parts
from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted
from visualizer.tasks.variational_autoencoder import VariationalAutoencoder

_KERAS_LOSS = '''\
def picture_loss(true, outputs):
    """The loss of a picture, all its pixels together; the divergence is added by Sampling."""
    off = {off}
    return ops.sum(ops.reshape(off, (ops.shape(off)[0], -1)), axis=1)


'''
_KERAS_OFF = {
    "bce_and_kl": "keras.losses.binary_crossentropy(true[..., None], outputs[..., None])",
    "gauss_and_kl": "(outputs - true) ** 2 / (2 * 0.2**2)",
}
_PYTORCH_LOSS = '''\
described = {{}}  # what Sampling was given last: means and logarithms of variances
for module in model.modules():
    if isinstance(module, NormalSampling):
        module.register_forward_hook(lambda module, inputs, output: described.update(code=inputs[0]))


def picture_loss(outputs, true):
    """The loss of a picture, all its pixels together, and the divergence of its code."""
    off = {off}
    mean, log_variance = described["code"].chunk(2, dim=1)
    divergence = (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=1) / 2
    return (off.flatten(1).sum(dim=1) + {beta:g} * divergence).mean()


'''
_PYTORCH_OFF = {
    "bce_and_kl": 'functional.binary_cross_entropy(outputs.clamp(0, 1), true, reduction="none")',
    "gauss_and_kl": "(outputs - true) ** 2 / (2 * 0.2**2)",
}


def variational_autoencoder_parts(wanted: Wanted) -> TaskParts:
    """An autoencoder's, with the divergence of the codes."""
    task, loss = wanted.settings.task, wanted.settings.loss
    assert isinstance(task, VariationalAutoencoder)
    if wanted.library is KERAS:
        own = f"Sampling.beta = {task.beta:g}\n\n\n" + _KERAS_LOSS.format(off=_KERAS_OFF[loss])
        return picture_parts(wanted, loss="picture_loss", functions=own)
    own = _PYTORCH_LOSS.format(off=_PYTORCH_OFF[loss], beta=task.beta)
    return picture_parts(wanted, loss="picture_loss(outputs, true)", functions=own)
