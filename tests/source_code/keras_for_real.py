"""Runs Keras source of our own with the real Keras, and takes apart the model that it makes.

Keras is there with torch. What only trains, plots or brings pictures is stood in for: nothing is trained or fetched.
"""

import contextlib
import functools
import importlib
import importlib.abc
import importlib.machinery
import io
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

_PICTURES = 8  # that a data set has here
_ABSENT = (
    "tensorflow", "tensorflow_datasets", "tensorflow_addons", "sklearn", "matplotlib", "seaborn", "pandas", "cv2",
    "PIL", "tqdm", "wandb", "keras_tuner", "scikeras", "imutils", "google",
)  # fmt: skip
# Modules of Keras of which nothing is in a network.
_REPLACED = ("optimizers", "preprocessing", "callbacks", "losses", "metrics")


@dataclass
class Ran:
    """What a source made.

    Attributes:
        model: Its model: the last that it trains, else the last that has a name, else the last that it makes.
        lines: The lines that made or called each layer or operation, by its id.
        kept: The same objects, so that no other gets the same id.
    """

    model: Any = None
    lines: dict[int, set[int]] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)


def run_keras(text: str, folder: Path, *, keras_1: bool = False) -> Ran:
    """The model that a source makes. Lines of a notebook's commands are left out."""
    lines = [
        line[: len(line) - len(line.lstrip())] + "pass" if line.lstrip().startswith(("!", "%")) else line
        for line in text.split("\n")
    ]
    script = folder / "script.py"
    script.write_text("\n".join(lines), encoding="utf-8")
    ran, made, compiled = Ran(), [], []
    with _stand_ins(ran, str(script), made, compiled, keras_1), contextlib.redirect_stdout(io.StringIO()):
        names = {"__name__": "__main__", "__file__": str(script)}
        module = types.ModuleType("__main__")
        module.__dict__.update(names)
        with mock.patch.dict(sys.modules, {"__main__": module}), mock.patch.object(sys, "argv", [str(script)]):
            exec(compile(script.read_text(encoding="utf-8"), str(script), "exec"), module.__dict__)  # noqa: S102
    import keras

    named = [value for value in module.__dict__.values() if isinstance(value, keras.Model)]
    ran.model = (compiled or named or made)[-1]
    return ran


def taken_apart(model: Any, shape: tuple[int, ...]) -> Any:
    """A functional model that computes the same of one picture, of Keras's own layers and operations alone.

    Models in the model and layers of the source's own are replaced by what they call.
    """
    import keras

    with contextlib.suppress(Exception):
        model(np.zeros((1, *shape), "float32"))  # what is built by the first call is built now
    start = keras.Input(shape)
    call = keras.layers.Layer.__call__

    def call_inside(layer: Any, *arguments: Any, **keywords: Any) -> Any:
        own = not type(layer).__module__.startswith("keras.") or isinstance(layer, keras.Model)
        return (layer.call if own else functools.partial(call, layer))(*arguments, **keywords)

    with mock.patch.object(keras.layers.Layer, "__call__", call_inside):
        ends = model([start] if takes_a_list(model) else start)
    ends = list(ends.values()) if isinstance(ends, dict) else ends
    return keras.Model(start, ends[0] if isinstance(ends, list | tuple) else ends)


def takes_a_list(model: Any) -> bool:
    """Whether it was made of a list of inputs, and wants one."""
    return isinstance(getattr(model, "_inputs_struct", None), list)


def _nothing(name: str) -> mock.MagicMock:
    return mock.MagicMock(name=name)


class _Absent(types.ModuleType):
    """A package of which nothing is needed: every name is there, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _nothing(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds packages that are absent, tensorflow.keras as keras, and the places that names had in older Keras."""

    def __init__(self, old: Callable[[], types.ModuleType]) -> None:
        self.old = old

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        top = name.partition(".")[0]
        older = top == "keras" and not name.startswith("keras.src") and _is_older(name)
        if top in _ABSENT or older:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> Any:
        name = spec.name.replace("tensorflow.python.keras", "tensorflow.keras")
        if name == "tensorflow":
            return _tensorflow()
        if name == "tensorflow.keras" or name.startswith("tensorflow.keras."):
            return _Alias(spec.name, importlib.import_module(name.partition(".")[2]))
        if name.startswith(tuple(f"keras.{replaced}" for replaced in _REPLACED)):
            return _Absent(spec.name)
        if name.startswith("keras."):
            return self.old()
        module = _Absent(spec.name)
        if name == "matplotlib.pyplot":
            module.subplots = lambda *_, **__: (_nothing("figure"), _nothing("axes"))
        if name == "keras_tuner":
            module.HyperParameters = _Choices
        return module

    def exec_module(self, module: Any) -> None:
        module.__path__ = []


def _is_older(name: str) -> bool:
    """Whether a module of Keras is one that only older versions have."""
    parts = ("layers.", "engine", "wrappers", "utils.np_utils", *(f"{replaced}." for replaced in _REPLACED))
    return any(name.startswith(f"keras.{part}") for part in parts)


class _Alias(types.ModuleType):
    """A module under a second name."""

    def __init__(self, name: str, module: types.ModuleType) -> None:
        super().__init__(name)
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_module"], name)

    @property
    def __all__(self) -> list[str]:
        return [name for name in dir(self.__dict__["_module"]) if not name.startswith("_")]


class _Choices:
    """What a tuner chooses first."""

    def Int(self, name: str, low: int, high: int, step: int = 1, default: int | None = None) -> int:  # noqa: N802
        return low if default is None else default

    def Choice(self, name: str, values: list[Any]) -> Any:  # noqa: N802
        return values[0]


def _tensorflow() -> types.ModuleType:
    """The few functions of TensorFlow that are written in networks, as Keras's own."""
    import keras

    ops, module = keras.ops, _Absent("tensorflow")
    module.__version__ = "2.16"
    nn = _Absent("tensorflow.nn")
    for name in ("relu", "relu6", "softmax", "sigmoid", "silu", "elu", "selu", "gelu", "softplus", "tanh"):
        setattr(nn, name, getattr(ops, name))
    nn.swish = ops.silu
    nn.leaky_relu = lambda features, alpha=0.2: ops.leaky_relu(features, alpha)
    module.nn = nn
    module.keras = keras
    module.concat = lambda values, axis: ops.concatenate(values, axis)
    module.reshape = lambda tensor, shape: ops.reshape(tensor, shape)
    module.reduce_mean = lambda tensor, axis=None, keepdims=False: ops.mean(tensor, axis, keepdims)
    module.reduce_max = lambda tensor, axis=None, keepdims=False: ops.max(tensor, axis, keepdims)
    module.add, module.multiply, module.subtract = ops.add, ops.multiply, ops.subtract
    module.shape = lambda tensor: tensor.shape
    module.cast = lambda tensor, dtype=None: tensor
    module.function = lambda function=None, **_: function or (lambda inner: inner)
    return module


@contextlib.contextmanager
def _stand_ins(ran: Ran, script: str, made: list[Any], compiled: list[Any], keras_1: bool) -> Iterator[None]:
    import keras
    from keras.src.ops.operation import Operation
    from keras.src.utils import module_utils

    assert not module_utils.tensorflow.available  # asked before there is something of that name

    def note(operation: Any) -> None:
        frame: Any = sys._getframe(2)
        lines = ran.lines.setdefault(id(operation), set())
        while frame is not None:
            if frame.f_code.co_filename == script:
                lines.add(frame.f_lineno)
            frame = frame.f_back

    new, call, layer_call, init = (
        Operation.__new__, Operation.__call__, keras.layers.Layer.__call__, keras.Model.__init__,
    )  # fmt: skip

    def noted_new(cls: Any, *arguments: Any, **keywords: Any) -> Any:
        operation = new(cls, *arguments, **keywords)
        ran.kept.append(operation)
        note(operation)
        return operation

    def noted_call(operation: Any, *arguments: Any, **keywords: Any) -> Any:
        note(operation)
        return call(operation, *arguments, **keywords)

    def noted_layer_call(layer: Any, *arguments: Any, **keywords: Any) -> Any:
        note(layer)
        return layer_call(layer, *arguments, **keywords)

    def noted_init(model: Any, *arguments: Any, **keywords: Any) -> None:
        init(model, *arguments, **keywords)
        made.append(model)

    def record(model: Any, *_: Any, **__: Any) -> mock.MagicMock:
        compiled.append(model)
        return _nothing("history")

    def predict(model: Any, pictures: Any, *_: Any, **__: Any) -> Any:
        return np.zeros((len(pictures), 10), "float32")

    def pictures_of(shape: tuple[int, ...], answers: tuple[int, ...]) -> Any:
        half = np.zeros((_PICTURES, *shape), "uint8"), np.zeros((_PICTURES, *answers), "int64")
        return lambda *_, **__: (half, half)

    with contextlib.ExitStack() as stack:
        patch = functools.partial(_patched, stack)
        patch(Operation, "__new__", staticmethod(noted_new))
        patch(Operation, "__call__", noted_call)
        patch(keras.layers.Layer, "__call__", noted_layer_call)
        patch(keras.Model, "__init__", noted_init)
        for name in ("compile", "fit", "fit_generator", "train_on_batch"):
            patch(keras.Model, name, record)
        patch(keras.Model, "predict", predict)
        patch(keras.Model, "evaluate", lambda *_, **__: (0.5, 0.5))
        for name in ("save", "save_weights", "load_weights", "summary", "predict_generator", "evaluate_generator"):
            patch(keras.Model, name, _nothing(name))
        for name in _REPLACED:
            replaced = _Absent(f"keras.{name}")
            replaced.__path__ = []
            patch(keras, name, replaced)
            real = [key for key in sys.modules if key == f"keras.{name}" or key.startswith(f"keras.{name}.")]
            stack.enter_context(mock.patch.dict(sys.modules))
            for key in real:
                del sys.modules[key]
            sys.modules[f"keras.{name}"] = replaced
        for name, shape, answers in (
            ("mnist", (28, 28), ()), ("fashion_mnist", (28, 28), ()), ("cifar10", (32, 32, 3), (1,)),
            ("cifar100", (32, 32, 3), (1,)),
        ):  # fmt: skip
            patch(getattr(keras.datasets, name), "load_data", pictures_of(shape, answers))
        for name in ("image_dataset_from_directory", "get_file", "plot_model"):
            patch(keras.utils, name, _nothing(name))
        for name, application in list(vars(keras.applications).items()):
            if isinstance(application, types.FunctionType):
                patch(keras.applications, name, _untrained(application))
                for module in vars(keras.applications).values():
                    if isinstance(module, types.ModuleType) and name in vars(module):
                        patch(module, name, _untrained(application))
        old = _older_keras() if keras_1 else {}
        for name, value in old.items():
            patch(keras.layers if name != "Model" else keras.models, name, value)
        patch(keras.backend, "set_image_dim_ordering", _nothing("set_image_dim_ordering"))
        patch(keras.backend, "image_dim_ordering", lambda: "tf")
        patch(keras.backend, "int_shape", lambda tensor: tuple(tensor.shape))

        def old_place() -> types.ModuleType:
            module = _Absent("keras.older")
            module.__dict__.update({name: value for name, value in vars(keras.layers).items() if name[0] != "_"})
            module.to_categorical = keras.utils.to_categorical
            module.Layer, module.Model, module.Input = keras.layers.Layer, keras.Model, keras.Input
            return module

        before = set(sys.modules)
        absent = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in _ABSENT}
        finder = _Finder(old_place)
        sys.meta_path.insert(0, finder)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of Keras, about older spellings
                yield
        finally:
            sys.meta_path.remove(finder)
            for name in set(sys.modules) - before:
                if name.partition(".")[0] in (*_ABSENT, "keras"):
                    del sys.modules[name]
            for name in [name for name in sys.modules if name.partition(".")[0] in _ABSENT]:
                del sys.modules[name]
            sys.modules.update(absent)


def _patched(stack: contextlib.ExitStack, owner: Any, name: str, value: Any) -> None:
    stack.enter_context(mock.patch.object(owner, name, value, create=True))


def _untrained(application: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(application)
    def without_weights(*arguments: Any, **keywords: Any) -> Any:
        return application(*arguments, **{**keywords, "weights": None})

    return without_weights


def _older_keras() -> dict[str, Any]:
    """Layers as Keras 1 wrote them, by those that Keras has now."""
    import keras

    layers = keras.layers
    words = {
        "border_mode": "padding", "subsample": "strides", "init": "kernel_initializer", "bias": "use_bias",
        "W_regularizer": "kernel_regularizer", "p": "rate", "output_dim": "units", "nb_filter": "filters",
    }  # fmt: skip

    def now(keywords: dict[str, Any]) -> dict[str, Any]:
        left = {key: value for key, value in keywords.items() if key not in ("dim_ordering", "mode")}
        return {words.get(key, key): value for key, value in left.items()}

    def convolution(filters: int, rows: int, columns: int, **keywords: Any) -> Any:
        return layers.Conv2D(filters, (rows, columns), **now(keywords))

    def renamed(make: Any) -> Callable[..., Any]:
        return lambda *arguments, **keywords: make(*arguments, **now(keywords))

    def merge(tensors: list[Any], mode: str = "sum", concat_axis: int = -1) -> Any:
        return layers.add(tensors) if mode == "sum" else layers.concatenate(tensors, axis=concat_axis)

    def model(input: Any, output: Any) -> Any:
        return keras.Model(input, output)

    plain = {name: renamed(getattr(layers, name)) for name in ("Dense", "Dropout", "MaxPooling2D", "AveragePooling2D")}
    normal = renamed(layers.BatchNormalization)
    return {"Convolution2D": convolution, **plain, "BatchNormalization": normal, "merge": merge, "Model": model}
