"""Picture files made by hand, for what Pillow does not write."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rows: Sequence[bytes], width: int, bits: int, colour: int, *before: bytes, after: bytes = b"") -> bytes:
    """A PNG of these rows, as they are stored, with chunks `before` and `after` its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(rows), bits, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + pixels + after + chunk(b"IEND", b"")


def empty_png(width: int, height: int, bits: int = 8, colour: int = 2) -> bytes:
    """A PNG of that size whose pixels are all 0."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = 1 + (width * bits * samples + 7) // 8
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    packer = zlib.compressobj(1)
    packed = [packer.compress(bytes(min(1 << 20, row * height - at))) for at in range(0, row * height, 1 << 20)]
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"".join(packed) + packer.flush()) + chunk(b"IEND", b"")


def tiff(tags: dict[int, int | Sequence[int]], pixels: bytes, order: str = "<") -> bytes:
    """A TIFF of one strip: whole numbers by their tags; where the strip is, it finds itself."""
    tags = tags | {273: 8, 279: len(pixels)}
    after = 8 + len(pixels)
    beside, entries = b"", b""
    for tag, value in sorted(tags.items()):
        values = [value] if isinstance(value, int) else list(value)
        text = struct.pack(f"{order}{len(values)}I", *values)
        if len(text) > 4:
            text, beside = struct.pack(order + "I", after + len(beside)), beside + text
        entries += struct.pack(order + "HHI", tag, 4, len(values)) + text
    mark = b"II*\0" if order == "<" else b"MM\0*"
    directory = struct.pack(order + "H", len(tags)) + entries + bytes(4)
    return mark + struct.pack(order + "I", after + len(beside)) + pixels + beside + directory


def bmp(width: int, height: int, bits: int, packing: int, body: bytes, palette: bytes = b"", header: int = 40) -> bytes:
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, packing, 0, 0, 0, len(palette) // 4, 0)
    start = b"BM" + struct.pack("<IHHI", 54 + len(palette) + len(body), 0, 0, 54 + len(palette))
    return start + info + palette + body


def grey_ramp(width: int, height: int, most: int) -> np.ndarray:
    """(height, width) of numbers from 0 at the left to `most` at the right."""
    return np.tile(np.linspace(0, most, width).round(), (height, 1))
