"""Files that were made to take memory or time: each is refused in a sentence, or opened within its bounds."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tests.images.files import bmp, chunk, empty_png, png, tiff
from tests.test_images import encoded, read_or_refuse
from visualizer.images import MAX_SIDE, UploadError, read_image
from visualizer.images.decoding import Bounds, decode
from visualizer.limits import limits

ROOT = Path(__file__).resolve().parents[2]
ROW = [bytes(10)] * 10


def exif_of_everything(size: int) -> bytes:
    """Exif of 60,000 notes which all are the same millions of bytes."""
    notes = b"".join(struct.pack("<HHII", tag, 1, size - 800_000, 800_000) for tag in range(60_000))
    return (b"II*\0" + struct.pack("<IH", 8, 60_000) + notes).ljust(size, b"\0")


def in_segments(exif: bytes) -> bytes:
    plain = encoded(Image.new("RGB", (64, 64)), "JPEG")
    pieces = [b"Exif\0\0" + exif[at : at + 65_000] for at in range(0, len(exif), 65_000)]
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(piece) + 2) + piece for piece in pieces)
    return plain[:2] + segments + plain[20:]  # without the segment that says the resolution


def scans(count: int, size: tuple[int, int]) -> bytes:
    data = encoded(Image.new("RGB", size), "JPEG", progressive=True)
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * count + data[-2:]


def comments_of_a_gif() -> bytes:
    data = encoded(Image.new("P", (64, 64)), "GIF")
    start = data.index(b"\x2c")
    return data[:start] + b"\x21\xfe" + (b"\xff" + bytes(255)) * 70_000 + b"\0" + data[start:]


def frames_of_a_gif(count: int) -> bytes:
    data = encoded(Image.new("P", (4, 4)), "GIF")
    return data[:-1] + data[data.index(b"\x2c") : -1] * count + b";"


def large_webp() -> bytes:
    """Its canvas says 16,383 x 16,383."""
    frames = [Image.new("RGBA", (64, 64), (level, 0, 0, 9)) for level in (1, 200)]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    side = struct.pack("<I", 16_382)[:3]
    return data[:24] + side + side + data[30:]


BLOWN = zlib.compress(bytes(1_000_000), 9)
JPEG = encoded(Image.new("RGB", (64, 64)), "JPEG")
GREY = {258: 8, 262: 1, 277: 1}
REFUSED = {
    "a side of 50 million": (empty_png(1, 50_000), "A side may have at most 30,000 pixels"),
    "too many pixels in a WebP": (large_webp(), "At most 50 megapixels"),
    "a million chunks": (png(ROW, 10, 8, 0, after=chunk(b"aaAa", b"") * 1_000_000), "over 20,000 chunks"),
    "a million pieces of data": (png(ROW, 10, 8, 0, chunk(b"IDAT", b"") * 1_000_000), "over 20,000 chunks"),
    "run lengths that never fill it": (
        bmp(7_000, 7_000, 8, 1, b"\1\0" * 1_000_000, bytes(1_024)),
        "at most 4 megapixels",
    ),
    "run lengths without end": (bmp(70, 70, 8, 1, b"\1\0" * 5_000_000, bytes(1_024)), "at most 4 megapixels"),
    "a hundred scans": (scans(90, (4_000, 3_000)), "too many pieces"),
    "a directory of gigabytes": (exif_of_everything(17_000_000), "the same bytes for many values"),
    "a tile larger than it": (
        tiff({256: 500, 257: 500, 259: 5, 322: 40_000, 323: 40_000, 324: 8, 325: 99, **GREY}, bytes(9_999)),
        r"6,40\d MB of memory",
    ),
}
# How far Pillow goes into these is its own affair: they are opened, or refused when they have taken what may be taken.
EITHER = {
    "notes of gigabytes": in_segments(exif_of_everything(17_000_000)),
    "notes of a PNG": png(ROW, 10, 8, 0, chunk(b"eXIf", exif_of_everything(17_000_000))),
    "texts that unpack into far more": png(
        ROW, 10, 8, 0, *(chunk(b"zTXt", b"%d\0\0" % number + BLOWN) for number in range(900))
    ),
    "comments without end": JPEG[:2] + b"\xff\xfe\0\2" * 4_900_000 + JPEG[2:],
    "comments of a GIF": comments_of_a_gif(),
}
OPENED = {
    "many scans of a small one": scans(150, (500, 400)),
    "a profile that unpacks into a gigabyte": png(
        ROW, 10, 8, 0, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(900_000), 9))
    ),
    "frames of a GIF": frames_of_a_gif(100_000),
    "pages of a TIFF": encoded(
        Image.new("L", (8, 8)), "TIFF", save_all=True, append_images=[Image.new("L", (8, 8))] * 300
    ),
    "a TIFF whose notes are its own directory": tiff({256: 8, 257: 8, 259: 1, 0x8769: 8, **GREY}, bytes(64)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_take_too_much_is_refused_in_a_sentence(name):
    data, sentence = REFUSED[name]
    with pytest.raises(UploadError, match=sentence):
        read_image(data)


@pytest.mark.parametrize("name", EITHER)
def test_what_is_beside_a_picture_takes_no_more_than_a_picture_may(name):
    read_or_refuse(EITHER[name])


@pytest.mark.parametrize("name", OPENED)
def test_what_only_looks_so_is_opened(name):
    assert max(read_image(OPENED[name]).shape) <= MAX_SIDE


def test_the_smallest_file_of_fifty_million_rows_is_refused_by_its_header():
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 50_000_000, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1_000))) + chunk(b"IEND", b"")
    assert len(data) == 74
    with pytest.raises(UploadError, match=r"has 1 × 50,000,000 pixels\. A side may have at most 30,000 pixels\."):
        read_image(data)


# What a picture may take by its header is all that the process gets, and as much as it needs.
_PEAK = """
import sys
from visualizer.images.decoding import Bounds, decode

def peak():
    with open("/proc/self/status") as status:
        (line,) = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024

data, said, before = sys.stdin.buffer.read(), [], peak()
decode(data, "The file", Bounds(50_000_000, 400_000_000), lambda pixels, memory: said.append(memory))
print(peak() - before, *said)
"""
LARGE = {
    "PNG": empty_png(5_000, 3_000),
    "PNG with opacity": empty_png(5_000, 3_000, 8, 6),
    "PNG of 16 bits": empty_png(5_000, 3_000, 16, 0),
    "progressive JPEG": encoded(Image.new("RGB", (5_000, 3_000)), "JPEG", progressive=True, subsampling=0),
    "WebP": encoded(Image.new("RGB", (4_000, 3_000)), "WEBP", lossless=True, method=0, quality=0),
    "GIF": encoded(Image.new("P", (5_000, 3_000)), "GIF"),
    "TIFF of one strip": encoded(
        Image.new("RGB", (5_000, 3_000)), "TIFF", compression="tiff_adobe_deflate", tiffinfo={278: 3_000}
    ),
    "TIFF of floating point": encoded(Image.new("F", (5_000, 3_000)), "TIFF", compression="tiff_lzw"),
    "BMP of run lengths": bmp(2_000, 2_000, 8, 1, (b"\xff\1" * 7 + b"\xd7\1\0\0") * 2_000, bytes(1_024)),
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
@pytest.mark.parametrize("name", LARGE)
def test_opening_takes_no_more_memory_than_the_header_was_read_to_say(name):
    ended = subprocess.run([sys.executable, "-c", _PEAK], cwd=ROOT, input=LARGE[name], capture_output=True, check=True)
    taken, said = map(int, ended.stdout.split())
    assert said / 4 < taken < said + 30_000_000


def test_a_picture_that_takes_more_memory_than_the_server_gives_says_how_much():
    with pytest.raises(UploadError, match=r"would take 75 MB of memory to open\. At most 50 MB can be used"):
        decode(LARGE["PNG"], "The file", Bounds(50_000_000, 50_000_000))
    assert decode(LARGE["PNG"], "The file", Bounds(50_000_000, 80_000_000)).shape == (614, 1024, 3)
    assert limits().opening_bytes > 4 * limits().pixels
