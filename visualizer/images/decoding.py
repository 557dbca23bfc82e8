"""A picture file's bytes -> upright RGB, with Pillow, in the memory that its header announces and little more."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

from visualizer.images import FORMATS_IN_WORDS, MAX_SIDE, UploadError
from visualizer.images.structure import is_jpeg, is_webp, oddity, pieces, tiff_values

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")
MAX_FILE_SIDE = 30_000  # pixels; no camera and no stitched panorama has more

_MAX_TILES = 30_000  # strips or tiles of a TIFF: one for each row at most
_MAX_RUN_LENGTH_PIXELS = 4_000_000  # of a BMP that is packed so: Pillow unpacks it in Python
_MAX_SCAN_PIXELS = 1_000_000_000  # of a JPEG, over all its scans: each goes through the whole picture
_BAND_PIXELS = 1_000_000  # that are converted at once

_ANOTHER_FORMAT = f"Save it as {FORMATS_IN_WORDS} and choose that file."

# Exif's orientation tag and what turns each of its values upright. Source: Exif 2.32 (CIPA DC-008), 4.6.4 A.
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# TIFF 6.0, and the extension for floating point.
_BITS_TAG, _PHOTOMETRIC_TAG, _ROWS_TAG, _TILE_WIDTH_TAG, _TILE_LENGTH_TAG = 258, 262, 278, 322, 323
_TAGS = (_BITS_TAG, _PHOTOMETRIC_TAG, _ROWS_TAG, _TILE_WIDTH_TAG, _TILE_LENGTH_TAG, _ORIENTATION_TAG)
# Pillow knows these in the other order of bytes only.
TiffImagePlugin.OPEN_INFO.setdefault((b"MM", 0, (1,), 1, (16,), ()), ("I;16B", "I;16B"))
# Pillow's memory for a pixel, by mode, where it is not 4 bytes.
_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}

# What a file is by its first bytes (a pattern that is matched at the start), for those that people try.
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (rb"%PDF", "a PDF document"),
    (rb"%!PS", "a PostScript drawing"),
    (rb"PK\x03\x04", "a ZIP archive or an Office document"),
    (rb"8BPS", "a Photoshop file"),
    (rb"....ftyp(heic|heix|hevc|heim|heis|mif1|msf1)", "a HEIC picture"),
    (rb"....ftyp(avif|avis)", "an AVIF picture"),
    (rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI ", "a video"),
    (rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (rb"\x00\x00\x00\x0cJXL |\xff\x0a", "a JPEG XL picture"),
    (rb"\x00\x00\x01\x00", "an icon file"),
    (rb"\s*<(!doctype )?html", "a web page"),
    (rb"\s*<(svg|(\?xml|!--|!doctype)[^\x00]{0,2000}<svg)", "an SVG drawing"),
)
_KNOWN_START = re.compile(
    rb"\xff\xd8\xff|\x89PNG|RIFF....WEBP|GIF8|II\x2a\x00|MM\x00\x2a|II\x2b\x00|MM\x00\x2b|BM", re.DOTALL
)


@dataclass(frozen=True)
class Bounds:
    """What a picture may have.

    Attributes:
        pixels: In width times height.
        memory: Bytes that opening it takes.
    """

    pixels: int
    memory: int

    def to_look_at(self, data: bytes) -> int:
        """Bytes that Pillow takes before it tells a file's size: copies of it, and of a WebP the room for two frames,
        which nothing is written to yet.
        """
        return 2 * len(data) + (8 * 2 * (Image.MAX_IMAGE_PIXELS or 0) if is_webp(data) else 0)


def decode(
    data: bytes, file: str, bounds: Bounds, on_header: Callable[[int, int], None] = lambda pixels, memory: None
) -> np.ndarray:
    """The picture in a file, (H, W, 3) uint8; see `visualizer.images.read_image`.

    Args:
        data: The file.
        file: What it is called in a sentence.
        bounds: What it may have.
        on_header: Called when the header is read, before anything is decoded, with the pixels of the file and the
            bytes of memory that it takes to decode them.

    Raises:
        UploadError: It is no picture, of another kind, damaged, or passes a bound.
        MemoryError: There is not as much as it takes.
    """
    if (found := pieces(data)) is not None:
        raise UploadError(f"{file} is built of too many pieces.", f"It has {found}.", "Save it again.")
    # Pillow's decoders meet broken files with many kinds of exception; whichever it is, the file is what is wrong.
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(file, "more pixels than any camera takes", bounds) from error
    except MemoryError:
        raise
    except Exception as error:
        raise _not_a_picture(file, data) from error
    with image:
        _check(image, data, file, bounds)
        try:
            pixels = image.width * image.height
            reduced = _Reading(image)
            if reduced.memory > bounds.memory:
                raise _too_much_memory(file, reduced.memory, bounds)
            on_header(pixels, reduced.memory)
            return np.array(reduced.upright())
        except (UploadError, MemoryError):
            raise
        except Exception as error:
            raise _damaged(file, data) from error


def _check(image: ImageFile.ImageFile, data: bytes, file: str, bounds: Bounds) -> None:
    """Raise UploadError where the header tells that decoding would take too much."""
    size, pixels = f"{image.width:,} × {image.height:,} pixels", image.width * image.height
    if pixels > bounds.pixels:
        raise _too_many_pixels(file, size, bounds)
    if max(image.size) > MAX_FILE_SIDE:
        raise UploadError(
            f"{file} has {size}.", f"A side may have at most {MAX_FILE_SIDE:,} pixels.", "Crop it, or save it smaller."
        )
    if image.tile and image.tile[0].codec_name == "bmp_rle" and max(pixels, len(data)) > _MAX_RUN_LENGTH_PIXELS:
        raise UploadError(
            f"{file} has {size}, packed as run lengths.",
            f"A BMP that is packed so may have at most {_MAX_RUN_LENGTH_PIXELS / 1e6:.0f} megapixels.",
            "Save it as PNG or JPEG.",
        )
    scans = data.count(b"\xff\xda") if is_jpeg(data) else 1
    if len(image.tile) > _MAX_TILES or scans * pixels > _MAX_SCAN_PIXELS:
        raise UploadError(f"{file} is built of too many pieces.", "It would take minutes to open.", "Save it again.")


class _Reading:
    """A picture whose header is read, on its way to RGB.

    Attributes:
        memory: Bytes that decoding it takes.
    """

    def __init__(self, image: ImageFile.ImageFile) -> None:
        coded = image.width * image.height
        scale = min(1.0, MAX_SIDE / max(image.size))
        self._size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        if scale < 1:
            image.draft(None, self._size)  # only a JPEG heeds it
        self._image = image
        # Pixels across and down that become one at first.
        self._block = max(1, image.width // (2 * self._size[0])), max(1, image.height // (2 * self._size[1]))
        tags = getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}
        self._tags = {tag: tags[tag] for tag in _TAGS if tag in tags}
        self._fix_transparency()
        self.memory = self._memory(coded)

    def _memory(self, coded: int) -> int:
        image = self._image
        pixels = image.width * image.height
        # Pillow keeps a pointer for each row, and makes each row a few bytes longer.
        taken = pixels * _BYTES.get(image.mode, 4) + 16 * image.height
        if image.format in ("JPEG", "MPO") and image.info.get("progressive"):
            taken += 2 * coded * len(image.getbands())  # all coefficients, until the last scan
        elif image.format == "WEBP":
            taken += 16 * pixels  # two canvases, a copy, and what a lossless frame is unpacked into
        elif image.format == "BMP" and image.tile[0].codec_name == "bmp_rle":
            taken += 2 * pixels
        elif image.format == "TIFF":
            taken += self._tiff_memory(taken)
        elif getattr(image, "is_animated", False):
            taken *= 2  # what a frame is drawn onto
        across, down = self._block
        return taken + 4 * (-(-image.width // across)) * (-(-image.height // down))

    def _tiff_memory(self, decoded: int) -> int:
        """Beside the picture: a strip or a tile, which may be larger than it, and a turned copy."""
        bits = np.sum(self._tags.get(_BITS_TAG, 1))
        rows = min(_whole(self._tags.get(_ROWS_TAG)) or self._image.height, self._image.height)
        strip = max(self._image.size) * rows  # the size is that of the turned picture
        tile = _whole(self._tags.get(_TILE_WIDTH_TAG)) * _whole(self._tags.get(_TILE_LENGTH_TAG))
        turned = decoded if self._tags.get(_ORIENTATION_TAG, 1) != 1 else 0
        return int(max(strip, tile) * max(4, bits / 8)) + turned

    def upright(self) -> Image.Image:
        """The picture in RGB, at most MAX_SIDE on its longer side."""
        self._image.load()
        if self._image.mode.startswith("I;16") or self._image.mode in ("I", "F"):
            picture = self._grey_of(self._small(self._numbers))
        else:
            picture = self._small(_on_white)
        turn = None if self._image.format == "TIFF" else _turn(self._image)  # which is turned by now
        return picture if turn is None else picture.transpose(turn)

    def _small(self, convert: Callable[[Image.Image], Image.Image]) -> Image.Image:
        """The picture converted and reduced, a band of rows after the other: whole, it may take four times as much.

        First each new pixel is the mean of a block of whole pixels, to twice the size at least; then what remains is
        done with care, as `Image.resize` does with a `reducing_gap` of 2.
        """
        image, (across, down) = self._image, self._block
        rows = max(1, _BAND_PIXELS // (image.width * down)) * down
        joined = None
        for top in range(0, image.height, rows):
            band = convert(image.crop((0, top, image.width, min(top + rows, image.height)))).reduce((across, down))
            if joined is None:
                joined = Image.new(band.mode, (band.width, -(-image.height // down)))
            joined.paste(band, (0, top // down))
        assert joined is not None
        whole = (0.0, 0.0, image.width / across, image.height / down)
        return joined.resize(self._size, Image.Resampling.BICUBIC, box=whole)

    def _fix_transparency(self) -> None:
        """Give the colour of a PNG that is transparent the bits that its pixels have after decoding."""
        colour = self._image.info.get("transparency")
        raw_mode = self._image.tile[0].args if self._image.format == "PNG" and self._image.tile else ""
        if raw_mode in ("L;2", "L;4") and isinstance(colour, int):
            self._image.info["transparency"] = colour * (85 if raw_mode == "L;2" else 17)
        elif raw_mode == "RGB;16B" and isinstance(colour, tuple):
            self._image.info["transparency"] = tuple(value >> 8 for value in colour)

    @property
    def _white(self) -> int:
        """The largest number of a picture whose numbers have so many bits."""
        return 4095 if self._tags.get(_BITS_TAG) in (12, (12,)) else 65535

    def _numbers(self, band: Image.Image) -> Image.Image:
        """Grey of more than 8 bits as floating point, with white as the largest number."""
        values = np.asarray(band).astype(np.float32)
        if band.mode.startswith("I;16"):
            transparent = self._image.info.get("transparency")
            if isinstance(transparent, int):
                values[values == transparent] = self._white
        if self._tags.get(_PHOTOMETRIC_TAG, 1) == 0:  # zero is white
            values = self._white - values if band.mode.startswith("I;16") else -values
        return Image.fromarray(values)

    def _grey_of(self, numbers: Image.Image) -> Image.Image:
        with np.errstate(invalid="ignore"):  # what is not a number is dealt with below
            values = np.asarray(numbers, dtype=np.float64)
        fixed = self._image.mode.startswith("I;16")
        grey = np.clip(values * (255 / self._white), 0, 255) if fixed else _stretched(values)
        return Image.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB")


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _on_white(band: Image.Image) -> Image.Image:
    """Colours in RGB, what is transparent on white."""
    if not band.has_transparency_data:
        return band.convert("RGB")
    if band.mode == "La":
        band = band.convert("LA")  # from which alone there is a way on
    with_alpha = band.convert("RGBA")
    ground = Image.new("RGB", band.size, "white")
    ground.paste(with_alpha, mask=with_alpha)
    return ground


def _stretched(values: np.ndarray) -> np.ndarray:
    """Numbers of any range, float64, from the least (0) to the greatest (255); what is not finite becomes 0."""
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros(values.shape)
    values = np.where(finite, values, values[finite].min())
    least, span = values.min(), np.ptp(values)
    return (values - least) / (span or 1) * 255


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What turns a picture as its notes say."""
    notes = image.info.get("exif")
    # Pillow copies all that the notes point at; what is in them stands there once.
    if isinstance(notes, bytes) and tiff_values(notes.removeprefix(b"Exif\0\0")) is None:
        return None
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except MemoryError:
        raise
    except Exception:
        return None  # the picture is sound, only the notes about it are not
    return _UPRIGHT.get(orientation) if isinstance(orientation, int) else None


# ---- Errors


def too_much_memory(file: str) -> UploadError:
    """For a file that takes more memory than its header says."""
    return UploadError(f"{file} takes too much memory to open.", "It is built in a strange way.", "Save it again.")


def _too_much_memory(file: str, memory: int, bounds: Bounds) -> UploadError:
    return UploadError(
        f"{file} would take {memory / 1e6:,.0f} MB of memory to open.",
        f"At most {bounds.memory / 1e6:,.0f} MB can be used for one picture.",
        "Save it smaller, or as JPEG.",
    )


def _too_many_pixels(file: str, size: str, bounds: Bounds) -> UploadError:
    return UploadError(
        f"{file} has {size}.", f"At most {bounds.pixels / 1e6:g} megapixels can be opened.", "Save it smaller."
    )


def _damaged(file: str, data: bytes) -> UploadError:
    """For a file whose header is sound."""
    if (kind := oddity(data, packing_only=True)) is not None:
        return _of_a_rare_kind(file, *kind)
    return UploadError(f"{file} is damaged.", "It ends too early or makes no sense.", "Copy or save it again.")


def _of_a_rare_kind(file: str, kind: str, why: str) -> UploadError:
    return UploadError(f"{file} is a kind of {kind} that cannot be opened here.", why, "Save it as PNG or JPEG.")


def _not_a_picture(file: str, data: bytes) -> UploadError:
    """The error for bytes that could not be opened, by what they look like."""
    for pattern, kind in _OTHER_KINDS:
        if re.match(pattern, data[:4096], re.DOTALL | re.IGNORECASE):
            return UploadError(f"{file} is {kind}.", "This format cannot be opened here.", _ANOTHER_FORMAT)
    if _is_text(data):
        return UploadError(f"{file} is text.", "It holds no picture.", "Choose another file.")
    if (rare := oddity(data)) is not None:
        return _of_a_rare_kind(file, *rare)
    if _KNOWN_START.match(data):
        return _damaged(file, data)
    return UploadError(f"{file} cannot be opened.", f"It is not {FORMATS_IN_WORDS}.", _ANOTHER_FORMAT)


def _is_text(data: bytes) -> bool:
    try:
        # A letter of several bytes may be cut at the end, so the last three do not count.
        text = data[:1024].decode("utf-8", errors="strict" if len(data) <= 1024 else "ignore")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text)
