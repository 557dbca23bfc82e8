"""The app in a process of its own, and a Chromium to look at it with."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

ROOT = Path(__file__).resolve().parents[2]
# Nobody listens there: an app under test has no internet, wherever the tests run.
NO_INTERNET = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": "localhost"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIGNS_OF_AN_ERROR = ("Traceback", "Uncaught", " ERROR", "CRITICAL")
# Opened on /train, Streamlit's own page first asks whether the app lives below /train, and the browser logs the 404.
HARMLESS_MISSING_ADDRESSES = ("/_stcore/health", "/_stcore/host-config")

Scheme = Literal["light", "dark"]

# Streamlit says on its outermost element whether the script runs; an old element waits for its new value as "stale".
# What waits for a part of Streamlit's own script is a skeleton, and a chart that is not yet drawn says so. A page that
# stays so for a moment is idle.
IDLE_FOR_MS = 250
_IS_IDLE = """
([quietFor, unansweredFor]) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const busy = !app
    || app.dataset.testConnectionState !== 'CONNECTED'
    || app.dataset.testScriptState !== 'notRunning'
    || document.querySelector('[data-stale="true"], [data-testid$="Skeleton"], [data-drawing]')
    || performance.now() - window.unansweredSince < unansweredFor;
  if (busy) { window.idleSince = undefined; return false; }
  window.idleSince ??= performance.now();
  return performance.now() - window.idleSince >= quietFor;
}
"""
# A busy server starts the script later than that: a page that has sent something is busy until something comes back.
# Streamlit drops what a fragment sends that the page has no longer, so this ends after a while.
UNANSWERED_FOR_MS = 5000
_NOTE_UNANSWERED = """
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!this.isWatched) this.addEventListener('message', () => { window.unansweredSince = undefined; });
    this.isWatched = true;
    window.unansweredSince = performance.now();
    return send.call(this, data);
  };
"""


@dataclass(frozen=True)
class RunningApp:
    """A server of the app: its address, the file that its output goes to, and the folder that it keeps runs in."""

    url: str
    log: Path
    workspace: Path
    process: "subprocess.Popen[bytes]"

    def log_text(self) -> str:
        return re.sub("\x1b\\[[0-9;]*m", "", self.log.read_text(errors="replace"))

    def error_lines(self) -> list[str]:
        """The lines of the server's log that tell of an error."""
        return [line for line in self.log_text().splitlines() if any(sign in line for sign in SIGNS_OF_AN_ERROR)]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running_app(
    script: Path = ROOT / "streamlit_app.py",
    start_within: float = 60.0,
    workspace: Path | None = None,
    options: Sequence[str] = (),
    base_path: str = "",
) -> Iterator[RunningApp]:
    """Run the app with that workspace or a temporary one, and end it with all its processes afterwards.

    `options` are those of `streamlit run`, beside the usual ones. The addresses begin with `base_path`, such as "/app".
    """
    with tempfile.TemporaryDirectory(prefix="visualizer-test-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        log = Path(folder, "server.log")
        workspace = workspace or Path(folder, "workspace")
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
        command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
        command += ["--browser.gatherUsageStats", "false", "--server.baseUrlPath", base_path, *options]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=script.parent,
                env=os.environ | NO_INTERNET | {"VISUALIZER_WORKSPACE": str(workspace), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        app = RunningApp(f"http://127.0.0.1:{port}{base_path}", log, workspace, process)
        try:
            _wait_for_health(app, start_within)
            yield app
        finally:
            _end(process)


def _wait_for_health(app: RunningApp, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and app.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The app did not start. Its log:\n{app.log_text()[-4000:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask the server to stop as Ctrl+C does, then kill what is left of its process group."""
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    return next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)


def launch_chromium(playwright: Playwright, executable: str) -> Browser:
    return playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))


def new_context(
    browser: Browser, width: int, height: int, scheme: Scheme = "light", base_url: str | None = None
) -> BrowserContext:
    """A browser window of its own; a narrow one is a phone's.

    Streamlit follows the system's colour scheme where nobody chose a theme, so `scheme` decides.
    """
    phone = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=phone,
        is_mobile=phone,
        base_url=base_url,
    )
    context.add_init_script(_NOTE_UNANSWERED)
    return context


def collect_errors(page: Page) -> list[str]:
    """A list that fills with the page's console errors and uncaught exceptions while it is used."""
    errors: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        address = message.location.get("url", "")
        harmless = "404" in message.text and address.endswith(HARMLESS_MISSING_ADDRESSES)
        if message.type == "error" and not harmless:
            errors.append(f"console: {message.text} ({address})")

    page.on("console", on_console)
    page.on("pageerror", lambda error: errors.append(f"uncaught: {error}"))
    return errors


def open_page(page: Page, url: str, seconds: float = 60.0) -> None:
    """Open a page, by its URL or (where the context has a base URL) its path, and wait until it has been drawn."""
    page.goto(url)
    wait_until_idle(page, seconds)


def wait_until_idle(page: Page, seconds: float = 60.0) -> None:
    """Wait until Streamlit has run the script and drawn what it sent."""
    page.evaluate("() => { window.idleSince = undefined; }")
    page.wait_for_function(_IS_IDLE, arg=[IDLE_FOR_MS, UNANSWERED_FOR_MS], timeout=seconds * 1000)


def open_from_gallery(page: Page, button: str) -> None:
    """On Build: open the network of the gallery that has this button."""
    page.get_by_role("button", name="Start from the gallery").click()
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("dialog")).not_to_be_visible()
    wait_until_idle(page)


def open_on_train(page: Page, button: str) -> None:
    """From the start: open the network of the gallery that has this button, and go to Train with it."""
    open_page(page, "/build")
    open_from_gallery(page, button)
    page.get_by_role("button", name="Train it").click()
    expect(page.get_by_role("heading", name="Train it live")).to_be_visible()
    wait_until_idle(page)


def train(page: Page, epochs: int) -> None:
    """On Train, with nothing trained yet: train for so many epochs, to the end."""
    start_training(page, epochs)
    expect(page.get_by_text("Finished")).to_be_visible(timeout=120_000)
    wait_until_idle(page)


def start_training(page: Page, epochs: int) -> None:
    """On Train, with nothing trained yet: begin to train for so many epochs."""
    field = page.get_by_role("spinbutton", name="Epochs")
    field.fill(str(epochs))
    field.press("Enter")
    wait_until_idle(page)
    page.locator(".st-key-start button").click()


def click_as_soon_as_it_is_there(page: Page, button: str) -> None:
    """Click on a button, by its words, in the moment it appears: on a fast machine the work it cancels is soon over."""
    page.evaluate(
        """(words) => {
          const observer = new MutationObserver(() => {
            const found = [...document.querySelectorAll('button')].find((one) => one.innerText.includes(words));
            if (!found) return;
            observer.disconnect();
            found.click();
          });
          observer.observe(document.body, { childList: true, subtree: true });
        }""",
        button,
    )


def no_exceptions(page: Page) -> None:
    """Assert that no exception box is on the page."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
