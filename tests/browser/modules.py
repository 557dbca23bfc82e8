"""The modules in assets/ without the app: an empty page that can import them."""

from playwright.sync_api import Page, Route

from visualizer.ui.kit.scripts import modules

ADDRESS = "http://modules.test"


def open_modules(page: Page) -> str:
    """Open an empty page; returns the address below which the modules lie, by their paths in assets/."""

    def answer(route: Route) -> None:
        script = modules().get(route.request.url.removeprefix(f"{ADDRESS}/"))
        if script is None:
            route.fulfill(body="<!doctype html><title>Empty</title>", content_type="text/html")
        else:
            route.fulfill(body=script, content_type="text/javascript")

    page.route(f"{ADDRESS}/**", answer)
    page.goto(f"{ADDRESS}/")
    return ADDRESS
