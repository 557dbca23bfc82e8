"""The modules in assets/ without the app: an empty page that can import them."""

from typing import Any

from playwright.sync_api import Page, Route

from visualizer.ui.kit.scripts import modules

APP = "http://modules.test/below/a/path"
ADDRESS = f"{APP}/modules/version"


def open_modules(page: Page) -> str:
    """Open an empty page; returns the address below which the modules lie, by their paths in assets/."""

    def answer(route: Route) -> None:
        script = modules().get(route.request.url.removeprefix(f"{ADDRESS}/"))
        if script is None:
            route.fulfill(body="<!doctype html><title>Empty</title>", content_type="text/html")
        else:
            route.fulfill(body=script, content_type="text/javascript")

    page.route(f"{APP}/**", answer)
    page.goto(f"{APP}/page")
    return ADDRESS


def call(page: Page, module: str, function: str, *arguments: Any) -> Any:
    """What a function of a module returns; `module` is the path in assets/."""
    script = "async ([address, name, values]) => (await import(address))[name](...values)"
    return page.evaluate(script, [f"{ADDRESS}/{module}", function, arguments])
