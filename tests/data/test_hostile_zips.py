"""ZIP files that were made to do harm: each is refused in a sentence, or what is good in it is read."""

import io
import stat
import struct
import tracemalloc
import zipfile
import zlib

import pytest

from tests.data.own import picture, png, zipped
from visualizer.data import own_pictures, own_zip
from visualizer.data.class_names import MAX_NAME_LENGTH
from visualizer.data.own_pictures import MAX_FOLDERS, read_zip
from visualizer.errors import UserError
from visualizer.images import SlowPictureError
from visualizer.limits import Limits

GOOD = png(picture(9, 1, 20, 20))


def written(*entries: tuple[zipfile.ZipInfo | str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    return buffer.getvalue()


def names(data: bytes) -> list[tuple[str, str, bool]]:
    return [(file.class_name, file.name, file.picture is not None) for file in read_zip(data)]


@pytest.mark.parametrize(
    ("name", "class_name"),
    [
        ("../../../etc/x.png", "etc"),
        ("/root/x.png", "root"),
        ("//server/share/x.png", "share"),
        ("\\\\server\\share\\x.png", "share"),
        ("C:\\windows\\cat\\x.png", "cat"),
        ("cat/../x.png", "cat"),
        ("./cat/./x.png", "cat"),
        ("cat\u202e\x07 dog/x.png", "cat dog"),
        ("c" * 5_000 + "/x.png", "c" * MAX_NAME_LENGTH),
        ("猫/x.png", "猫"),
    ],
)
def test_whatever_the_path_says_only_a_class_name_comes_of_it(name, class_name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert names(written((name, GOOD))) == [(class_name, "x.png", True)]
    assert not list(tmp_path.iterdir())


def test_names_in_an_old_encoding_or_none_are_read_somehow():
    data = bytearray(written(("cafe/x.png", GOOD)))
    for place in (data.find(b"cafe"), data.rfind(b"cafe")):
        data[place : place + 4] = b"ca\xff\x82"
    ((class_name, _, is_read),) = names(bytes(data))
    assert is_read
    assert class_name.isprintable()


def with_raw_name(raw: bytes, system: int, *, flag: int = 0, extra: bytes = b"") -> bytes:
    """A ZIP of one picture, whose name is these bytes of its headers."""
    entry = zipfile.ZipInfo("?" * len(raw.decode("latin-1")))
    entry.create_system, entry.extra = system, extra
    data = bytearray(written((entry, GOOD)))
    for mark, flags_at, name_at in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        place = data.index(mark)
        struct.pack_into("<H", data, place + flags_at, flag)
        data[place + name_at : place + name_at + len(raw)] = raw
    return bytes(data)


DOS, NTFS, UNIX = 0, 10, 3


@pytest.mark.parametrize(
    ("raw", "system", "flag", "class_name"),
    [
        ("Bäume/x.png".encode(), UNIX, 0, "Bäume"),
        ("Bäume/x.png".encode(), DOS, 0, "Bäume"),
        ("Bäume/x.png".encode(), NTFS, 0x800, "Bäume"),
        ("Ba\u0308ume/x.png".encode(), UNIX, 0, "Bäume"),  # as Macs write it
        ("猫/x.png".encode(), UNIX, 0, "猫"),
        ("Bäume/x.png".encode("cp437"), DOS, 0, "Bäume"),
        ("Häuser/ß.png".encode("cp437"), NTFS, 0, "Häuser"),
        ("Bäume/x.png".encode("cp1252"), UNIX, 0, "Bäume"),
        (b"plain/x.png", DOS, 0, "plain"),
    ],
)
def test_a_name_has_the_letters_that_it_was_written_with(raw, system, flag, class_name):
    ((found, _, is_read),) = names(with_raw_name(raw, system, flag=flag))
    assert (found, is_read) == (class_name, True)


def test_a_name_in_utf8_beside_the_old_one_is_taken_where_it_is_that_of_this_entry():
    raw, said = b"B?ume/x.png".replace(b"?", b"\xf4"), "Bäume/x.png".encode()
    for checksum, class_name in ((zlib.crc32(raw), "Bäume"), (0, "B⌠ume")):
        field = b"\1" + struct.pack("<I", checksum) + said
        extra = struct.pack("<HH", 0x7075, len(field)) + field
        assert [name for name, *_ in names(with_raw_name(raw, DOS, extra=extra))] == [class_name]


def test_a_class_that_is_written_in_two_ways_is_one():
    data = written(("B\u00e4ume/x.png", GOOD), ("Ba\u0308ume/y.png", GOOD))
    assert {class_name for class_name, *_ in names(data)} == {"B\u00e4ume"}


def test_pictures_that_take_long_together_are_refused(monkeypatch):
    """Each is within the bounds of a picture; opening all would take minutes."""
    monkeypatch.setattr(own_pictures, "limits", lambda: Limits(megapixels=1))
    large = png(picture(9, 1, 1_000, 3_000))
    monkeypatch.setattr(own_pictures, "_MAX_LARGEST_PICTURES", 7)
    for read in (
        lambda: read_zip(written(*((f"cat/{number}.png", large) for number in range(5)))),
        lambda: own_pictures.read_files([("a.png", large)] * 5, "cat"),
    ):
        found = []
        with pytest.raises(UserError, match=r"take too long to open\. Together they have over 7 megapixels\."):
            found.extend(read())
        assert len(found) == 2


def test_what_was_decoded_counts_where_it_is_damaged_in_the_end(monkeypatch):
    monkeypatch.setattr(own_pictures, "limits", lambda: Limits(megapixels=1))
    monkeypatch.setattr(own_pictures, "_MAX_LARGEST_PICTURES", 7)
    damaged = png(picture(9, 1, 1_000, 3_000))[:-5_000]
    with pytest.raises(UserError, match="take too long to open"):
        list(own_pictures.read_files([("a.png", damaged)] * 5, "cat"))


def test_a_few_pictures_that_take_too_long_each_end_it(monkeypatch):
    def slow(data, name):
        raise SlowPictureError(f"The file “{name}” takes too long to open.")

    monkeypatch.setattr(own_pictures, "open_image", slow)
    found = []
    with pytest.raises(UserError, match=r"take too long to open\. Many of them are built in a strange way"):
        found.extend(read_zip(written(*((f"cat/{number}.png", GOOD) for number in range(9)))))
    assert [file.problem for file in found] == [
        f"The file “{number}.png” takes too long to open." for number in range(3)
    ]


def test_a_link_is_not_followed():
    link = zipfile.ZipInfo("cat/link.png")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert names(written((link, b"/etc/passwd"), ("cat/x.png", GOOD))) == [("cat", "x.png", True)]


def test_files_of_one_name_are_two_pictures():
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = written(("cat/x.png", GOOD), ("cat/x.png", png(picture(200, 2, 20, 20))))
    first, second = (file.picture for file in read_zip(data))
    assert first.mean() < second.mean()


def test_an_archive_inside_is_left_out():
    inner = written(("cat/y.png", GOOD))
    assert names(written(("cat/inner.zip", inner), ("cat/x.png", GOOD))) == [
        ("cat", "inner.zip", False),
        ("cat", "x.png", True),
    ]


def test_hidden_files_of_systems_are_left_out_silently():
    hidden = ("__MACOSX/cat/._x.png", "cat/.DS_Store", "cat/Thumbs.db", "cat/desktop.ini", ".git/x.png", "cat/.x.png")
    assert names(written(*((name, GOOD) for name in hidden), ("cat/x.png", GOOD))) == [("cat", "x.png", True)]


def test_entries_that_lie_over_one_another_are_refused_or_bounded():
    """Two names for the same compressed bytes, as the bombs without recursion are built."""
    data = bytearray(written(("cat/x.png", GOOD), ("cat/y.png", GOOD)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first, second = archive.infolist()
    # The central directory's second entry is made to point at the first one's bytes.
    place = data.rfind(b"PK\x01\x02")
    assert struct.unpack_from("<I", data, place + 42) == (second.header_offset,)
    struct.pack_into("<I", data, place + 42, first.header_offset)
    found = names(bytes(data))
    assert len(found) == 2
    assert not all(is_read for *_, is_read in found)


def test_a_picture_that_unpacks_without_end_is_read_no_further_than_a_picture_may_be():
    bomb = written(("cat/bomb.png", bytes(60_000_000)), ("cat/x.png", GOOD))
    assert len(bomb) < 100_000
    tracemalloc.start()
    found = names(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [("cat", "bomb.png", False), ("cat", "x.png", True)]
    assert peak < 100_000_000


def test_many_pictures_that_unpack_into_far_more_than_the_zip_are_refused(monkeypatch):
    monkeypatch.setattr(own_zip, "_FREE_BYTES", 5_000_000)
    bomb = written(*((f"cat/{number}.png", bytes(1_000_000)) for number in range(9)))
    found = []
    with pytest.raises(UserError, match="far more data than pictures have"):
        found.extend(read_zip(bomb))
    assert len(found) == 5


def test_a_header_that_lies_about_a_size_changes_nothing():
    data = bytearray(written(("cat/x.png", GOOD)))
    place = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 2**31)  # the size when unpacked
    assert names(bytes(data)) == [("cat", "x.png", True)]


def test_a_list_of_countless_entries_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(own_zip, "_MAX_LIST_BYTES", 100_000)
    monkeypatch.setattr(own_zip, "_MAX_LIST_BYTES", 100_000)
    monkeypatch.setattr(zipfile, "ZipInfo", lambda *_: pytest.fail("an entry was read"))
    buffer = io.BytesIO()
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    buffer.write(entry * 3_000)
    buffer.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3_000, 3_000, 3_000 * len(entry), 0, 0))
    with pytest.raises(UserError, match="cannot be used"):
        list(read_zip(buffer.getvalue()))


def test_too_many_files_and_folders_are_refused(monkeypatch):
    monkeypatch.setattr(own_zip, "_MAX_ENTRIES", 20)
    with pytest.raises(UserError, match="over 20 files"):
        list(read_zip(zipped({f"cat/{number}.png": b"x" for number in range(21)})))
    monkeypatch.setattr(own_zip, "_MAX_ENTRIES", 1_000)
    with pytest.raises(UserError, match=f"over {MAX_FOLDERS} folders"):
        list(read_zip(zipped({f"{number}/x.png": b"x" for number in range(MAX_FOLDERS + 1)})))


def test_a_zip_that_is_too_large_is_refused_unread(monkeypatch):
    monkeypatch.setattr(own_zip, "limits", lambda: Limits(zip_mb=1))
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("it was read"))
    with pytest.raises(UserError, match="over 1 MB"):
        list(read_zip(bytes(1_000_001)))


def test_a_password_is_told():
    data = bytearray(written(("cat/x.png", GOOD)))
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    (found,) = read_zip(bytes(data))
    assert "it has a password" in found.problem


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_way_to_pack_is_read_and_damage_in_it_is_told(method):
    data = written(("cat/x.png", GOOD), method=method)
    assert names(data) == [("cat", "x.png", True)]
    damaged = bytearray(data)
    damaged[60:90] = b"\xff" * 30
    assert names(bytes(damaged)) == [("cat", "x.png", False)]


def test_a_large_stored_picture_is_read_whole():
    noise = picture(128, 1, 1_200, 1_200)
    data = png(noise)
    assert len(data) > own_zip._MAX_LIST_BYTES
    assert names(written(("cat/x.png", data), method=zipfile.ZIP_STORED)) == [("cat", "x.png", True)]
