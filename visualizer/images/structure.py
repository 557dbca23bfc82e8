"""Facts about a picture file that its bytes tell before decoding: the number of its pieces, and a rare variant."""

import struct
from collections.abc import Iterator
from itertools import islice

from visualizer.words import counted, listed

MAX_CHUNKS = 20_000  # of a PNG; programs write one per 8,192 bytes
MAX_SCANS = 200  # of a JPEG; programs write about ten
_MAX_REPEATED = 1_000_000  # bytes by which the values of a TIFF may exceed the file, because they share bytes

# Bytes per value, by type. Source: TIFF 6.0, section 2, and the types of BigTIFF.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_MAX_VALUES = 16  # values of a tag

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _OFFSETS, _TILE_OFFSETS, _SAMPLE_FORMAT = 256, 257, 258, 259, 273, 324, 339
_UNUSUAL_COMPRESSION = "It is packed in a way that few programs use."
_SAMPLE_FORMATS = {1: "", 2: " The values may be below 0.", 3: " The values are in floating point."}
_COMMON_COMPRESSIONS = (1, 2, 3, 4, 5, 7, 8, 32773, 32946)
_RARE_COMPRESSIONS = {
    34661: "JBIG",
    34712: "JPEG 2000",
    34887: "LERC",
    34925: "LZMA",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
}
# Header lengths and bits per pixel that Windows and OS/2 use. Source: https://en.wikipedia.org/wiki/BMP_file_format
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
_BMP_BITS = (0, 1, 2, 4, 8, 16, 24, 32, 64)


def is_jpeg(data: bytes) -> bool:
    """Whether the file begins like a JPEG."""
    return data.startswith(b"\xff\xd8\xff")


def is_webp(data: bytes) -> bool:
    """Whether the file begins like a WebP."""
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _is_png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n")


def excessive_pieces(data: bytes) -> str | None:
    """What a file has too many of to be processed quickly, as a sentence; None if it has not."""
    if _is_png(data):
        if sum(1 for _ in islice(_chunks(data), MAX_CHUNKS + 1)) > MAX_CHUNKS:
            return f"It has over {MAX_CHUNKS:,} chunks."
    elif is_jpeg(data):
        scans = data.count(b"\xff\xda")
        if scans > MAX_SCANS:
            return f"It has {scans:,} scans."
    elif (entries := _tiff_entries(data)) is not None and _bytes_of(entries) > len(data) + _MAX_REPEATED:
        return "It has the same bytes for many values."
    return None


def _chunks(data: bytes) -> Iterator[bytes]:
    position = 8
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        yield kind
        if kind == b"IEND":
            return
        position += 12 + length


def tiff_values(data: bytes) -> dict[int, tuple[int, ...]] | None:
    """The integers in the first directory of a TIFF file, or of Exif, which has the same structure, by their tags.

    At most 16 per tag. None if it is not a TIFF, or if its values have far more bytes than the file.
    """
    entries = _tiff_entries(data)
    if entries is None or _bytes_of(entries) > len(data) + _MAX_REPEATED:
        return None
    values = {}
    for tag, kind, count, position in entries:
        form = _order(data) + _WHOLE_NUMBERS.get(kind, "") * min(count, _MAX_VALUES)
        if kind in _WHOLE_NUMBERS and position + struct.calcsize(form) <= len(data):
            values[tag] = struct.unpack_from(form, data, position)
    return values


def _order(data: bytes) -> str:
    return "<" if data.startswith(b"II") else ">"


def _tiff_entries(data: bytes) -> list[tuple[int, int, int, int]] | None:
    """Tag, type, count and position of the values, for each entry of the first directory; None if it is not a TIFF."""
    if data[:2] not in (b"II", b"MM"):
        return None
    order, entries = _order(data), []
    try:
        (version,) = struct.unpack_from(order + "H", data, 2)
        if version not in (42, 43):
            return None
        is_big = version == 43
        number, number_of_entries = order + ("Q" if is_big else "I"), order + ("Q" if is_big else "H")
        (start,) = struct.unpack_from(number, data, 8 if is_big else 4)
        (count_of_entries,) = struct.unpack_from(number_of_entries, data, start)
        start += struct.calcsize(number_of_entries)
        room = struct.calcsize(number)
        for position in range(start, start + min(count_of_entries, 65_535) * (4 + 2 * room), 4 + 2 * room):
            tag, kind = struct.unpack_from(order + "HH", data, position)
            (count,) = struct.unpack_from(number, data, position + 4)
            at = position + 4 + room
            if count * _SIZES.get(kind, 1) > room:
                (at,) = struct.unpack_from(number, data, at)
            entries.append((tag, kind, count, at))
    except struct.error:
        return None
    return entries


def _bytes_of(entries: list[tuple[int, int, int, int]]) -> int:
    return sum(count * _SIZES.get(kind, 1) for _, kind, count, _ in entries)


def rare_kind(data: bytes, compression_only: bool = False) -> tuple[str, str] | None:
    """What is rare about a file whose header is valid: its format, and a sentence that says it; None if nothing is.

    `compression_only` checks only how the pixels are compressed, for a file whose header Pillow could read.
    """
    if data.startswith(b"BM"):
        return None if compression_only else _rare_bmp(data)
    if is_jpeg(data):
        return _rare_jpeg(data, compression_only)
    if _is_png(data):
        return ("PNG", "It was made for apps of one maker's phones.") if data[12:16] == b"CgBI" else None
    values = tiff_values(data)
    return None if values is None else _rare_tiff(values, len(data), compression_only)


def _rare_tiff(values: dict[int, tuple[int, ...]], size: int, compression_only: bool) -> tuple[str, str] | None:
    offsets = values.get(_OFFSETS, values.get(_TILE_OFFSETS))
    if not (values.get(_WIDTH, (0,))[0] and values.get(_HEIGHT, (0,))[0] and offsets and offsets[0] < size):
        return None
    compression = values.get(_COMPRESSION, (1,))[0]
    if compression not in _COMMON_COMPRESSIONS:
        if compression in _RARE_COMPRESSIONS:
            return "TIFF", f"It is packed by {_RARE_COMPRESSIONS[compression]}."
        return "TIFF", f"It is packed by the method number {compression}."
    bits, numbers = values.get(_BITS, (1,)), values.get(_SAMPLE_FORMAT, (1,))[0]
    if compression_only or numbers not in _SAMPLE_FORMATS or not all(1 <= each <= 64 for each in bits):
        return None
    widths = listed(map(str, sorted(set(bits))))
    return "TIFF", f"Each pixel has {counted(len(bits), 'number')} of {widths} bits.{_SAMPLE_FORMATS[numbers]}"


def _rare_bmp(data: bytes) -> tuple[str, str] | None:
    if len(data) < 34:
        return None
    (header,) = struct.unpack_from("<I", data, 14)
    bits, compression = struct.unpack_from("<HI", data, 28) if header > 12 else (*struct.unpack_from("<H", data, 24), 0)
    if header not in _BMP_HEADERS or bits not in _BMP_BITS:
        return None
    if bits in (2, 64):
        return "BMP", f"Each pixel has {bits} bits."
    if compression in (4, 5):
        return "BMP", f"It holds a {'JPEG' if compression == 4 else 'PNG'}."
    if header == 16 or compression in (6, 11, 12, 13):
        return "BMP", _UNUSUAL_COMPRESSION
    if compression == 3 and bits in (16, 24, 32):
        return "BMP", f"The colours in its {bits} bits per pixel stand in an unusual order."
    return None


def _rare_jpeg(data: bytes, compression_only: bool) -> tuple[str, str] | None:
    """Source of the markers: ITU-T T.81, table B.1; JPEG-LS: ITU-T T.87."""
    position = 2
    while position + 10 <= len(data) and data[position] == 0xFF:
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4])
        if marker == 0xF7:
            return "JPEG", "It is packed by JPEG-LS."
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            bits, colours = data[position + 4], data[position + 9]
            if bits in (10, 12, 16):
                return "JPEG", f"Each colour has {bits} bits."
            if not compression_only and colours in (2, 5, 6, 7, 8):
                return "JPEG", f"Each pixel is {colours} numbers."
            return ("JPEG", _UNUSUAL_COMPRESSION) if marker not in (0xC0, 0xC1, 0xC2) else None
        position += 2 + length
    return None
