"""Whatever is uploaded: what it is meant to be comes out, or an error that a person can fix, and nothing else."""

import base64
import io
import json
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from tests.data.own import picture, png
from tests.fuzz.hostile import changed_json, json_values, many, mutated
from tests.test_images import SAMPLES, read_or_refuse
from visualizer.architecture.architecture import Architecture, architecture_from_json, architecture_to_dict, summarize
from visualizer.architecture.goal import class_goal
from visualizer.architecture.layer import layer_types
from visualizer.architecture.model_file import METADATA_KEY, load_model, load_notes, save_model
from visualizer.architecture.network import build
from visualizer.architecture.presets import PRESETS, TINY
from visualizer.data import own_pictures
from visualizer.data.class_names import MAX_NAME_LENGTH
from visualizer.data.drawing import SIDE, read_drawing
from visualizer.data.own_dataset import load_own
from visualizer.data.own_pictures import read_zip
from visualizer.errors import UserError
from visualizer.ui.pictures.camera_series import read_series

# What Pillow and zipfile say of files that are broken is not what is looked for.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

# ---- Pictures


def animated(file_format: str) -> bytes:
    frames = [Image.fromarray(picture(level, level, 20, 24)) for level in (40, 120, 200)]
    buffer = io.BytesIO()
    frames[0].save(buffer, file_format, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


PICTURES = [*SAMPLES.values(), animated("PNG"), animated("TIFF")]


@many(250)
@given(mutated(PICTURES))
def test_a_damaged_picture(data):
    read_or_refuse(data)


@many(60)
@given(st.lists(st.sampled_from(PICTURES), min_size=2, max_size=3), st.data())
def test_a_file_that_is_two_kinds_at_once(files, data):
    first, *others = files
    parts = [first[: data.draw(st.integers(0, len(first)))]]
    parts += [file[data.draw(st.integers(0, len(file))) :] for file in others]
    read_or_refuse(b"".join(parts))


# ---- ZIPs

GOOD = png(picture(9, 1, 12, 12))
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
FOLDERS = st.sampled_from(["..", ".", "", "/", "C:", "__MACOSX", ".git", "a", "b c", "ä", "\u202e", "x" * 300])


@st.composite
def zips(draw: st.DrawFn) -> bytes:
    """ZIPs of any members: names, ways to pack, links and folders, and sizes that are lies."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for _ in range(draw(st.integers(0, 5))):
            parts = draw(st.lists(FOLDERS | st.text(max_size=6), min_size=1, max_size=4))
            entry = zipfile.ZipInfo("/".join(parts) or "x")
            entry.external_attr = draw(st.sampled_from([0, 0o120777 << 16, 0o40755 << 16, 0x10, 2**32 - 1]))
            content = draw(st.sampled_from([GOOD, b"", b"PK\x03\x04", bytes(3_000_000)]) | st.binary(max_size=40))
            try:
                archive.writestr(entry, content, draw(st.sampled_from(METHODS)))
            except UnicodeEncodeError:
                continue  # half of a pair of UTF-16, which no ZIP holds
    return buffer.getvalue()


def read_all(data: bytes) -> None:
    try:
        for file in read_zip(data):
            assert (file.picture is None) == bool(file.problem)
            assert 0 < len(file.class_name) <= MAX_NAME_LENGTH
            assert file.class_name.isprintable()
            assert 0 < file.share <= 1
            assert file.picture is None or max(file.picture.shape) <= own_pictures._STORED_SIDE
    except UserError:
        pass


def zip_samples() -> list[bytes]:
    found = []
    for method in METHODS:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr("cat/x.png", GOOD)
            archive.writestr("dog/y.png", GOOD)
            archive.comment = b"comment"
        found.append(buffer.getvalue())
    return found


@many(60)
@given(zips())
def test_a_zip_of_anything(data):
    read_all(data)


@many(250)
@given(mutated(zip_samples()))
def test_a_damaged_zip(data):
    read_all(data)


@many(60)
@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02"]))
def test_bytes_as_a_zip(rest, start):
    read_all(start + rest)


# ---- Architectures as JSON

WORDS = [
    "format",
    "version",
    "name",
    "input_shape",
    "layers",
    "type",
    "filters",
    "units",
    "kernel_size",
    "same",
    "relu",
]
WORDS += sorted(layer_types())
NETWORKS = [architecture_to_dict(preset.architecture) for preset in PRESETS]


def read_json(data: bytes) -> None:
    try:
        found = architecture_from_json(data)
    except UserError:
        return
    assert isinstance(found, Architecture)
    # What Build says of it, it can say of any.
    str(summarize(found, class_goal(10)).problem)


@many(150)
@given(st.sampled_from(NETWORKS).flatmap(lambda network: changed_json(network, WORDS)))
def test_a_changed_architecture(value):
    read_json(json.dumps(value).encode())


@many(60)
@given(json_values(WORDS))
def test_any_json(value):
    read_json(json.dumps(value).encode())


@many(100)
@given(mutated([json.dumps(network).encode() for network in NETWORKS]) | st.binary(max_size=100))
@example(b"[" * 200_000)
@example(b'{"a":' * 40_000)
@example(b"9" * 200_000)
@example(b"\xff\xfe\x00\x00")
@example(b'"' + b"\\ud800" * 30_000 + b'"')
@example(b"-Infinity")
def test_a_damaged_architecture(data):
    read_json(data)


# ---- Models

WEIGHTS = {name: tensor.numpy() for name, tensor in build(TINY.architecture).state_dict().items()}
MODEL = save_model(TINY.architecture, WEIGHTS, {"dataset": "digits"})
(HEADER_LENGTH,) = struct.unpack("<Q", MODEL[:8])
HEADER = json.loads(MODEL[8 : 8 + HEADER_LENGTH])
DATA = MODEL[8 + HEADER_LENGTH :]
HEADER_WORDS = [*HEADER, "dtype", "shape", "data_offsets", "F32", "F64", "BF16", "F8_E4M3", "I64", "BOOL", METADATA_KEY]


def read_model(data: bytes) -> None:
    try:
        architecture, arrays = load_model(data)
        load_notes(data)
    except UserError:
        return
    assert architecture == TINY.architecture or summarize(architecture).fits
    assert {name: array.shape for name, array in arrays.items()} == {
        name: tuple(tensor.shape) for name, tensor in build(architecture).state_dict().items()
    }
    assert all(np.isfinite(array).all() for array in arrays.values())


def file_of(header: object, data: bytes, length: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


@many(150)
@given(changed_json(HEADER, HEADER_WORDS), st.just(DATA) | st.binary(max_size=64))
def test_a_model_with_a_changed_header(header, data):
    read_model(file_of(header, data))


@many(60)
@given(changed_json(architecture_to_dict(TINY.architecture), WORDS))
def test_a_model_that_says_to_be_another_network(architecture):
    network = json.dumps({"architecture": architecture, "notes": {}})
    read_model(file_of(HEADER | {"__metadata__": {METADATA_KEY: network}}, DATA))


@many(150)
@given(mutated([MODEL]) | st.binary(max_size=100))
def test_a_damaged_model(data):
    read_model(data)


@many(30)
@given(st.sampled_from([0, 1, 7, 2**20, 2**31, 2**32, 2**63, 2**64 - 1]) | st.integers(0, 2**64 - 1))
def test_a_header_whose_length_is_a_lie(length):
    read_model(file_of(HEADER, DATA, length))


# ---- What components and addresses bring


@many(60)
@given(json_values(["own-0123456789abcdef", "own-../../../etc/pwd", "digits"]) | st.binary(max_size=20))
def test_browser_data_of_any_kind(sent):
    for read in (read_drawing, read_series, load_own):
        try:
            read(sent)
        except UserError:
            continue
        except TypeError:
            assert read is load_own  # a name is a text wherever it comes from
            assert not isinstance(sent, str)


@many(30)
@given(st.integers(0, 6000), st.sampled_from(["A", "=", "é", " ", "-"]))
def test_a_drawing_of_any_length(length, letter):
    try:
        assert read_drawing(letter * length).shape == (SIDE, SIDE)
    except UserError:
        return


@many(30)
@given(st.lists(mutated(PICTURES[:6]), min_size=1, max_size=3))
def test_pictures_of_a_camera_series(files):
    number, pictures = read_series({"number": 1, "pictures": [base64.b64encode(file).decode() for file in files]})
    assert number == 1
    for data in pictures:
        read_or_refuse(data)
