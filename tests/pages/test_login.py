"""The login of a server whose secrets name an identity provider."""

import warnings
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.secrets import Secrets
from streamlit.testing.v1 import AppTest

from tests.pages.app import ROOT, SECONDS, has_component, open_page

EXAMPLE = ROOT / "deploy" / "secrets.example.toml"


@pytest.fixture
def secrets(tmp_path, monkeypatch) -> Path:
    """The file of a server's secrets, which is not there yet."""
    file = tmp_path / "secrets.toml"
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    monkeypatch.setattr(st, "secrets", Secrets())
    yield file
    config.set_option("secrets.files", before)


def opened(user: dict) -> AppTest:
    app = AppTest.from_file(str(ROOT / "visualizer" / "ui" / "shell" / "navigation.py"), default_timeout=SECONDS)
    app.user = user
    return app.run()


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_nobody_has_to_log_in_where_no_provider_is_named(secrets):
    assert "log-in" not in keys(open_page("home"))
    secrets.write_text("[another]\nsecret = 1\n")
    assert "log-in" not in keys(open_page("home"))


def test_a_stranger_sees_the_way_in_and_nothing_else(secrets):
    secrets.write_text(EXAMPLE.read_text())
    app = opened({"is_logged_in": False})
    assert not app.exception
    assert keys(app) == {"log-in"}
    assert [title.value for title in app.title] == ["CNN Visualizer"]
    assert not has_component(app, "strip")


def test_who_has_logged_in_gets_on_and_can_log_out(secrets):
    secrets.write_text(EXAMPLE.read_text())
    app = opened({"is_logged_in": True, "name": "Ada"})
    assert not app.exception
    assert "log-out" in keys(app)
    assert "log-in" not in keys(app)
    assert has_component(app, "strip")


def test_a_damaged_file_of_secrets_opens_no_door(secrets):
    secrets.write_text("[auth\n")
    app = opened({})
    assert app.exception
    assert not has_component(app, "strip")


def test_what_streamlit_needs_to_log_somebody_in_is_there():
    """It imports these only on the click."""
    from authlib.deprecate import AuthlibDeprecationWarning

    with warnings.catch_warnings():
        # It warns of what it imports itself, whatever the filters were.
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)
        from authlib.integrations.starlette_client import OAuth

    assert OAuth
