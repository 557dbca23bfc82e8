"""A ZIP from outside: its files by their cleaned names, each unpacked no further than the limits allow.

Nothing from it is written to disk under a name from inside it, whatever its headers say.
"""

import io
import lzma
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from visualizer.errors import UserError
from visualizer.limits import limits

_MAX_ENTRIES = 10_000
# For a ZIP's list of entries, which zipfile first reads completely: a name of 250 letters per entry.
_MAX_LIST_BYTES = 300 * _MAX_ENTRIES
# How much larger than the ZIP its content may be: pictures in the formats that can be opened hardly shrink.
_MAX_RATIO = 20
_FREE_BYTES = 50_000_000  # unpacked size up to which the ratio does not matter: small drawings shrink to almost nothing

_IS_UTF8, _UNIX, _UNICODE_PATH = 0x800, 3, 0x7075  # of an entry: a flag, a system, an extra field
# Exceptions of an entry's decoder, in addition to those of zipfile itself.
_DECODER_ERRORS = (zlib.error, lzma.LZMAError, struct.error)


@dataclass(frozen=True, eq=False)
class Entry:
    """A file in a ZIP.

    Attributes:
        folders: The names of the folders that it lies in, the outermost first; without "." and "..".
        name: Its own name.
    """

    folders: tuple[str, ...]
    name: str
    _info: zipfile.ZipInfo = field(repr=False)

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def ending(self) -> str:
        """What follows the last dot of the name, in small letters; empty without a dot."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


class Archive:
    """The files of a ZIP, without hidden ones and links.

    Args:
        data: The bytes of the ZIP.

    Attributes:
        entries: Its files, in its order. Two may have the same name.

    Raises:
        UserError: It is too large, no ZIP, damaged, or has too many files.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) > limits().zip_bytes:
            raise zip_error(f"It has over {limits().zip_mb:,} MB.", "Make the pictures smaller.")
        try:
            file = LimitedBytes(data, _MAX_LIST_BYTES)
            self._archive = zipfile.ZipFile(file)
            file.most = len(data)
            found = [_entry(info) for info in self._archive.infolist()]
        except (zipfile.BadZipFile, struct.error, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise zip_error("It is not a ZIP file, or it is damaged.") from error
        self.entries = tuple(entry for entry in found if entry is not None)
        if len(self.entries) > _MAX_ENTRIES:
            raise zip_error(f"It has over {_MAX_ENTRIES:,} files.", "Leave some out.")
        self._most = max(_MAX_RATIO * len(data), _FREE_BYTES)
        self._unpacked = 0

    def unpack(self, entry: Entry) -> bytes | None:
        """A file's bytes, at most one more than a picture may have; None if it is damaged or has a password.

        Raises:
            UserError: All that was unpacked so far is far more than pictures have.
        """
        try:
            with self._archive.open(entry._info) as file:
                content = file.read(limits().upload_bytes + 1)
        except (
            zipfile.BadZipFile,
            RuntimeError,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            MemoryError,
            *_DECODER_ERRORS,
        ):
            return None
        self._unpacked += len(content)
        if self._unpacked > self._most:
            raise zip_error("It unpacks into far more data than pictures have.", "Pack the pictures anew.")
        return content


def zip_error(why: str, remedy: str = "Choose another file.") -> UserError:
    """The error for a ZIP as a whole."""
    return UserError("The ZIP file cannot be used.", why, remedy)


def _entry(info: zipfile.ZipInfo) -> Entry | None:
    """The entry, unless it is a folder, a hidden file or a link."""
    parts = _parts(info)
    hidden = any(part.startswith((".", "__MACOSX")) or part in ("Thumbs.db", "desktop.ini") for part in parts)
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    # Python's is_dir fails for a file without a name.
    is_file = info.filename != "" and not info.is_dir()
    return Entry(tuple(parts[:-1]), parts[-1], info) if is_file and parts and not hidden and not is_link else None


class LimitedBytes(io.BytesIO):
    """A ZIP's bytes, of which at most `most` can be read at once.

    zipfile reads the list of entries in one piece and creates an object for each; the header can claim any length.
    """

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if len(data) > self.most:
            raise zipfile.BadZipFile("its list of entries is too long")
        return data


def _parts(info: zipfile.ZipInfo) -> list[str]:
    """The folders and the file in an entry's name, without "." and ".."; none of them is ever opened."""
    parts = _name(info).replace("\\", "/").split("/")
    return [part for part in parts if part.strip() not in ("", ".", "..")]


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name, in the encoding in which it was written.

    zipfile decodes every name as cp437, the encoding of the first PCs, unless it is flagged as UTF-8. Many programs
    write UTF-8 without the flag, some write it in an extra field, and old programs on Unix use a Western European
    encoding. Source: APPNOTE.TXT 6.3.10, 4.4.2 (the system), 4.6.9 (the field with the name in UTF-8) and appendix D.
    """
    try:
        written = info.filename.encode("cp437")
    except UnicodeEncodeError:  # it was flagged
        return info.filename
    if written.isascii() or info.flag_bits & _IS_UTF8:
        return info.filename
    name = _unicode_name(info.extra, written)
    if name is not None:
        return name
    for encoding in ("utf-8", "cp1252") if info.create_system == _UNIX else ("utf-8",):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            pass
    return info.filename


def _unicode_name(extra: bytes, written: bytes) -> str | None:
    """The UTF-8 name in an entry's extra fields, if its checksum belongs to the written name."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(field) > 5 and struct.unpack_from("<I", field, 1) == (zlib.crc32(written),):
            return field[5:].decode("utf-8", errors="replace")
    return None
