"""Architecture and training settings -> a Keras 3 script that defines, compiles and trains the network.

A chain becomes a `Sequential`, a network that branches a functional model.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from visualizer.architecture.architecture import Architecture, LayerReport, one_line, summarize
from visualizer.architecture.initialization import Initialization
from visualizer.architecture.layer import Layer
from visualizer.architecture.shapes import is_maps, numbers_in
from visualizer.architecture.span import PICTURE
from visualizer.data.annotations import Annotations
from visualizer.source_code.augmentation import augmentation, moves_pictures
from visualizer.source_code.flow_names import INPUTS, name_flow, under_titles
from visualizer.source_code.keras_kernels import INITIALIZERS, kernel_arguments
from visualizer.source_code.scripts import (
    PATHLIB,
    Fetched,
    PictureLoader,
    from_file,
    heading,
    held_out,
    imports,
    loads_digits,
    output_shape,
    wants_a_folder,
)
from visualizer.source_code.steps import keras_optimizer
from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted, WriteParts
from visualizer.training.settings import TrainingSettings, is_augmented


def keras_model(architecture: Architecture, initialization: Initialization = "glorot_uniform") -> str:
    """The lines that define the network as `model`; they want `import keras` and `from keras import layers`."""
    return _models({"model": architecture}, initialization)


def _models(networks: Mapping[str, Architecture], initialization: Initialization) -> str:
    """The lines that define several networks by their names, and before them the layers that are not Keras's own."""
    kinds = dict.fromkeys(layer.keras_form().definition for network in networks.values() for layer in network.layers)
    definitions = "".join(f"{definition}\n\n" for definition in kinds if definition)
    return definitions + "\n".join(_model(name, network, initialization) for name, network in networks.items())


def _model(variable: str, architecture: Architecture, initialization: Initialization) -> str:
    channels, height, width = architecture.input_shape
    start = f"keras.Input(({height}, {width}, {channels}))"
    # Keras allows no stroke in a name.
    name = json.dumps(one_line(architecture.name.replace("/", "-")), ensure_ascii=False)
    calls = [_layer(layer, INITIALIZERS[initialization]) for layer in architecture.layers]
    rows = summarize(architecture).layers
    remarks = [[f"# {remark}" for remark in _remarks(row)] for row in rows]
    about = "".join(f"# {remark}\n" for remark in _start_remarks(rows, initialization))
    if not architecture.wires:
        lines = [f"{start},"]
        for own, call in zip(remarks, calls, strict=True):
            lines += [*own, f"{call},"]
        inside = "".join(f"        {line}\n" for line in lines)
        return f"{about}{variable} = keras.Sequential(\n    [\n{inside}    ],\n    name={name},\n)\n"
    steps = name_flow(architecture)
    flow = []
    for own, call, step, other in zip(remarks, calls, steps, _other_order(rows), strict=True):
        aside = [f"{step.set_aside} = {step.inputs[0]}"] if step.set_aside else []
        read = step.inputs[0] if len(step.inputs) == 1 else f"[{', '.join(step.inputs)}]"
        flow.append([*aside, *own, *([_OTHER_ORDER] if other else []), f"{step.output} = {call}({read})"])
    end = f"{variable} = keras.Model({INPUTS}, {steps[-1].output}, name={name})"
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


def keras_script(architecture: Architecture, settings: TrainingSettings) -> str:
    """The whole script. The network must fit and end in one number for each class."""
    (classes,) = output_shape(architecture)
    loss = f"CategoricalCrossentropy(from_logits={not architecture.ends_in_softmax})"
    if settings.loss == "mse":
        loss = "MeanSquaredError()"
    digits, folder = (loads(architecture, settings.dataset) for loads in (loads_digits, wants_a_folder))
    changes, fit = "", f"pictures, one_hot, batch_size={settings.batch_size}"
    validation = "validation_split=0.15"
    if is_augmented(settings):
        changes = f"""\
held_out = int(0.15 * len(pictures))
train_pictures, train_one_hot = pictures[held_out:], one_hot[held_out:]
test_pictures, test_one_hot = pictures[:held_out], one_hot[:held_out]

{augmentation(settings, architecture.input_shape[1:], KERAS)}\
{_batches(settings, "yield changed(train_pictures[chosen]), train_one_hot[chosen]")}""".removesuffix("\n")
        fit = f"batches(), {_IN_ORDER}, steps_per_epoch={_steps(settings)}"
        validation = "validation_data=(test_pictures, test_one_hot)"
    return f"""\
{heading(architecture, "Keras 3")}
{
        imports(
            PATHLIB if folder else "",
            "import keras",
            "import numpy as np",
            _from_keras(changes),
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
{changes}
model.compile(
    optimizer={keras_optimizer(settings)},
    loss=keras.losses.{loss},
    metrics=["accuracy"],
)
model.fit({fit}, epochs={settings.epochs}, {validation})
"""


def _from_keras(source: str) -> str:
    """The import for a script with this source in it."""
    return "from keras import layers, ops" if " ops." in source or "(ops." in source else "from keras import layers"


_IN_ORDER = "shuffle=False"  # of batches that are shuffled already


def _steps(settings: TrainingSettings) -> str:
    """How many batches an epoch has, rounded up."""
    return f"-(-len(train_pictures) // {settings.batch_size})"


def _batches(settings: TrainingSettings, *lines: str) -> str:
    """A generator of what `fit` trains on; the lines yield the pictures that are `chosen`, changed, with the truth."""
    inside = "".join(f"            {line}\n" for line in lines)
    return f'''\
def batches():
    """The training pictures for ever, in a new order each time and changed anew."""
    while True:
        order = random.permutation(len(train_pictures))
        for start in range(0, len(order), {settings.batch_size}):
            chosen = order[start : start + {settings.batch_size}]
{inside}

'''


def keras_task_script(
    architecture: Architecture, settings: TrainingSettings, annotations: Annotations, write: WriteParts
) -> str:
    """The whole script for a task that trains on `pictures.npz`. The network must fit the task.

    `annotations` are as the task's `about` returned them.
    """
    parts = write(Wanted(architecture, settings, annotations, KERAS))
    channels, height, width = settings.task.picture_shape(architecture)
    resize, clip = _PICTURES.resize
    networks = parts.networks or {"model": architecture}
    changes = augmentation(settings, (height, width), KERAS, parts.moved_targets)
    functions = f"{parts.functions}{changes}"
    training = parts.training or _compile_and_fit(parts, settings)
    library, before, torch = "Keras 3", imports(PATHLIB), ""
    if parts.keras_needs_torch:
        library, torch = "Keras 3 on PyTorch", "import torch"
        chosen = 'os.environ["KERAS_BACKEND"] = "torch"  # which computes the gradients below'
        before = imports("import os", PATHLIB, f"{chosen}\n")
    summaries = "".join(f"{name}.summary()\n" for name in networks)
    return f"""\
{heading(architecture, library)}
{before}{imports("import keras", "import numpy as np", torch, _from_keras(f"{functions}{training}"))}
keras.utils.set_random_seed({settings.seed})

{_models(networks, settings.initialization)}{summaries}
{from_file(channels)}\
if pictures.shape[1:3] != ({height}, {width}):
    {resize.format(height=height, width=width)}
    {clip}

{parts.about}
{held_out(settings.seed)}

{functions}\
{training}{parts.after}"""


def _compile_and_fit(parts: TaskParts, settings: TrainingSettings) -> str:
    learnt = f"{parts.learnt}({{}})" if parts.learnt else "{}"
    batches, given = "", f"    train_pictures,\n    {learnt.format('train_targets')},\n"
    given += f"    batch_size={settings.batch_size},\n"
    if is_augmented(settings):
        if parts.learns_pictures:
            lines = ["shown = changed(train_pictures[chosen])", "yield shown, shown"]
        elif parts.moved_targets and moves_pictures(settings):
            both = "changed(train_pictures[chosen], train_targets[chosen])"
            lines = [f"shown, targets = {both}", f"yield shown, {learnt.format('targets')}"]
            lines = lines if parts.learnt else [f"yield {both}"]
        else:
            lines = [f"yield changed(train_pictures[chosen]), {learnt.format('train_targets[chosen]')}"]
        batches = _batches(settings, *lines)
        given = f"    batches(),\n    {_IN_ORDER},\n    steps_per_epoch={_steps(settings)},\n"
    return f"""\
{batches}def report(epoch, logs):
    value = {parts.measure}(model.predict(test_pictures, verbose=0), test_targets)
    print(f" Validation {settings.task.measures[0].title}: {{value:.1%}}")


model.compile(optimizer={keras_optimizer(settings)}, loss={parts.loss})
model.fit(
{given}\
    epochs={settings.epochs},
    validation_data=(test_pictures, {learnt.format("test_targets")}),
    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=report)],
)
"""


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
