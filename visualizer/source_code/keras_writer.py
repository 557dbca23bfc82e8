"""Architecture and training settings -> a Keras 3 script that defines, compiles and trains the network.

A chain becomes a `Sequential`, a network that branches a functional model.
"""

import json
from collections.abc import Sequence
from typing import Any

from visualizer.architecture.architecture import Architecture, LayerReport, one_line, summarize
from visualizer.architecture.initialization import Initialization
from visualizer.architecture.layer import Layer
from visualizer.architecture.shapes import is_maps, numbers_in
from visualizer.architecture.span import PICTURE
from visualizer.data.annotations import Annotations
from visualizer.source_code.flow_names import INPUTS, name_flow, under_titles
from visualizer.source_code.keras_kernels import INITIALIZERS, kernel_arguments
from visualizer.source_code.scripts import (
    PATHLIB,
    Fetched,
    PictureLoader,
    arguments,
    from_file,
    heading,
    held_out,
    imports,
    loads_digits,
    output_shape,
    wants_a_folder,
)
from visualizer.source_code.task_parts.parts import KERAS, Wanted, WriteParts
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.settings import TrainingSettings


def keras_model(architecture: Architecture, initialization: Initialization = "glorot_uniform") -> str:
    """The lines that define the network as `model`; they want `import keras` and `from keras import layers`."""
    channels, height, width = architecture.input_shape
    start = f"keras.Input(({height}, {width}, {channels}))"
    # Keras allows no stroke in a name.
    name = json.dumps(one_line(architecture.name.replace("/", "-")), ensure_ascii=False)
    calls = [_layer(layer, INITIALIZERS[initialization]) for layer in architecture.layers]
    rows = summarize(architecture).layers
    remarks = [[f"# {remark}" for remark in _remarks(row)] for row in rows]
    definitions = dict.fromkeys(layer.keras_form().definition for layer in architecture.layers)
    about = "".join(f"{definition}\n\n" for definition in definitions if definition)
    about += "".join(f"# {remark}\n" for remark in _start_remarks(rows, initialization))
    if not architecture.wires:
        lines = [f"{start},"]
        for own, call in zip(remarks, calls, strict=True):
            lines += [*own, f"{call},"]
        inside = "".join(f"        {line}\n" for line in lines)
        return f"{about}model = keras.Sequential(\n    [\n{inside}    ],\n    name={name},\n)\n"
    steps = name_flow(architecture)
    flow = []
    for own, call, step, other in zip(remarks, calls, steps, _other_order(rows), strict=True):
        aside = [f"{step.set_aside} = {step.inputs[0]}"] if step.set_aside else []
        read = step.inputs[0] if len(step.inputs) == 1 else f"[{', '.join(step.inputs)}]"
        flow.append([*aside, *own, *([_OTHER_ORDER] if other else []), f"{step.output} = {call}({read})"])
    end = f"model = keras.Model({INPUTS}, {steps[-1].output}, name={name})"
    return about + "".join(f"{line}\n" for line in under_titles(architecture, flow, [f"{INPUTS} = {start}"], [end]))


def _remarks(row: LayerReport) -> list[str]:
    remark = row.layer.keras_remark(row.input_shape) if row.output_shape and row.input_shape else ""
    remarks = [remark] if remark else []
    if row.layer.keras_form().guessed and row.layer.settings():
        remarks.append(f"{row.layer.title} has its name and settings from the app: look up whether Keras has the same.")
    return remarks


def _start_remarks(rows: Sequence[LayerReport], initialization: Initialization) -> list[str]:
    """Where the first weights of layers that start as torch has it differ in Keras."""
    as_torch = [
        (row.input_shape, initializers)
        for row in rows
        if (row.layer.own_initialization or initialization) == "torch_default"
        if (initializers := row.layer.keras_form().initializers)
    ]
    remarks = ["PyTorch draws the first biases too; here they are zeros."] if as_torch else []
    if any("depthwise_initializer" in initializers and shape and shape[0] > 1 for shape, initializers in as_torch):
        remarks.append("Depthwise kernels start smaller here than in PyTorch: Keras counts all maps as their inputs.")
    return remarks


_OTHER_ORDER = "# Keras flattens maps pixel by pixel, the app channel by channel: here other pairs of numbers meet."


def _other_order(rows: Sequence[LayerReport]) -> list[bool]:
    """Of each layer, whether vectors meet in it number by number that Keras has in different orders."""
    orders = {PICTURE: _SAME}  # of each output, by what it was made of since maps were flattened
    known: dict[tuple[tuple[int, ...], ...], int] = {}
    different = []
    for index, row in enumerate(rows):
        assert row.input_shape is not None
        assert row.output_shape is not None
        read = [orders[source] for source in row.sources]
        placewise = row.layer.meeting != "concatenation"
        different.append(placewise and len(set(read)) > 1)
        order = read[0]
        if not placewise and any(read):
            parts = [(*(rows[source].output_shape or ()), orders[source]) for source in row.sources]
            order = known.setdefault(tuple(parts), len(known) + 1)
        flattened = is_maps(row.input_shape) and row.output_shape == (numbers_in(row.input_shape),)
        if flattened and row.input_shape[0] > 1 and row.input_shape[1:] != (1, 1):
            order = known.setdefault((row.input_shape,), len(known) + 1)
        elif is_maps(row.output_shape) or (len(read) == 1 and not row.layer.keeps_shape):
            order = _SAME
        orders[index] = order
    return different


_SAME = 0  # the order in which this app has the numbers too


def _optimizer(settings: TrainingSettings) -> str:
    optimizer = OPTIMIZERS[settings.optimizer]
    momentum = {"momentum": settings.momentum} if optimizer.has_momentum else {}
    options = {"learning_rate": settings.learning_rate, **momentum, **optimizer.keras_options}
    return f"{optimizer.keras_class}({arguments(options)})"


def keras_script(architecture: Architecture, settings: TrainingSettings) -> str:
    """The whole script. The network must fit and end in one number for each class."""
    (classes,) = output_shape(architecture)
    loss = f"CategoricalCrossentropy(from_logits={not architecture.ends_in_softmax})"
    if settings.loss == "mse":
        loss = "MeanSquaredError()"
    digits, folder = (loads(architecture, settings.dataset) for loads in (loads_digits, wants_a_folder))
    return f"""\
{heading(architecture, "Keras 3")}
{
        imports(
            PATHLIB if folder else "",
            "import keras",
            "import numpy as np",
            "from keras import layers",
            "from PIL import Image, ImageOps" if folder else "",
            "from sklearn.datasets import load_digits" if digits else "",
        )
    }
keras.utils.set_random_seed({settings.seed})

{keras_model(architecture, settings.initialization)}model.summary()

{_PICTURES.lines(architecture, settings.dataset)}
one_hot = keras.utils.to_categorical(labels, {classes})
order = np.random.default_rng({settings.seed}).permutation(len(pictures))
pictures, one_hot = pictures[order], one_hot[order]

model.compile(
    optimizer=keras.optimizers.{_optimizer(settings)},
    loss=keras.losses.{loss},
    metrics=["accuracy"],
)
model.fit(pictures, one_hot, batch_size={settings.batch_size}, epochs={settings.epochs}, validation_split=0.15)
"""


def keras_task_script(
    architecture: Architecture, settings: TrainingSettings, annotations: Annotations, write: WriteParts
) -> str:
    """The whole script for a task that trains on `pictures.npz`. The network must fit the task.

    `annotations` are as the task's `about` returned them.
    """
    parts = write(Wanted(architecture, settings, annotations, KERAS))
    _, height, width = architecture.input_shape
    (resize, clip), measure = _PICTURES.resize, settings.task.measures[0]
    learnt = f"{parts.learnt}({{}})" if parts.learnt else "{}"
    from_keras = "from keras import layers, ops" if " ops." in parts.functions else "from keras import layers"
    return f"""\
{heading(architecture, "Keras 3")}
{imports(PATHLIB, "import keras", "import numpy as np", from_keras)}
keras.utils.set_random_seed({settings.seed})

{keras_model(architecture, settings.initialization)}model.summary()

{from_file(architecture)}\
if pictures.shape[1:3] != ({height}, {width}):
    {resize.format(height=height, width=width)}
    {clip}

{parts.about}
{held_out(settings.seed)}

{parts.functions}\
def report(epoch, logs):
    value = {parts.measure}(model.predict(test_pictures, verbose=0), test_targets)
    print(f" Validation {measure.title}: {{value:.1%}}")


model.compile(optimizer=keras.optimizers.{_optimizer(settings)}, loss={parts.loss})
model.fit(
    train_pictures,
    {learnt.format("train_targets")},
    batch_size={settings.batch_size},
    epochs={settings.epochs},
    validation_data=(test_pictures, {learnt.format("test_targets")}),
    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=report)],
)
{parts.after}"""


def _layer(layer: Layer, initializer: str) -> str:
    form = layer.keras_form()
    values = {setting.name: getattr(layer, setting.name) for setting in layer.settings()}
    defaults = {setting.name: getattr(type(layer), setting.name) for setting in layer.settings()} | dict(form.defaults)
    defaults |= {setting: values[other] for setting, other in form.same.items()}
    arguments = []
    for argument in form.arguments:
        setting = form.setting(argument)
        if argument in form.packed:
            packed, usual = form.packed[argument].pack(values), form.packed[argument].pack(defaults)
            if argument in form.required:
                arguments.append(_value(packed))
            elif argument in form.written or packed != usual:
                arguments.append(f"{argument}={_value(packed)}")
            continue
        if setting not in values or setting in form.implied:
            continue
        if argument in form.required:
            arguments.append(_value(values[setting]))
        elif argument in form.written or values[setting] != defaults[setting]:
            arguments.append(f"{argument}={_value(values[setting])}")
    if layer.own_initialization is not None:
        initializer = INITIALIZERS[layer.own_initialization]
    arguments += kernel_arguments(form.initializers, form.regularizers, initializer, layer.penalty)
    name = form.names[0] if form.definition else f"layers.{form.names[0]}"
    return f"{name}({', '.join(arguments)})"


def _value(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _fetched(fetched: Fetched, few: str) -> list[str]:
    lines = [
        "# Keras fetches it the first time and keeps it.",
        f"(pictures, labels), _ = keras.datasets.{fetched.keras}.load_data()",
    ]
    if few:
        lines.append(f"pictures, labels = pictures{few}, labels{few}  # more of this size want much memory")
    return [*lines, 'pictures = pictures[..., np.newaxis].astype("float32") / 255']


# `pictures` are (N, H, W, C) and `labels` (N,).
_PICTURES = PictureLoader(
    digits=(
        "pictures, labels = load_digits(return_X_y=True)",
        'pictures = pictures.reshape(-1, 8, 8, 1).astype("float32") / 16',
    ),
    fetched=_fetched,
    resize=(
        "pictures = keras.ops.image.resize(pictures, ({height}, {width}), antialias=True)",
        "pictures = np.clip(keras.ops.convert_to_numpy(pictures), 0, 1)",
    ),
    repeat="pictures = np.repeat(pictures, {channels}, axis=-1)",
)
