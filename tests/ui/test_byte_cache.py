"""Results that are kept up to so many bytes."""

from visualizer.ui.state.byte_cache import ByteCache


def test_what_was_not_asked_for_the_longest_goes_first():
    cache = ByteCache[bytes](10, len, most=5)
    cache.put("a", b"aaaa")
    cache.put("b", b"bbbb")
    assert cache.get("a") == b"aaaa"
    cache.put("c", b"cccc")
    assert [cache.get(key) for key in "abc"] == [b"aaaa", None, b"cccc"]


def test_one_that_is_too_large_is_kept_alone():
    cache = ByteCache[bytes](10, len, most=5)
    cache.put("a", b"a")
    cache.put("b", b"b" * 20)
    assert [cache.get(key) for key in "ab"] == [None, b"b" * 20]


def test_what_is_old_is_dropped():
    cache = ByteCache[bytes](10, len, most=5)
    for key in ("a1", "a2", "b1"):
        cache.put(key, b"a")
    cache.drop(lambda key: str(key).startswith("a"))
    assert [cache.get(key) for key in ("a1", "a2", "b1")] == [None, None, b"a"]


def test_there_are_never_more_than_so_many():
    cache = ByteCache[bytes](10, len, most=2)
    for key in "abc":
        cache.put(key, b"")
    assert [cache.get(key) for key in "abc"] == [None, b"", b""]
