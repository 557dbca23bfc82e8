import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from visualizer.images import UploadError, read_image
from visualizer.images.decoding import Bounds, decode
from visualizer.limits import limits

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")
# Pillow warns of damaged notes and of many pixels beside what it does about them.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning")
BOUNDS = Bounds(50_000_000, 400_000_000)
LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}, "BMP": {}}


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def quadrants(height: int = 48, width: int = 64) -> np.ndarray:
    """Red and green above, blue and white below: any turn or flip of it is another picture."""
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[: height // 2, : width // 2] = (220, 30, 30)
    picture[: height // 2, width // 2 :] = (30, 200, 30)
    picture[height // 2 :, : width // 2] = (30, 30, 220)
    picture[height // 2 :, width // 2 :] = 250
    return picture


def corners(picture: np.ndarray) -> list[list[int]]:
    """The colours in the middles of the four quadrants, row by row."""
    rows, columns = ([size // 4, 3 * size // 4] for size in picture.shape[:2])
    return [picture[row, column].tolist() for row in rows for column in columns]


def test_a_lossless_file_is_read_pixel_by_pixel() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (17, 23, 3), dtype=np.uint8)
    for file_format, options in LOSSLESS.items():
        read = read_image(encoded(Image.fromarray(picture), file_format, **options))
        assert read.dtype == np.uint8
        np.testing.assert_array_equal(read, picture)


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_shows_the_picture(file_format: str) -> None:
    read = read_image(encoded(Image.fromarray(quadrants()), file_format), "picture")
    assert read.shape == (48, 64, 3)
    np.testing.assert_allclose(corners(read), corners(quadrants()), atol=12)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_exif_orientation_is_shown_upright(file_format: str, orientation: int) -> None:
    # How a camera that was held so stores it, by Exif 2.32, 4.6.4 A: what its first row and first column show.
    upright = quadrants()
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    read = read_image(encoded(Image.fromarray(np.ascontiguousarray(stored)), file_format, exif=exif))
    assert read.shape == upright.shape
    np.testing.assert_allclose(corners(read), corners(upright), atol=12)


def test_exif_that_makes_no_sense_does_not_hide_the_picture() -> None:
    data = encoded(Image.fromarray(quadrants()), "JPEG", exif=b"Exif\0\0MM\0\x2a\xff\xff\xff\xffnonsense")
    np.testing.assert_allclose(corners(read_image(data)), corners(quadrants()), atol=12)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "RGBA", "LA"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    picture = Image.fromarray(quadrants())
    read = read_image(encoded(picture.convert(mode), "TIFF" if mode not in ("1", "P") else "PNG"))
    np.testing.assert_allclose(corners(read), corners(np.asarray(picture.convert(mode).convert("RGB"))), atol=3)


def test_a_cmyk_jpeg_is_not_inverted() -> None:
    read = read_image(encoded(Image.fromarray(quadrants()).convert("CMYK"), "JPEG"))
    np.testing.assert_allclose(corners(read), corners(quadrants()), atol=16)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_transparency_lies_on_white(file_format: str) -> None:
    picture = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (10, 0, 20, 10))
    picture.paste((0, 0, 0, 128), (0, 5, 10, 10))
    options = {"lossless": True} if file_format == "WEBP" else {}
    read = read_image(encoded(picture, file_format, **options))
    assert read[2, 2].tolist() == [255, 255, 255]
    assert read[2, 15].tolist() == [200, 0, 0]
    np.testing.assert_allclose(read[8, 2], 127, atol=1)


def test_the_transparent_colour_of_a_palette_lies_on_white() -> None:
    picture = Image.new("P", (8, 8), 0)
    picture.putpalette([10, 20, 30, 200, 0, 0])
    picture.paste(1, (4, 0, 8, 8))
    for file_format in ("PNG", "GIF"):
        read = read_image(encoded(picture, file_format, transparency=0))
        assert read[0, 0].tolist() == [255, 255, 255]
        assert read[0, 7].tolist() == [200, 0, 0]


def test_large_transparent_pictures_keep_clean_edges() -> None:
    # Transparent pixels are often black; averaged with their neighbours as they are, they would leave a dark rim.
    picture = Image.new("RGBA", (3000, 300), (0, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (1501, 0, 3000, 300))
    read = read_image(encoded(picture, "PNG"))
    assert read.shape == (102, 1024, 3)
    assert read[..., 0].min() >= 254


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
@pytest.mark.parametrize("width", [512, 2048])
def test_16_bit_grey_keeps_its_scale(file_format: str, width: int) -> None:
    values = np.tile(np.linspace(0, 65535, width).astype(np.uint16), (64, 1))
    read = read_image(encoded(Image.fromarray(values), file_format))
    expected = np.linspace(0, 255, read.shape[1])
    assert read.shape[1] == min(width, 1024)
    np.testing.assert_allclose(read[5], np.repeat(expected[:, np.newaxis], 3, axis=1), atol=1)


def test_dark_16_bit_grey_stays_dark() -> None:
    read = read_image(encoded(Image.fromarray(np.full((4, 4), 2570, dtype=np.uint16)), "PNG"))
    assert (read == 10).all()


def test_floating_point_is_stretched_over_the_whole_range() -> None:
    values = np.array([[-2.5, 0.0, 2.5], [np.nan, np.inf, 1.25]], dtype=np.float32)
    read = read_image(encoded(Image.fromarray(values), "TIFF"))
    assert read[..., 0].tolist() == [[0, 128, 255], [0, 0, 191]]


@pytest.mark.parametrize("value", [0.0, 7.0, np.nan])
def test_floating_point_of_one_value_is_black(value: float) -> None:
    assert (read_image(encoded(Image.fromarray(np.full((3, 3), value, dtype=np.float32)), "TIFF")) == 0).all()


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_is_shown(file_format: str) -> None:
    frames = [Image.new("RGB", (9, 9), color) for color in ((250, 0, 0), (0, 0, 250))]
    read = read_image(encoded(frames[0], file_format, save_all=True, append_images=frames[1:]))
    np.testing.assert_allclose(read[4, 4], (250, 0, 0), atol=6)


def test_a_jpeg_of_several_pictures_shows_the_first() -> None:
    frames = [Image.new("RGB", (64, 64), color) for color in ((250, 0, 0), (0, 0, 250))]
    read = read_image(encoded(frames[0], "MPO", save_all=True, append_images=frames[1:]))
    np.testing.assert_allclose(read[30, 30], (250, 0, 0), atol=6)


@pytest.mark.parametrize(
    ("size", "reduced"),
    [((1024, 600), (1024, 600)), ((1025, 600), (1024, 599)), ((1000, 4000), (256, 1024)), ((1, 3000), (1, 1024))],
)
def test_the_longer_side_has_at_most_1024_pixels(size: tuple[int, int], reduced: tuple[int, int]) -> None:
    read = read_image(encoded(Image.new("L", size), "PNG"))
    assert read.shape == (reduced[1], reduced[0], 3)


def test_a_large_jpeg_is_decoded_at_a_part_of_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[tuple[int, int]] = []
    resize = Image.Image.resize

    def watched(self: Image.Image, *arguments: object, **options: object) -> Image.Image:
        decoded.append(self.size)
        return resize(self, *arguments, **options)

    monkeypatch.setattr(Image.Image, "resize", watched)
    read = decode(encoded(Image.fromarray(quadrants(3000, 4000)), "JPEG"), "The file", BOUNDS)
    assert decoded[0] == (2000, 1500)
    assert read.shape == (768, 1024, 3)
    np.testing.assert_allclose(corners(read), corners(quadrants()), atol=8)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header names a size and whose pixels are missing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(10_000, 5_001), (12_000, 9_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_by_the_header_alone(size: tuple[int, int]) -> None:
    # Were they decoded first, the missing pixels would make it a damaged file.
    with pytest.raises(UploadError, match="At most 50 megapixels"):
        read_image(png_that_claims(*size))


def test_fifty_megapixels_are_not_too_many() -> None:
    with pytest.raises(UploadError, match="damaged"):
        read_image(png_that_claims(10_000, 5_000))


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(UploadError, match=r"“a\.png” has 20\.1 MB\. At most 20 MB can be opened"):
        read_image(bytes(limits().upload_bytes + 100_000), "a.png")


def tiff_of_single_pixels(width: int, height: int) -> bytes:
    """A grey TIFF in tiles of one pixel each, which all lie at the same place of the file."""
    entries = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (277, 1), (322, 1), (323, 1)]
    offsets_at = 8 + 2 + 12 * (len(entries) + 1) + 4
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    directory += struct.pack("<HHII", 324, 4, width * height, offsets_at)
    start = b"II*\0" + struct.pack("<IH", 8, len(entries) + 1)
    return start + directory + bytes(4) + struct.pack("<I", 8) * (width * height)


def test_a_tiff_of_countless_tiles_is_refused() -> None:
    assert read_image(tiff_of_single_pixels(30, 20)).shape == (20, 30, 3)
    with pytest.raises(UploadError, match="too many pieces"):
        read_image(tiff_of_single_pixels(500, 201))


def test_a_jpeg_of_countless_scans_is_refused() -> None:
    data = encoded(Image.fromarray(quadrants()), "JPEG", progressive=True)
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(UploadError, match="too many pieces"):
        read_image(data[:-2] + last_scan * 300 + data[-2:])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF document"),
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG drawing"),
        (b"<svg onload='alert(1)'></svg>", "is an SVG drawing"),
        (b"<!DOCTYPE html><html></html>", "is a web page"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "is a HEIC picture"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", "is an AVIF picture"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", "is a video"),
        (b"PK\x03\x04\x14\x00\x06\x00", "is a ZIP archive or an Office document"),
        (b"8BPS\x00\x01\x00\x00", "is a Photoshop file"),
        (b"Dear all,\nthe pictures follow.\n", "is text"),
        ("Grüße, 你好".encode() * 400, "is text"),
        (b"BMW builds cars, and this is no bitmap", "is text"),
        (b"P6 1 1 255 abc", "is text"),
        (b"\x00\x01\x02\x03" * 50, "cannot be opened. It is not JPEG, PNG, WebP, GIF, TIFF or BMP"),
    ],
)
def test_what_is_no_picture_gets_its_own_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UploadError, match=sentence) as raised:
        read_image(data, "holiday.jpg")
    assert str(raised.value).startswith("The file “holiday.jpg” ")


def test_formats_that_pillow_knows_beyond_ours_are_refused() -> None:
    for file_format in ("ICO", "PPM", "TGA", "PCX", "SGI", "EPS", "JPEG2000", "AVIF"):
        with pytest.raises(UploadError):
            read_image(encoded(Image.new("RGB", (16, 16), "red"), file_format))


def test_the_bytes_decide_and_not_the_name() -> None:
    assert read_image(encoded(Image.fromarray(quadrants()), "PNG"), "really a jpeg.jpg").shape == (48, 64, 3)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_that_ends_too_early_is_damaged(file_format: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), file_format)
    with pytest.raises(UploadError, match=r"is damaged\. It ends too early"):
        read_image(data[: len(data) // 2])


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.png", "![x](http://y)`$*", "../../etc/passwd", "a\nb"])
def test_a_name_cannot_bring_markup_into_the_sentence(name: str) -> None:
    with pytest.raises(UploadError) as raised:
        read_image(b"", name)
    assert not set(str(raised.value)) & set("<>[]`$*!/\n")


def read_or_refuse(data: bytes) -> None:
    """Read it; anything but a picture or an UploadError makes the test fail."""
    try:
        picture = read_image(data)
    except UploadError:
        return
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert 1 <= min(picture.shape[:2]) <= max(picture.shape[:2]) <= 1024


STARTS = (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x24\x00\x00\x00WEBPVP8 ", b"GIF89a", b"II*\x00", b"BM")


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes) -> None:
    read_or_refuse(start + rest)


def samples() -> dict[str, bytes]:
    picture = Image.fromarray(quadrants(20, 24))
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = {file_format: encoded(picture, file_format) for file_format in FORMATS}
    return plain | {
        "JPEG with Exif": encoded(picture, "JPEG", exif=exif),
        "progressive JPEG": encoded(picture, "JPEG", progressive=True),
        "PNG with a palette": encoded(picture.quantize(4), "PNG", transparency=0),
        "animated WebP": encoded(picture, "WEBP", save_all=True, append_images=[picture.rotate(90)], exif=exif),
        "animated GIF": encoded(picture, "GIF", save_all=True, append_images=[picture.rotate(90)]),
        "packed TIFF": encoded(picture, "TIFF", compression="tiff_lzw", exif=exif),
        "floating-point TIFF": encoded(picture.convert("F"), "TIFF"),
    }


SAMPLES = samples()


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damaged_files_of_every_format_are_read_or_refused(name: str, data: st.DataObject) -> None:
    file = bytearray(SAMPLES[name])
    # Headers are where damage leads furthest, so half of it is done there.
    places = st.one_of(st.integers(0, min(120, len(file) - 1)), st.integers(0, len(file) - 1))
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=6)):
        file[place] = value
    end = data.draw(st.one_of(st.just(len(file)), st.integers(0, len(file))))
    read_or_refuse(bytes(file[:end]))
