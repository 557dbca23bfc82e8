"""What the app serves to the components, and what Streamlit gets of them."""

import asyncio
import gzip
import re
from types import SimpleNamespace

import pytest

from visualizer.ui.kit import scripts
from visualizer.ui.kit.component import css_of, html_of, loader_of
from visualizer.ui.kit.links import ASSETS

NAMES = sorted(path.name for path in (ASSETS / "components").iterdir() if path.is_dir())
ADDRESS = re.compile(r"/modules/([0-9a-f]{16})/(components/\w+/\w+\.js)")


def ask(version: str, name: str):
    request = SimpleNamespace(path_params={"version": version, "name": name})
    return asyncio.run(scripts._send_module(request))


@pytest.mark.parametrize("name", NAMES)
def test_a_component_asks_for_its_own_module_and_keeps_it(name):
    (found,) = ADDRESS.finditer(loader_of(name))
    answer = ask(*found.groups())
    assert gzip.decompress(answer.body) == (ASSETS / found[2]).read_bytes()
    assert answer.media_type == "text/javascript"
    assert "immutable" in answer.headers["cache-control"]


def test_another_version_of_the_app_gets_what_there_is_but_does_not_keep_it():
    answer = ask("0" * 16, "lib/dom.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["", "nowhere.js", "lib", "lib/text.css", "../streamlit_app.py", "lib/../../README.md", "/etc/passwd"]
)
def test_nothing_else_is_served(name):
    assert ask(scripts._version(), name).status_code == 404


def test_a_page_preloads_modules_that_there_are():
    links = scripts.preload_links().split(", ")
    names = [re.fullmatch(r"<\./modules/[0-9a-f]{16}/(.+)>; rel=modulepreload", link)[1] for link in links]
    assert {"lib/dom.js", "components/plot/plot.js"} <= set(names) <= set(scripts.modules())
    # A proxy takes four kilobytes of headers where nobody told it more.
    assert len(scripts.preload_links()) < 2000


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_a_component_are_there_and_whole(name):
    files = {path.name for path in (ASSETS / "components" / name).iterdir()}
    assert (html_of(name) is None, css_of(name) is None) == (f"{name}.html" not in files, f"{name}.css" not in files)
    assert "@import" not in (css_of(name) or "")


def test_shared_styles_stand_before_a_components_own():
    styles = css_of("sliding_window") or ""
    assert [styles.index(rule) for rule in (":host", ".control:focus-visible", ".transport", ".sides")] == sorted(
        styles.index(rule) for rule in (":host", ".control:focus-visible", ".transport", ".sides")
    )
