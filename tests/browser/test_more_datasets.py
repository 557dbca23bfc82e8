"""Without the internet, which the app under test never has, asking for MNIST ends in one sentence."""

from playwright.sync_api import Page, expect

from tests.browser.app import RunningApp, open_page, wait_until_idle


def test_mnist_without_the_internet(page: Page, app: RunningApp):
    open_page(page, "/train")
    page.get_by_text("MNIST and Fashion-MNIST from the internet").click()
    fetch = page.get_by_role("button", name="Fetch MNIST (about 15 MB) once for everybody on this server")
    expect(fetch).to_be_visible()
    wait_until_idle(page)
    fetch.click()
    told = page.get_by_role("alert").filter(has_text="MNIST could not be fetched. No answer came from openml.org")
    expect(told).to_be_visible(timeout=60_000)
    expect(told).to_contain_text("choose one of the data sets that the app brings along")
    wait_until_idle(page)
    expect(fetch).to_be_enabled()
    assert list((app.workspace / "datasets").iterdir()) == []
