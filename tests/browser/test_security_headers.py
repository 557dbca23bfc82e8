"""What the server lets in and what its pages may do, in a real browser."""

import os
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.app import RunningApp, new_context, open_page, wait_until_idle
from tests.data.own import picture, png, zipped
from visualizer.ui.shell.http import HEADERS


def test_every_answer_has_the_headers(app: RunningApp):
    for path in ("/", "/_stcore/health", "/plotly.min.js", "/nowhere.js"):
        with urllib.request.urlopen(app.url + path) as answer:
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_page_fetches_nothing_from_elsewhere_whatever_gets_into_it(browser: Browser, app_url: str):
    # Not the fixture's page, which fails on what the browser's console tells of each thing that is held back.
    page = new_context(browser, 1280, 800, base_url=app_url).new_page()
    open_page(page, "/build")
    blocked = page.evaluate(
        """async () => {
          const blocked = [];
          document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
          document.body.insertAdjacentHTML('beforeend', '<img src="http://127.0.0.2:9/track.png">');
          document.body.append(Object.assign(document.createElement('script'), { src: 'http://127.0.0.2:9/x.js' }));
          document.body.append(Object.assign(document.createElement('iframe'), { src: 'http://127.0.0.2:9/' }));
          await fetch('http://127.0.0.2:9/tell').catch(() => {});
          await new Promise((done) => setTimeout(done, 200));
          return blocked.sort();
        }"""
    )
    assert blocked == ["connect-src", "frame-src", "img-src", "script-src-elem"]
    page.context.close()


def test_a_zip_larger_than_a_picture_may_be_arrives(page: Page):
    """25 MB, of pictures that were stored as they are."""
    files = {f"{name}/{number}.bmp": b"no picture" for name in "ab" for number in range(3)}
    files |= {f"{name}/{number}.png": png(picture(90, number, 30, 30)) for name in "ab" for number in range(6)}
    files["a/noise.png"] = os.urandom(25_000_000)
    open_page(page, "/train")
    page.get_by_text("Your own pictures").click()
    page.get_by_text("A ZIP with a folder").wait_for()
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(
        {"name": "set.zip", "mimeType": "application/zip", "buffer": zipped(files)}
    )
    expect(page.get_by_role("button", name="Use these 12 pictures")).to_be_visible(timeout=60_000)


def test_a_file_that_is_too_large_is_refused_by_the_browser_in_a_sentence(page: Page, tmp_path: Path):
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(22_000_000)
    open_page(page, "/look_inside")
    page.get_by_text("Upload", exact=True).first.click()
    wait_until_idle(page)
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_text("File must be 20.0MB or smaller.")).to_be_visible()


def test_the_log_tells_that_a_file_was_refused_and_not_which(page: Page, app: RunningApp):
    open_page(page, "/look_inside")
    page.get_by_text("Upload", exact=True).first.click()
    wait_until_idle(page)
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(
        {"name": "very-secret.png", "mimeType": "image/png", "buffer": b"my diary"}
    )
    expect(page.get_by_text("is text. It holds no picture")).to_be_visible()
    log = app.log_text()
    assert ' INFO upload-refused kind=picture size=8 reason="It holds no picture."' in log
    assert " INFO server-started upload_mb=20 " in log
    assert "very-secret" not in log
    assert "my diary" not in log
