"""A generator and a discriminator, in the scripts: they are trained against each other, and end with samples."""

from dataclasses import replace

from visualizer.architecture.architecture import Architecture, Block
from visualizer.source_code.steps import PENALTY, SINGLE, keras_optimizer, pytorch_optimizer
from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted
from visualizer.source_code.task_parts.samples import SAMPLES, SAVED
from visualizer.tasks.gan import DISCRIMINATOR, GENERATOR, Gan
from visualizer.training.settings import is_augmented

_ABOUT = "# Real pictures, which the generator never sees; their classes are not looked at.\n"
_HOW_WRONG = '''\
def how_wrong(said, real):
    """The loss of each answer if all pictures are real, or if all are made: {loss}."""
    return {if_real} if real else {if_made}


'''
_TOLD_APART = '''\
def told_apart(real, made):
    """The share of real and of made pictures, as many of each, that the discriminator tells apart."""
    return ((said_of(real) > {middle}).mean() + (said_of(made) < {middle}).mean()) / 2


'''
_KERAS_SAID_OF = '''\
def said_of(pictures):
    """What the discriminator says of pictures, after training."""
    return discriminator.predict(pictures, batch_size={batch_size}, verbose=0)


'''
_PYTORCH_SAID_OF = '''\
def said_of(pictures):
    """What the discriminator says of pictures, after training."""
    return torch.cat([discriminator(some) for some in pictures.split({batch_size})]).numpy()


'''
_KERAS_STEP = '''\
def step(network, optimizer, loss):
    """A step of this network's weights, down the gradient of the loss; all others stay as they are."""
    gradients = torch.autograd.grad(loss, [weights.value for weights in network.trainable_variables])
    with torch.no_grad():
        optimizer.apply(gradients, network.trainable_variables)


'''
_KERAS_TRAINING = """\
generator_optimizer = {optimizer}
discriminator_optimizer = {optimizer}
test_noise = np.random.default_rng({seed}).random((len(test_pictures), {noise}), dtype="float32")
for epoch in range({epochs}):
    order = np.random.permutation(len(train_pictures))
    for start in range(0, len(order), {batch_size}):
        chosen = order[start : start + {batch_size}]
{single}        real = ops.convert_to_tensor({real})
        made = generator(keras.random.uniform((len(real), {noise})), training=True)
        # The generator learns that what it made is taken for real.
        of_generator = ops.mean(how_wrong(discriminator(made, training=True), real=True))
        # The discriminator learns to tell both kinds apart; the generator learns nothing of that.
        right = how_wrong(discriminator(real, training=True), real=True)
        wrong = how_wrong(discriminator(made.detach(), training=True), real=False)
        of_discriminator = ops.mean(right) + ops.mean(wrong)
{steps}    made = generator.predict(test_noise, batch_size={batch_size}, verbose=0)
    print(f"Epoch {{epoch + 1}}: generator's loss {{of_generator.item():.4f}}, ", end="")
    print(f"discriminator's loss {{of_discriminator.item():.4f}}, ", end="")
    print(f"validation {told} {{told_apart(test_pictures, made):.1%}}")

# {count} samples: what the generator makes of noise.
from PIL import Image

samples = generator.predict(np.random.random(({count}, {noise})), verbose=0)
row = np.concatenate(list(np.clip(samples, 0, 1)), axis=1)
"""
_PYTORCH_TRAINING = """\
test_noise = torch.rand(len(test_pictures), {noise})
optimizer = {optimizer}
for epoch in range({epochs}):
    model.train()
    for chosen in torch.randperm(len(train_pictures)).split({batch_size}):
{single}        real = {real}
        made = generator(torch.rand(len(real), {noise}))
        # The generator learns that what it made is taken for real; the discriminator learns nothing of that.
        discriminator.requires_grad_(False)
        of_generator = how_wrong(discriminator(made), real=True).mean()
        discriminator.requires_grad_(True)
        # The discriminator learns to tell both kinds apart; the generator learns nothing of that.
        right = how_wrong(discriminator(real), real=True)
        wrong = how_wrong(discriminator(made.detach()), real=False)
        of_discriminator = right.mean() + wrong.mean()
{loss}{penalty}        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        made = torch.cat([generator(some) for some in test_noise.split({batch_size})])
        told = told_apart(test_pictures, made)
    print(f"Epoch {{epoch + 1}}: generator's loss {{of_generator.item():.4f}}, ", end="")
    print(f"discriminator's loss {{of_discriminator.item():.4f}}, validation {told} {{told:.1%}}")

# {count} samples: what the generator makes of noise.
from PIL import Image

with torch.no_grad():
    samples = generator(torch.rand({count}, {noise}))
row = np.concatenate(list(samples.clamp(0, 1).permute(0, 2, 3, 1).numpy()), axis=1)
"""


def gan_parts(wanted: Wanted) -> TaskParts:
    """Both parts are defined apart, and take their steps at once, from the same weights."""
    task, settings, keras = wanted.settings.task, wanted.settings, wanted.library is KERAS
    assert isinstance(task, Gan)
    squared = settings.loss == "adversarial_mse"
    softplus = "ops.softplus" if keras else "functional.softplus"
    how_wrong = _HOW_WRONG.format(
        loss="its squared error" if squared else "binary cross-entropy of its sigmoid",
        if_real="(said - 1) ** 2" if squared else f"{softplus}(-said)",
        if_made="said**2" if squared else f"{softplus}(said)",
    )
    said_of = (_KERAS_SAID_OF if keras else _PYTORCH_SAID_OF).format(batch_size=settings.batch_size)
    channels, height, width = wanted.architecture.input_shape
    penalised = any(layer.penalty is not None for layer in wanted.architecture.layers)
    training = (_KERAS_TRAINING if keras else _PYTORCH_TRAINING).format(
        optimizer=(keras_optimizer if keras else pytorch_optimizer)(settings),
        seed=settings.seed,
        noise=f"{height}, {width}, {channels}" if keras else f"{channels}, {height}, {width}",
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        single=SINGLE if settings.batch_size > 1 else "",
        real="changed(train_pictures[chosen])" if is_augmented(settings) else "train_pictures[chosen]",
        steps=_steps(task.discriminator_every, penalised=penalised),
        loss=_loss(task.discriminator_every),
        penalty=PENALTY if penalised else "",
        told=task.measures[0].title,
        count=SAMPLES,
    )
    return TaskParts(
        about=_ABOUT,
        functions="".join(
            [how_wrong, said_of, _TOLD_APART.format(middle=0.5 if squared else 0), _KERAS_STEP if keras else ""]
        ),
        networks=_apart(wanted.architecture),
        training=training,
        after=SAVED,
        keras_needs_torch=True,
    )


def _steps(every: int, *, penalised: bool) -> str:
    """Keras's steps, after both losses were computed."""
    losses = [f"of_{name}{f' + sum({name}.losses)' if penalised else ''}" for name in ("generator", "discriminator")]
    lines = [f"        step(generator, generator_optimizer, {losses[0]})"]
    own = f"step(discriminator, discriminator_optimizer, {losses[1]})"
    if every == 1:
        lines.append(f"        {own}")
    else:
        lines.append(f"        # The discriminator learns from one batch in {every}, at random.")
        if penalised:
            lines.append("        # In the app, the penalty of its kernels makes them smaller in the others, too.")
        lines += [f"        if np.random.random() < 1 / {every}:", f"            {own}"]
    return "".join(f"{line}\n" for line in lines)


def _loss(every: int) -> str:
    """PyTorch's loss of one step of both."""
    if every == 1:
        return "        loss = of_generator + of_discriminator\n"
    return f"""\
        loss = of_generator
        if torch.rand(()) < 1 / {every}:  # the discriminator learns from one batch in {every}, at random
            loss = loss + of_discriminator
"""


def _apart(architecture: Architecture) -> dict[str, Architecture]:
    """The generator, up to the end of its block, and the discriminator, which is all after it."""
    end = 1 + max(block.last for block in architecture.blocks if block.title == GENERATOR)
    generator = replace(architecture.up_to(end), name=GENERATOR)
    discriminator = Architecture(
        DISCRIMINATOR,
        Gan().picture_shape(architecture),
        architecture.layers[end:],
        tuple(tuple(source - end for source in sources) for sources in architecture.sources[end:]),
        tuple(
            Block(block.title, block.first - end, block.last - end)
            for block in architecture.blocks
            if block.first >= end
        ),
    )
    return {"generator": generator, "discriminator": discriminator}
