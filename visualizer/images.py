"""The one door for pictures from outside: a file's bytes become a safe, upright RGB picture, or an UploadError."""

import io
import re

import numpy as np
from PIL import Image

from visualizer import log
from visualizer.errors import UserError
from visualizer.limits import limits

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")
FORMATS_IN_WORDS = "JPEG, PNG, WebP, GIF, TIFF or BMP"
MAX_SIDE = 1024  # pixels; no network here takes in more than a quarter of it

# A picture's data may come in pieces: strips or tiles of a TIFF, scans of a JPEG. Cameras and programs write few; a
# small file of very many would keep a processor busy for minutes.
_MAX_TILES = 100_000
_MAX_JPEG_SCANS = 200
_JPEG_START_OF_SCAN = b"\xff\xda"

_ANOTHER_FORMAT = f"Save it as {FORMATS_IN_WORDS} and choose that file"
_ANOTHER_FILE = "Choose another file"

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
    (rb"\x00\x00\x01\x00", "an icon file"),
    (rb"\s*<(!doctype )?html", "a web page"),
    (rb"\s*<(svg|(\?xml|!--|!doctype)[^\x00]{0,2000}<svg)", "an SVG drawing"),
)
_KNOWN_START = re.compile(
    rb"\xff\xd8\xff|\x89PNG|RIFF....WEBP|GIF8|II\x2a\x00|MM\x00\x2a|II\x2b\x00|MM\x00\x2b|BM", re.DOTALL
)


class UploadError(UserError):
    """A file cannot be used as a picture."""


def read_image(data: bytes, name: str = "") -> np.ndarray:
    """The picture in a file, upright and in RGB, reduced to at most 1024 pixels on its longer side.

    What the file is, its bytes decide, not its name. The first frame of an animation or page of a TIFF is taken;
    transparent parts lie on white; 16-bit grey is divided by 257; values without a fixed range (32-bit, floating
    point) are stretched from the least to the greatest; CMYK is converted without its colour profile. A large JPEG is
    decoded at a half, a quarter or an eighth of its size where that is still large enough, which saves most of the
    work.

    Args:
        data: The file, JPEG, PNG, WebP, GIF, TIFF or BMP, of at most `Limits.upload_mb`, and of at most
            `Limits.megapixels`, which its header tells before anything is decoded.
        name: The file's name, for the sentence of an error.

    Returns:
        (H, W, 3) uint8.

    Raises:
        UploadError: The file is empty, too large, of another kind, or damaged. Nothing else is raised.
    """
    with log.refusals("picture", len(data), UploadError, tell_why=True):
        return _read(data, _called(name))


def _read(data: bytes, file: str) -> np.ndarray:
    """The same, for a file that is called so in a sentence."""
    if not data:
        raise UploadError(f"{file} is empty", mend=_ANOTHER_FILE)
    if len(data) > limits().upload_bytes:
        raise UploadError(
            f"{file} has {len(data) / 1e6:,.1f} MB",
            f"at most {limits().upload_mb:,} MB can be opened",
            "Choose a smaller one, or save it smaller",
        )
    # Pillow's decoders meet broken files with many kinds of exception; whichever it is, the file is what is wrong.
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > limits().pixels:
                raise _too_many_pixels(file, f"{image.width:,} × {image.height:,} pixels")
            is_jpeg = image.format in ("JPEG", "MPO")
            if len(image.tile) > _MAX_TILES or (is_jpeg and data.count(_JPEG_START_OF_SCAN) > _MAX_JPEG_SCANS):
                raise UploadError(
                    f"{file} is built of too many pieces", "it would take minutes to open", "Save it anew"
                )
            return np.array(_upright(_reduced(image)))
    except UploadError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(file, "more pixels than any camera takes") from error
    except Exception as error:
        raise _not_a_picture(file, data) from error


def _called(name: str) -> str:
    """The file in a sentence; letters that Markdown or HTML would read as more than a name are left out."""
    safe = re.sub(r"[^\w .,+()-]", "", name)[:60].strip()
    return f"The file “{safe}”" if safe else "The file"


def _too_many_pixels(file: str, size: str) -> UploadError:
    return UploadError(
        f"{file} has {size}", f"at most {limits().megapixels} megapixels can be opened", "Save it smaller"
    )


def _not_a_picture(file: str, data: bytes) -> UploadError:
    """The error for bytes that could not be decoded, by what they look like."""
    for pattern, kind in _OTHER_KINDS:
        if re.match(pattern, data[:4096], re.DOTALL | re.IGNORECASE):
            return UploadError(f"{file} is {kind}", "this is not a format that can be opened", _ANOTHER_FORMAT)
    if _is_text(data):
        return UploadError(f"{file} is text", "it holds no picture", _ANOTHER_FILE)
    if _KNOWN_START.match(data):
        return UploadError(
            f"{file} is damaged", "it ends too early or its contents make no sense", "Copy or save it again"
        )
    return UploadError(f"{file} cannot be opened", f"it is not {FORMATS_IN_WORDS}", _ANOTHER_FORMAT)


def _is_text(data: bytes) -> bool:
    try:
        # A letter of several bytes may be cut at the end, so the last three do not count.
        text = data[:1024].decode("utf-8", errors="strict" if len(data) <= 1024 else "ignore")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text)


def _reduced(image: Image.Image) -> Image.Image:
    """The decoded picture in RGB, at most MAX_SIDE on its longer side, not yet upright."""
    scale = min(1.0, MAX_SIDE / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    if scale < 1:
        image.draft(None, size)  # only a JPEG heeds it
    image.load()
    has_16_bits = image.mode.startswith("I;16")
    # Reduced before its colours are converted, which would need several times the memory of a large picture.
    image = _with_mixable_pixels(image).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if image.mode not in ("I", "F"):
        return _colors_to_rgb(image)
    with np.errstate(invalid="ignore"):  # what is not a number is dealt with below
        values = np.asarray(image, dtype=np.float64)
    grey = np.clip(values / 257, 0, 255) if has_16_bits else _stretched(values)
    return Image.fromarray(np.rint(grey).astype(np.uint8), "L").convert("RGB")


def _with_mixable_pixels(image: Image.Image) -> Image.Image:
    """The picture in a mode whose values may be averaged: neither numbers of a palette nor one colour for "nothing"."""
    if "transparency" in image.info or image.mode == "PA":
        return image.convert("RGBA")
    if image.mode.startswith("I;16"):
        return image.convert("F")
    return image.convert({"P": "RGB", "1": "L"}.get(image.mode, image.mode))


def _colors_to_rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(with_alpha, mask=with_alpha)
        return ground
    return image.convert("RGB")


def _stretched(values: np.ndarray) -> np.ndarray:
    """Numbers of any range, float64, from the least (0) to the greatest (255); what is not finite becomes 0."""
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros(values.shape)
    values = np.where(finite, values, values[finite].min())
    least, span = values.min(), np.ptp(values)
    return (values - least) / (span or 1) * 255


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except Exception:
        return image  # the picture is sound, only the notes about it are not
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)
