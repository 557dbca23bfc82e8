"""A login with an identity provider, from the click to the page and out again."""

from playwright.sync_api import Browser, expect

from tests.browser import app as app_module
from tests.browser.app import ROOT, collect_errors, free_port, new_context, running_app, wait_until_idle
from tests.browser.provider import CLIENT, running_provider


def test_who_has_an_account_gets_in_and_out_again(browser: Browser, tmp_path, monkeypatch):
    port = free_port()
    monkeypatch.setattr(app_module, "free_port", lambda: port)
    with running_provider() as provider:
        secrets = (ROOT / "deploy" / "secrets.example.toml").read_text().splitlines()
        values = {
            "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback",
            "cookie_secret": "0123456789" * 4,
            "client_id": CLIENT,
            "server_metadata_url": f"{provider}/.well-known/openid-configuration",
        }
        for place, line in enumerate(secrets):
            if (name := line.split(" = ")[0]) in values:
                secrets[place] = f'{name} = "{values[name]}"'
        file = tmp_path / "secrets.toml"
        file.write_text("\n".join(secrets))
        monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(file))
        with running_app() as app:
            page = new_context(browser, 1280, 800, base_url=app.url).new_page()
            errors = collect_errors(page)
            page.goto("/train")
            way_in = page.get_by_role("button", name="Log in")
            expect(way_in).to_be_visible(timeout=30_000)
            wait_until_idle(page)
            expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
            way_in.click()
            expect(page.get_by_role("button", name="Log out")).to_be_visible(timeout=30_000)
            page.goto("/train")
            expect(page.get_by_role("heading", name="Train it live")).to_be_visible(timeout=30_000)
            wait_until_idle(page)
            page.get_by_role("button", name="Log out").click()
            expect(way_in).to_be_visible(timeout=30_000)
            expect(page.get_by_role("heading", name="Train it live")).to_have_count(0)
            page.context.close()
            assert not errors
            assert not app.error_lines()
