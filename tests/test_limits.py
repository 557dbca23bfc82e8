"""The settings of a server: read, checked, and told."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from visualizer.limits import LimitError, Limits, limits, limits_from, table, variable

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def test_what_is_not_set_has_its_default():
    assert limits_from({}) == Limits()
    assert limits_from({"VISUALIZER_UPLOAD_MB": " ", "UPLOAD_MB": "3", "VISUALIZER_WORKSPACE": "x"}) == Limits()


@pytest.mark.parametrize("item", fields(Limits), ids=lambda item: item.name)
def test_each_is_read_from_its_variable_and_held_in_its_range(item):
    least, most = item.metadata["least"], item.metadata["most"]
    # Those that bound one another move together.
    others = {"VISUALIZER_TAB_MB": "2000"} if item.name in ("upload_mb", "zip_mb") else {}
    others |= {"VISUALIZER_ZIP_MB": "1", "VISUALIZER_UPLOAD_MB": "1"} if item.name in ("tab_mb", "uploads_mb") else {}
    others |= {"VISUALIZER_UPLOADS_MB": "1000000"} if item.name == "tab_mb" else {}
    others |= {"VISUALIZER_TAB_MB": "1"} if item.name == "uploads_mb" else {}
    for value in (least, most, item.default):
        assert getattr(limits_from(others | {variable(item.name): f" {value} "}), item.name) == value
    for wrong in (str(least - 1), str(most + 1), "many", "1.5", "1e3", "-1", "٣", "9" * 5_000):
        with pytest.raises(LimitError) as caught:
            limits_from({variable(item.name): wrong})
        sentence = str(caught.value)
        assert variable(item.name) in sentence
        assert f"from {least} to {most}" in sentence
        assert f"leave it out to use {item.default}" in sentence
        assert len(sentence) < 300
        assert sentence.count(".") <= 2  # one sentence, beside the point in "1.5"


def test_a_tab_may_have_the_largest_file():
    with pytest.raises(LimitError, match="VISUALIZER_TAB_MB is 400, but must be at least as large as"):
        limits_from({"VISUALIZER_ZIP_MB": "500"})


def test_all_tabs_together_may_have_what_one_may():
    with pytest.raises(LimitError, match="VISUALIZER_UPLOADS_MB is 2000, but must be at least as large as VIS"):
        limits_from({"VISUALIZER_TAB_MB": "2001"})


def test_a_wrong_value_stops_the_start_with_its_sentence():
    environment = os.environ | {"VISUALIZER_MEGAPIXELS": "many"}
    command = [sys.executable, "-c", "import streamlit_app"]
    ended = subprocess.run(
        command, cwd=DOCS.parent.parent, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(
        "The server was not started. The setting VISUALIZER_MEGAPIXELS is 'many', but must be a whole number from 1 to "
    )
    assert "Traceback" not in ended.stderr


def test_sizes_in_bytes_follow_their_settings():
    some = Limits(upload_mb=3, megapixels=2, zip_mb=7, dataset_mib=5, picture_mib=4, batch_mib=6, run_mib=8)
    assert (some.upload_bytes, some.pixels, some.zip_bytes) == (3_000_000, 2_000_000, 7_000_000)
    assert [some.dataset_bytes, some.picture_bytes, some.batch_bytes, some.run_bytes] == [
        mib * 1_048_576 for mib in (5, 4, 6, 8)
    ]


@pytest.mark.parametrize("name", ["VISUALIZER_UPLAOD_MB", "VISUALIZER_MEGAPIXEL", "VISUALIZER_BATCH_MIBS"])
def test_a_setting_that_is_spelt_wrong_stops_the_start(name):
    with pytest.raises(LimitError, match=rf"There is no setting {name}: did you mean VISUALIZER_\w+\?"):
        limits_from({name: "1"})


def test_other_settings_of_the_app_are_none_of_these():
    others = ("VISUALIZER_WORKSPACE", "VISUALIZER_CLUSTER", "VISUALIZER_FUZZ", "VISUALIZER_DATABASE", "VISUALIZER_PORT")
    assert limits_from(dict.fromkeys(others, "x")) == Limits()


def test_a_process_elsewhere_gets_the_same_ones():
    some = Limits(parameters=5_000, batch_mib=7)
    assert limits_from(some.environment()) == some


def test_they_are_read_once(monkeypatch):
    before = limits()
    monkeypatch.setenv("VISUALIZER_UPLOAD_MB", "1")
    assert limits() is before


def test_the_docs_have_the_table_of_the_code():
    """`python -m visualizer.limits` writes it."""
    assert f"\n\n{table()}\n\n" in DOCS.read_text(encoding="utf-8")
    assert len(table().splitlines()) == 2 + len(fields(Limits))
