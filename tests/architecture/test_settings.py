"""Every setting of every layer type takes its whole range and nothing beside it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import setting_values
from visualizer.architecture.layer import layer_types
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.settings import Choice, Integer, IntegerPair, Real, SettingError, Spec, Toggle

NOT_NUMBERS = [None, "3", [3], (3,), {}, True, math.nan, math.inf, -math.inf, 10**400, object()]


def bounds(spec: Spec) -> list:
    if isinstance(spec, Integer | Real):
        return [spec.minimum, spec.maximum]
    if isinstance(spec, IntegerPair):
        low, high = spec.minimum, spec.maximum
        return [(low, low), (low, high), (high, low), (high, high)]
    if isinstance(spec, Choice):
        return [value for value, _ in spec.options]
    return [False, True]


def refused(spec: Spec) -> list:
    if isinstance(spec, Integer):
        return [*NOT_NUMBERS, spec.minimum - 1, spec.maximum + 1, float(spec.minimum)]
    if isinstance(spec, Real):
        return [*NOT_NUMBERS, spec.minimum - 1e-6, spec.maximum + 1e-6]
    if isinstance(spec, IntegerPair):
        good, low, high = spec.minimum, spec.minimum - 1, spec.maximum + 1
        pairs = [(good,), (good, good, good), [good, good], (low, good), (good, low), (high, good), (good, high)]
        return [*NOT_NUMBERS, good, *pairs, (True, good), (float(good), good), ("3", good), (good, None)]
    if isinstance(spec, Choice):
        return ["", "RELU", None, 3, True, ["relu"], spec.options[0]]
    return [0, 1, "true", None]


SETTINGS = [
    pytest.param(layer_type, setting, id=f"{name}.{setting.name}")
    for name, layer_type in layer_types().items()
    for setting in layer_type.settings()
]


@pytest.mark.parametrize(("layer_type", "setting"), SETTINGS)
def test_bounds_are_taken(layer_type, setting):
    for value in bounds(setting.spec):
        assert getattr(layer_type(**{setting.name: value}), setting.name) == value


@pytest.mark.parametrize(("layer_type", "setting"), SETTINGS)
def test_anything_else_is_refused_and_the_message_names_the_setting(layer_type, setting):
    for value in refused(setting.spec):
        with pytest.raises(SettingError, match=setting.name):
            layer_type(**{setting.name: value})


@pytest.mark.parametrize(("layer_type", "setting"), SETTINGS)
def test_defaults_are_in_range_and_the_form_has_words(layer_type, setting):
    assert setting.spec.check(getattr(layer_type(), setting.name)) is None
    assert setting.spec.label
    assert setting.spec.help.endswith(".")
    if setting.only_when:
        other, value = setting.only_when
        specs = {setting.name: setting.spec for setting in layer_type.settings()}
        assert specs[other].check(value) is None


@pytest.mark.parametrize("spec", [setting.values[1].spec for setting in SETTINGS], ids=[s.id for s in SETTINGS])
def test_the_strategies_draw_what_is_accepted(spec):
    @given(st.one_of(setting_values(spec), setting_values(spec, small=False)))
    def accepted(value):
        assert spec.check(value) is None

    accepted()


def test_a_refused_value_is_told_with_range_and_remedy():
    with pytest.raises(SettingError) as caught:
        Conv2D(filters=0)
    assert str(caught.value) == ("Conv2D has filters = 0. It must be a whole number from 1 to 4096. Change filters.")


def test_a_huge_refused_value_does_not_fill_the_screen():
    with pytest.raises(SettingError) as caught:
        Conv2D(filters="x" * 100_000)
    assert len(str(caught.value)) < 300


def test_what_layers_with_kernels_share_comes_last_and_is_seldom_changed():
    for layer_type in (Conv2D, Dense):
        names = [(setting.name, setting.advanced) for setting in layer_type.settings()]
        assert names[-3:] == [("kernel_initializer", True), ("l1", True), ("l2", True)]
        assert not any(advanced for _, advanced in names[:-3])
    with pytest.raises(TypeError, match="positional"):
        Dense(10, "relu", True, "zeros")


def test_the_toggle_is_strict():
    assert Toggle("Bias", "").check(1) == "It must be true or false."
