"""Decodes a picture file into upright RGB with Pillow, in little more memory than its header declares."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

from visualizer.images import FORMATS_IN_WORDS, MAX_SIDE, UploadError
from visualizer.images.structure import excessive_pieces, is_jpeg, is_webp, rare_kind, tiff_values

T = TypeVar("T")

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")
MAX_FILE_SIDE = 30_000  # pixels; no camera and no stitched panorama has more

_MAX_TILES = 30_000  # strips or tiles of a TIFF: at most one per row
_MAX_RUN_LENGTH_PIXELS = 4_000_000  # of a run-length encoded BMP, which Pillow decodes in Python
_MAX_SCAN_PIXELS = 1_000_000_000  # of a JPEG, over all its scans: each covers the whole picture
_BAND_PIXELS = 1_000_000  # converted at once

_ANOTHER_FORMAT = f"Save it as {FORMATS_IN_WORDS} and choose that file."

# Exif's orientation tag, and the transposition that makes each of its values upright.
# Source: Exif 2.32 (CIPA DC-008), 4.6.4 A.
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
# Pillow knows these only in the other byte order.
TiffImagePlugin.OPEN_INFO.setdefault((b"MM", 0, (1,), 1, (16,), ()), ("I;16B", "I;16B"))
# Pillow's bytes per pixel, for the modes that do not use 4.
_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}

# Kinds of files that people try, by a pattern that matches the first bytes.
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
    """The limits for one picture.

    Attributes:
        pixels: Width times height.
        memory: Bytes needed to open it.
    """

    pixels: int
    memory: int

    def header_memory(self, data: bytes) -> int:
        """Bytes that Pillow needs to read a file's header: copies of the file, and for a WebP two empty frames."""
        return 2 * len(data) + (8 * 2 * (Image.MAX_IMAGE_PIXELS or 0) if is_webp(data) else 0)


OnHeader = Callable[[int, int], None]


def decode(data: bytes, file: str, bounds: Bounds, on_header: OnHeader = lambda pixels, memory: None) -> np.ndarray:
    """The picture in a file, (H, W, 3) uint8; see `visualizer.images.read_image`.

    Arguments and errors as in `decoded`.
    """
    return decoded(data, file, bounds, on_header, lambda reader: np.array(reader.upright()))


def decoded(data: bytes, file: str, bounds: Bounds, on_header: OnHeader, convert: Callable[["ImageReader"], T]) -> T:
    """What `convert` makes of the picture in a file.

    Args:
        data: The content of the file.
        file: How a sentence refers to the file.
        bounds: The limits.
        on_header: Called after the header is read and before decoding, with the number of pixels and the bytes of
            memory needed to decode them.
        convert: Decodes the pixels, of which only the header has been read.

    Raises:
        UploadError: It is not a picture, of another kind, damaged, or exceeds a limit.
        MemoryError: There is not enough memory.
    """
    if (excess := excessive_pieces(data)) is not None:
        raise UploadError(f"{file} is built of too many pieces.", excess, "Save it again.")
    # Pillow's decoders raise many kinds of exceptions for broken files; in every case it is the file that is wrong.
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(f"{file} has more pixels than any camera takes.", bounds) from error
    except MemoryError:
        raise
    except Exception as error:
        raise _not_a_picture(file, data) from error
    with image:
        _check(image, data, file, bounds)
        try:
            pixels = image.width * image.height
            reader = ImageReader(image)
            if reader.memory > bounds.memory:
                raise _too_much_memory(file, reader.memory, bounds)
            on_header(pixels, reader.memory)
            return convert(reader)
        except (UploadError, MemoryError):
            raise
        except Exception as error:
            raise _damaged(file, data) from error


def _check(image: ImageFile.ImageFile, data: bytes, file: str, bounds: Bounds) -> None:
    """Raise UploadError if, according to the header, decoding would take too much."""
    size, pixels = f"{image.width:,} × {image.height:,} pixels", image.width * image.height
    if pixels > bounds.pixels:
        raise _too_many_pixels(f"{file} has {size}.", bounds)
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


class ImageReader:
    """Converts a picture, of which only the header has been read, into RGB.

    Attributes:
        image: The picture.
        memory: Bytes needed to decode it.
    """

    def __init__(self, image: ImageFile.ImageFile) -> None:
        coded = image.width * image.height
        scale = min(1.0, MAX_SIDE / max(image.size))
        self._size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        if scale < 1:
            image.draft(None, self._size)  # has an effect on a JPEG only
        self.image = image
        # The first reduction: this many pixels across and down become one.
        self._block = max(1, image.width // (2 * self._size[0])), max(1, image.height // (2 * self._size[1]))
        tags = getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}
        self._tags = {tag: tags[tag] for tag in _TAGS if tag in tags}
        self._fix_transparency()
        self.memory = self._memory(coded)

    def _memory(self, coded: int) -> int:
        image = self.image
        pixels = image.width * image.height
        # Pillow stores a pointer per row, and makes each row a few bytes longer.
        needed = pixels * _BYTES.get(image.mode, 4) + 16 * image.height
        if image.format in ("JPEG", "MPO") and image.info.get("progressive"):
            needed += 2 * coded * len(image.getbands())  # all coefficients are held until the last scan
        elif image.format == "WEBP":
            needed += 16 * pixels  # two canvases, a copy, and the buffer of a lossless frame
        elif image.format == "BMP" and image.tile[0].codec_name == "bmp_rle":
            needed += 2 * pixels
        elif image.format == "TIFF":
            needed += self._tiff_memory(needed)
        elif getattr(image, "is_animated", False):
            needed *= 2  # the canvas onto which a frame is drawn
        across, down = self._block
        return needed + 4 * (-(-image.width // across)) * (-(-image.height // down))

    def _tiff_memory(self, decoded: int) -> int:
        """Additional bytes: a strip or tile, which may be larger than the picture, and a transposed copy."""
        bits = np.sum(self._tags.get(_BITS_TAG, 1))
        rows = min(_int_or_zero(self._tags.get(_ROWS_TAG)) or self.image.height, self.image.height)
        strip = max(self.image.size) * rows  # the size is that of the transposed picture
        tile = _int_or_zero(self._tags.get(_TILE_WIDTH_TAG)) * _int_or_zero(self._tags.get(_TILE_LENGTH_TAG))
        turned = decoded if self._tags.get(_ORIENTATION_TAG, 1) != 1 else 0
        return int(max(strip, tile) * max(4, bits / 8)) + turned

    def upright(self) -> Image.Image:
        """The picture in RGB, at most MAX_SIDE on its longer side."""
        self.image.load()
        if self.image.mode.startswith("I;16") or self.image.mode in ("I", "F"):
            picture = self._grey_of(self._small(self._values))
        else:
            picture = self._small(_on_white)
        # Pillow has already transposed a TIFF.
        transposition = None if self.image.format == "TIFF" else _transposition(self.image)
        return picture if transposition is None else picture.transpose(transposition)

    def _small(self, convert: Callable[[Image.Image], Image.Image]) -> Image.Image:
        """The picture, converted and reduced in bands of rows: as a whole it may take four times as much memory.

        At first each new pixel is the mean of a block of pixels, down to at least twice the final size; the rest is a
        careful resize, as `Image.resize` does with a `reducing_gap` of 2.
        """
        image, (across, down) = self.image, self._block
        rows = max(1, _BAND_PIXELS // (image.width * down)) * down
        joined = None
        for top in range(0, image.height, rows):
            band = convert(image.crop((0, top, image.width, min(top + rows, image.height)))).reduce((across, down))
            if joined is None:
                joined = Image.new(band.mode, (band.width, -(-image.height // down)))
            joined.paste(band, (0, top // down))
        assert joined is not None
        area = (0.0, 0.0, image.width / across, image.height / down)
        return joined.resize(self._size, Image.Resampling.BICUBIC, box=area)

    def _fix_transparency(self) -> None:
        """Scale the transparent colour of a PNG to the bits that its pixels have after decoding."""
        colour = self.image.info.get("transparency")
        raw_mode = self.image.tile[0].args if self.image.format == "PNG" and self.image.tile else ""
        if raw_mode in ("L;2", "L;4") and isinstance(colour, int):
            self.image.info["transparency"] = colour * (85 if raw_mode == "L;2" else 17)
        elif raw_mode == "RGB;16B" and isinstance(colour, tuple):
            self.image.info["transparency"] = tuple(value >> 8 for value in colour)

    @property
    def _white(self) -> int:
        """The largest value of a 12-bit or 16-bit picture."""
        return 4095 if self._tags.get(_BITS_TAG) in (12, (12,)) else 65535

    def _values(self, band: Image.Image) -> Image.Image:
        """Grey of more than 8 bits as floating point, with white as the largest value."""
        values = np.asarray(band).astype(np.float32)
        if band.mode.startswith("I;16"):
            transparent = self.image.info.get("transparency")
            if isinstance(transparent, int):
                values[values == transparent] = self._white
        if self._tags.get(_PHOTOMETRIC_TAG, 1) == 0:  # zero is white
            values = self._white - values if band.mode.startswith("I;16") else -values
        return Image.fromarray(values)

    def _grey_of(self, numbers: Image.Image) -> Image.Image:
        with np.errstate(invalid="ignore"):  # values that are not numbers are handled below
            values = np.asarray(numbers, dtype=np.float64)
        fixed = self.image.mode.startswith("I;16")
        grey = np.clip(values * (255 / self._white), 0, 255) if fixed else _stretched(values)
        return Image.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB")


def _int_or_zero(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _on_white(band: Image.Image) -> Image.Image:
    """The picture in RGB, with white behind transparent parts."""
    if not band.has_transparency_data:
        return band.convert("RGB")
    if band.mode == "La":
        band = band.convert("LA")  # Pillow converts "La" into nothing else
    with_alpha = band.convert("RGBA")
    ground = Image.new("RGB", band.size, "white")
    ground.paste(with_alpha, mask=with_alpha)
    return ground


def _stretched(values: np.ndarray) -> np.ndarray:
    """Float64 values of any range, mapped to 0 (smallest) to 255 (largest); values that are not finite become 0."""
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros(values.shape)
    values = np.where(finite, values, values[finite].min())
    least, span = values.min(), np.ptp(values)
    return (values - least) / (span or 1) * 255


def _transposition(image: Image.Image) -> Image.Transpose | None:
    """The transposition that makes a picture upright according to its Exif data."""
    exif = image.info.get("exif")
    # Pillow copies all values that Exif points at, so Exif whose values share bytes could take far more memory.
    if isinstance(exif, bytes) and tiff_values(exif.removeprefix(b"Exif\0\0")) is None:
        return None
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except MemoryError:
        raise
    except Exception:
        return None  # only the Exif data are damaged, not the picture
    return _UPRIGHT.get(orientation) if isinstance(orientation, int) else None


# ---- Errors


def too_much_memory(file: str) -> UploadError:
    """The error for a file that takes more memory than its header declares."""
    return UploadError(f"{file} takes too much memory to open.", "It is built in a strange way.", "Save it again.")


def _too_much_memory(file: str, memory: int, bounds: Bounds) -> UploadError:
    return UploadError(
        f"{file} would take {memory / 1e6:,.0f} MB of memory to open.",
        f"At most {bounds.memory / 1e6:,.0f} MB can be used for one picture.",
        "Save it smaller, or as JPEG.",
    )


def _too_many_pixels(what: str, bounds: Bounds) -> UploadError:
    return UploadError(what, f"At most {bounds.pixels / 1e6:g} megapixels can be opened.", "Save it smaller.")


def _damaged(file: str, data: bytes) -> UploadError:
    """For a file whose header is sound."""
    if (kind := rare_kind(data, compression_only=True)) is not None:
        return _rare_kind_error(file, *kind)
    return UploadError(f"{file} is damaged.", "It ends too early or makes no sense.", "Copy or save it again.")


def _rare_kind_error(file: str, kind: str, why: str) -> UploadError:
    return UploadError(f"{file} is a kind of {kind} that cannot be opened here.", why, "Save it as PNG or JPEG.")


def _not_a_picture(file: str, data: bytes) -> UploadError:
    """The error for bytes that could not be opened, by what they look like."""
    for pattern, kind in _OTHER_KINDS:
        if re.match(pattern, data[:4096], re.DOTALL | re.IGNORECASE):
            return UploadError(f"{file} is {kind}.", "This format cannot be opened here.", _ANOTHER_FORMAT)
    if _is_text(data):
        return UploadError(f"{file} is text.", "It holds no picture.", "Choose another file.")
    if (rare := rare_kind(data)) is not None:
        return _rare_kind_error(file, *rare)
    if _KNOWN_START.match(data):
        return _damaged(file, data)
    return UploadError(f"{file} cannot be opened.", f"It is not {FORMATS_IN_WORDS}.", _ANOTHER_FORMAT)


def _is_text(data: bytes) -> bool:
    try:
        # A character of several bytes may be cut off at the end, which is ignored.
        text = data[:1024].decode("utf-8", errors="strict" if len(data) <= 1024 else "ignore")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text)
