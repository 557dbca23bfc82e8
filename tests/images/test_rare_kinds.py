"""Pictures that are sound and rare: each is read as its format says, or its kind is named. None is called damaged."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.images.files import bmp, chunk, grey_ramp, png, tiff
from tests.test_images import corners, encoded, quadrants
from visualizer.images import UploadError, read_image

WIDTH, HEIGHT = 64, 20


def grey_tiff(values: np.ndarray, bits: int, photometric: int, order: str = "<", numbers: int = 1) -> bytes:
    tags = {256: values.shape[1], 257: values.shape[0], 258: bits, 259: 1, 262: photometric, 277: 1, 339: numbers}
    return tiff(tags, values.tobytes(), order)


def assert_ramp(read: np.ndarray, expected: np.ndarray) -> None:
    """Each column is grey, and as bright as it should be."""
    np.testing.assert_allclose(read, np.broadcast_to(expected[np.newaxis, :, np.newaxis], read.shape), atol=1)


# ---- Transparency


def test_one_transparent_value_of_16_bit_grey_lies_on_white_and_the_others_stay():
    values = grey_ramp(WIDTH, HEIGHT, 65535).astype(">u2")
    transparent = int(values[0, 40])
    read = read_image(
        png([row.tobytes() for row in values], WIDTH, 16, 0, chunk(b"tRNS", struct.pack(">H", transparent)))
    )
    expected = np.linspace(0, 255, WIDTH)
    expected[40] = 255
    assert_ramp(read, expected)


@pytest.mark.parametrize(("bits", "largest"), [(1, 1), (2, 3), (4, 15), (8, 255)])
def test_the_transparent_value_of_grey_with_few_bits_is_found(bits, largest):
    """The file says it in its own bits, before they become 8."""
    values = [0, largest, largest // 2, 0] * 4
    packed = int("".join(f"{value:0{bits}b}" for value in values), 2).to_bytes(len(values) * bits // 8)
    read = read_image(png([packed] * 3, len(values), bits, 0, chunk(b"tRNS", struct.pack(">H", largest // 2))))
    shown = [value * 255 // largest if value != largest // 2 else 255 for value in values]
    assert read[1, :, 0].tolist() == shown


def test_the_transparent_colour_of_16_bit_colours_is_found():
    values = np.array([[[1000, 2000, 3000], [30000, 40000, 50000]]] * 2, dtype=">u2")
    transparent = chunk(b"tRNS", struct.pack(">3H", 30000, 40000, 50000))
    read = read_image(png([row.tobytes() for row in values], 2, 16, 2, transparent))
    assert read[0].tolist() == [[3, 7, 11], [255, 255, 255]]


def test_a_palette_with_half_transparent_colours_lies_on_white():
    palette = chunk(b"PLTE", bytes([200, 0, 0, 0, 0, 0, 10, 20, 30])) + chunk(b"tRNS", bytes([255, 128, 0]))
    read = read_image(png([bytes([0, 1, 2])] * 2, 3, 8, 3, palette))
    np.testing.assert_allclose(read[0], [[200, 0, 0], [127, 127, 127], [255, 255, 255]], atol=1)


@pytest.mark.parametrize("samples", [2, 4])
def test_colours_that_were_multiplied_with_their_opacity_lie_on_white(samples):
    """TIFF's associated alpha: half of black on white is grey, and half of white is white."""
    dark, bright = [0] * (samples - 1) + [128], [128] * samples
    pixels = np.array([[dark, bright]] * 2, dtype=np.uint8)
    photometric = 2 if samples == 4 else 1
    tags = {256: 2, 257: 2, 258: [8] * samples, 259: 1, 262: photometric, 277: samples, 338: 1}
    np.testing.assert_allclose(read_image(tiff(tags, pixels.tobytes()))[0], [[127] * 3, [255] * 3], atol=2)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_transparent_is_turned_upright_too(mode, file_format, orientation):
    upright = Image.fromarray(quadrants()).convert("RGBA")
    upright.paste((0, 0, 0, 0), (0, 0, 8, 8))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's numbers of the turns that undo Exif's
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(back[orientation]))
    if mode == "P":
        stored = stored.quantize(16)  # with a palette that has transparency
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if file_format == "WEBP" else {}
    read = read_image(encoded(stored.convert(mode), file_format, exif=exif, **options))
    assert read.shape == (48, 64, 3)
    expected = np.asarray(upright.convert("LA").convert("RGB") if mode == "LA" else upright.convert("RGB"))
    np.testing.assert_allclose(corners(read), corners(expected), atol=12)
    if mode != "P" or file_format != "TIFF":  # which keeps no transparency of a palette
        np.testing.assert_allclose(read[2, 2], 255, atol=12)


# ---- Grey of many bits


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("photometric", [0, 1])
def test_zero_may_be_white(order, photometric):
    values = grey_ramp(WIDTH, HEIGHT, 65535).astype(order + "u2")
    expected = np.linspace(0, 255, WIDTH)
    assert_ramp(read_image(grey_tiff(values, 16, photometric, order)), expected if photometric else 255 - expected)
    eight = grey_ramp(WIDTH, HEIGHT, 255).astype(np.uint8)
    assert_ramp(read_image(grey_tiff(eight, 8, photometric, order)), expected if photometric else 255 - expected)
    floating = grey_ramp(WIDTH, HEIGHT, 65535).astype(order + "f4")
    read = read_image(grey_tiff(floating, 32, photometric, order, numbers=3))
    assert_ramp(read, expected if photometric else 255 - expected)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_zero_is_white_however_it_is_packed(compression):
    values = Image.fromarray(grey_ramp(WIDTH, HEIGHT, 65535).astype(np.uint16))
    read = read_image(encoded(values, "TIFF", compression=compression, tiffinfo={262: 0}))
    assert_ramp(read, 255 - np.linspace(0, 255, WIDTH))


def test_12_bits_go_from_black_to_white():
    values = grey_ramp(WIDTH, HEIGHT, 4095).astype(int)
    packed = b"".join(int("".join(f"{value:012b}" for value in row), 2).to_bytes(WIDTH * 12 // 8) for row in values)
    tags = {256: WIDTH, 257: HEIGHT, 258: 12, 259: 1, 262: 1, 277: 1}
    assert_ramp(read_image(tiff(tags, packed)), np.linspace(0, 255, WIDTH))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "PA", "RGB", "RGBX", "RGBA", "CMYK", "YCbCr", "LAB"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_every_mode_of_a_tiff_becomes_rgb(mode, compression):
    picture = Image.fromarray(quadrants())
    stored = picture.quantize(4).convert("PA") if mode == "PA" else picture.convert(mode)
    expected = picture.convert("L") if mode in ("L", "LA") else picture.convert("1") if mode == "1" else picture
    read = read_image(encoded(stored, "TIFF", compression=compression))
    np.testing.assert_allclose(corners(read), corners(np.asarray(expected.convert("RGB"))), atol=10)


# ---- Large ones are read in bands


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "LA", "P", "CMYK"])
@pytest.mark.parametrize("size", [(2_500, 2_100), (2_049, 5_001), (9_001, 700), (1_100, 1_000)])
def test_a_large_picture_has_the_means_of_its_parts(mode, size):
    """As if the whole were converted and reduced in one piece."""
    small = np.random.default_rng(0).integers(0, 256, (12, 15, 3), dtype=np.uint8)
    whole = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    stored = whole.quantize(8) if mode == "P" else whole.convert(mode)
    read = read_image(encoded(stored, "TIFF", compression="tiff_adobe_deflate"))
    plain = stored.convert("RGB")
    expected = np.asarray(plain.resize((read.shape[1], read.shape[0]), Image.Resampling.BICUBIC, reducing_gap=2.0))
    difference = np.abs(read.astype(int) - expected)
    assert max(read.shape) == 1024
    assert difference.mean() < 0.5
    assert difference.max() <= 4


# ---- What cannot be opened is named


def floating_rgb() -> bytes:
    pixels = np.zeros((4, 4, 3), dtype="<f4")
    return tiff({256: 4, 257: 4, 258: [32] * 3, 259: 1, 262: 2, 277: 3, 339: [3] * 3}, pixels.tobytes())


def jpeg_of(bits: int, marker: int = 0xC1) -> bytes:
    data = bytearray(encoded(Image.fromarray(quadrants()), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 1], data[frame + 4] = marker, bits
    return bytes(data)


def png_of_a_phone() -> bytes:
    """With a chunk of its maker's before all others, and without the header of zlib."""
    plain = png([bytes(12)] * 4, 4, 8, 2)
    start, end = plain.index(b"IDAT") - 4, plain.index(b"IEND") - 4
    pixels = chunk(b"IDAT", zlib.compress(bytes(4 * 13))[2:-4])
    return plain[:8] + chunk(b"CgBI", bytes(4)) + plain[8:start] + pixels + plain[end:]


@pytest.mark.parametrize(
    ("data", "kind", "why"),
    [
        (floating_rgb(), "TIFF", "Each pixel has 3 numbers of 32 bits. The values are in floating point."),
        (
            grey_tiff(np.zeros((4, 4)), 64, 1, numbers=3),
            "TIFF",
            "Each pixel has 1 number of 64 bits. The values are in floating point.",
        ),
        (tiff({256: 8, 257: 8, 258: 8, 259: 50000, 262: 1}, bytes(64)), "TIFF", "It is packed by Zstandard"),
        (
            tiff({256: 8, 257: 8, 258: 8, 259: 65000, 262: 1}, bytes(64)),
            "TIFF",
            "It is packed by the method number 65000",
        ),
        (bmp(16, 16, 2, 0, bytes(64), bytes(16)), "BMP", "Each pixel has 2 bits"),
        (bmp(16, 16, 0, 4, encoded(Image.fromarray(quadrants()), "JPEG")), "BMP", "It holds a JPEG"),
        (bmp(16, 16, 16, 3, struct.pack("<3I", 0xF00, 0xF0, 0xF) + bytes(512)), "BMP", "in an unusual order"),
        (jpeg_of(12), "JPEG", "Each colour has 12 bits"),
        (jpeg_of(8, 0xF7), "JPEG", "It is packed by JPEG-LS"),
        (png_of_a_phone(), "PNG", "It was made for apps of one maker's phones"),
    ],
)
def test_a_rare_kind_is_named_and_not_called_damaged(data, kind, why):
    with pytest.raises(UploadError) as refused:
        read_image(data, "a.tif")
    assert refused.value.what == f"The file “a.tif” is a kind of {kind} that cannot be opened here."
    assert why in refused.value.why
    assert refused.value.remedy == "Save it as PNG or JPEG."


@pytest.mark.parametrize(
    "data",
    [
        tiff({256: 8, 257: 8, 258: 99, 259: 1, 262: 1}, bytes(64)),
        tiff({256: 8, 257: 8, 258: 8, 259: 1, 262: 1}, bytes(64))[:60],
        bmp(16, 16, 7, 0, bytes(64)),
        jpeg_of(99),
    ],
)
def test_what_makes_no_sense_is_still_damaged(data):
    with pytest.raises(UploadError, match="is damaged"):
        read_image(data)
