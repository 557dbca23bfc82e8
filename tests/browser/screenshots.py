"""Photographs every page of the app: `python -m tests.browser.screenshots OUT_FOLDER [--pages / /train] [--trained]`.

For each page, window size (1280 x 800, 390 x 844) and theme (light, dark) it writes the first screen and the whole
page, and says what is wrong with it: exception boxes, console errors, a page that is wider than its window. With
`--trained` it then trains a network in each window and photographs the pages that show a run, each tab of them:
`--trained "Small U-Net for pixels"` one of the gallery, else the one that the app begins with.
"""

import argparse
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.app import (
    ROOT,
    Scheme,
    collect_errors,
    find_chromium,
    launch_chromium,
    new_context,
    open_on_train,
    open_page,
    running_app,
    wait_until_idle,
)

SIZES = ((1280, 800), (390, 844))
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WINDOWS = {f"{size[0]}-{scheme}": (*size, scheme) for size, scheme in product(SIZES, SCHEMES)}
# Chromium draws no picture that is much taller.
MAX_HEIGHT = 15_000


def page_paths(browser: Browser, url: str) -> list[str]:
    """The paths of all pages, as the app's own navigation links them."""
    context = new_context(browser, *SIZES[0])
    page = context.new_page()
    open_page(page, url)
    more = page.get_by_test_id("stSidebarNavViewButton")
    if more.count():
        more.click()
    links = page.locator('[data-testid="stSidebarNavLink"], [data-testid="stTopNavLink"]')
    paths = [urlsplit(link.get_attribute("href") or "/").path or "/" for link in links.all()]
    context.close()
    return list(dict.fromkeys(paths)) or ["/"]


def photograph(page: Page, folder: Path, name: str) -> list[str]:
    """Save NAME.png (first screen) and NAME-full.png (the whole page). Returns what is wrong on the page."""
    problems = [f"exception box: {box.inner_text()[:300]}" for box in page.get_by_test_id("stException").all()]
    # Streamlit scrolls this element, not the document.
    main = page.get_by_test_id("stMain")
    overflow = main.evaluate("element => element.scrollWidth - element.clientWidth")
    if overflow > 0:
        problems.append(f"the page is {overflow} px wider than its window")
    page.screenshot(path=folder / f"{name}.png")
    size = page.viewport_size
    assert size is not None
    height = int(main.evaluate("element => element.scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": min(max(height, size["height"]), MAX_HEIGHT)})
    wait_until_idle(page)
    page.screenshot(path=folder / f"{name}-full.png")
    page.set_viewport_size(size)
    return problems


def photograph_trained(page: Page, folder: Path, name: str, network: str, epochs: int) -> list[str]:
    """Train twice in this window, and photograph every tab of the pages that show a run."""
    problems = []
    if network:
        open_on_train(page, f"Open {network}")
    else:
        open_page(page, "/train")
    for seed in ("0", "1"):
        for label, value in (("Epochs", str(epochs)), ("Seed", seed)):
            field = page.get_by_role("spinbutton", name=label, exact=True)
            if not field.is_visible():
                page.get_by_text("of the next run").click()
                page.wait_for_timeout(600)  # The expander grows for 0.5 s.
            field.fill(value)
            field.press("Enter")
            wait_until_idle(page)
        page.locator(".st-key-start button").click()
        page.wait_for_timeout(1500)  # Until the last run's "Finished" is gone.
        page.get_by_text("Finished").wait_for(timeout=120_000)
        wait_until_idle(page)
    for place in ("Train", "Look inside", "Compare"):
        link = page.get_by_test_id("stSidebarNavLink").filter(has_text=place)
        link.evaluate("element => element.click()")  # A phone's sidebar is closed, and open it would cover the page.
        page.wait_for_timeout(600)
        wait_until_idle(page)
        for tab in page.get_by_role("tab").all_inner_texts() or [""]:
            if tab:
                page.get_by_role("tab", name=tab, exact=True).click()
                page.wait_for_timeout(600)
                wait_until_idle(page)
            part = f"{name}-{place}-{tab}".strip("-").lower().replace(" ", "_").replace("?", "")
            problems += [f"{place} {tab}: {problem}" for problem in photograph(page, folder, part)]
    return problems


def photograph_all(browser: Browser, url: str, paths: list[str], arguments: argparse.Namespace) -> int:
    """Photograph the pages at `paths` in all windows. Returns how many problems there were."""
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for window, path in product(arguments.windows, paths):
        width, height, scheme = WINDOWS[window]
        context = new_context(browser, width, height, scheme, base_url=url)
        page = context.new_page()
        errors = collect_errors(page)
        open_page(page, path)
        page.wait_for_timeout(arguments.settle * 1000)
        name = f"{path.strip('/').replace('/', '-') or 'home'}-{window}"
        problems = photograph(page, folder, name) + errors
        context.close()
        report(name, problems)
        count += len(problems)
    for network, window in product(arguments.trained or (), arguments.windows):
        width, height, scheme = WINDOWS[window]
        context = new_context(browser, width, height, scheme, base_url=url)
        page = context.new_page()
        errors = collect_errors(page)
        name = f"{network} {window}".strip().lower().replace(" ", "_")
        problems = photograph_trained(page, folder, name, network, arguments.epochs) + errors
        context.close()
        report(f"{name} trained", problems)
        count += len(problems)
    return count


def report(name: str, problems: list[str]) -> None:
    print(name, "ok" if not problems else "PROBLEMS", *problems, sep="\n  " if problems else " ", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--pages", nargs="*", metavar="PATH", help="such as / /train; all pages where left out")
    parser.add_argument("--windows", nargs="*", choices=WINDOWS, default=list(WINDOWS), help="all where left out")
    parser.add_argument("--trained", nargs="*", metavar="NAME", help="also the pages that show a run, of each network")
    parser.add_argument("--epochs", type=int, default=3, help="of each of these runs")
    parser.add_argument("--url", help="an app that is running already; one is started where left out")
    parser.add_argument("--script", type=Path, default=ROOT / "streamlit_app.py", help="the app to start")
    parser.add_argument("--settle", type=float, default=0.7, help="seconds to wait for animations")
    arguments = parser.parse_args()
    if arguments.trained == []:
        arguments.trained = [""]
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium or Chrome was found: install one (Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright, executable)

        def run(url: str) -> int:
            paths = page_paths(browser, url) if arguments.pages is None else arguments.pages
            return photograph_all(browser, url, paths, arguments)

        if arguments.url:
            problems = run(arguments.url)
        else:
            with running_app(arguments.script) as app:
                problems = run(app.url)
                if app.error_lines():
                    print(f"The server's log tells of errors:\n{app.log_text()[-6000:]}")
                    problems += 1
    raise SystemExit(1 if problems else 0)


if __name__ == "__main__":
    main()
