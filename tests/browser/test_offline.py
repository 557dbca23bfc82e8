"""The app needs nobody but its own server."""

from playwright.sync_api import Page

from tests.browser.app import ROOT, open_page


def test_every_page_loads_from_its_own_server_alone(page: Page, app_url: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    pages = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
    for name in pages:
        open_page(page, "/" if name == "home" else f"/{name}")
    assert len(asked) > 10 * len(pages)
    own = (app_url, "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
