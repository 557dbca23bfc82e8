"""What the documentation names is there, and what it tells to type does what it says."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from tests.training.examples import spec
from visualizer.limits import Limits, limits_from, variable
from visualizer.training.remote.cluster import VARIABLE as CLUSTER
from visualizer.training.runs.store import RunStore
from visualizer.workspace import VARIABLE as WORKSPACE
from visualizer.workspaces import Workspaces

ROOT = Path(__file__).resolve().parents[1]
DOCS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
DEPLOYED = [ROOT / name for name in ("Dockerfile", "compose.yaml", "deploy/nginx.conf", "deploy/secrets.example.toml")]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def commands(path: Path) -> list[str]:
    """The lines of a page's blocks of commands."""
    return [line for block in re.findall(r"```\n(.*?)```", path.read_text(), re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", [*DOCS, *DEPLOYED], ids=lambda path: path.name)
def test_what_is_named_is_there(path):
    text = path.read_text()
    settings = {WORKSPACE, CLUSTER, *(variable(item.name) for item in fields(Limits))}
    assert set(re.findall(r"VISUALIZER_[A-Z]\w+", text)) <= settings
    for module in re.findall(r"python -m ((?:visualizer|tests|benchmarks|assets)[\w.]*)", text):
        assert importlib.util.find_spec(module), module
    for file in re.findall(r"requirements[\w-]*\.txt", text):
        assert (ROOT / file).exists(), file


def test_the_image_has_what_the_app_needs():
    """As far as it can be told without Docker."""
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source
            allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
            assert any(Path(source).match(pattern) for pattern in allowed), f"{source} is not sent to the build"
    torch = re.search(r"^torch==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE).group()
    assert f"pip install {torch} --index-url" in DOCKERFILE
    # What the app reads beside its packages lies in folders that are copied.
    copied = set(" ".join(re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)).split())
    assert {"streamlit_app.py", "pages", "assets", "visualizer", ".streamlit/config.toml"} <= copied
    health = re.search(r'CMD \["python", "-c", "(.+)"\]', DOCKERFILE).group(1)
    ast.parse(health)
    assert "/_stcore/health" in health


def test_compose_starts_the_app_behind_its_proxy():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    limits_from(services["app"]["environment"])
    assert "ports" not in services["app"]
    assert f"{WORKSPACE}=/workspace" in DOCKERFILE
    assert services["app"]["volumes"] == ["workspace:/workspace"]
    for volume in services["proxy"]["volumes"]:
        source = volume.split(":")[0]
        assert source == "./certificates" or (ROOT / source).is_file()


def test_the_proxy_lets_through_what_the_app_takes():
    nginx = (ROOT / "deploy" / "nginx.conf").read_text()
    assert int(re.search(r"client_max_body_size (\d+)m;", nginx).group(1)) > Limits().zip_mb
    assert nginx.count("{") == nginx.count("}")
    for header in ("Upgrade $http_upgrade", "Connection $connection_upgrade", "Host $http_host"):
        assert f"proxy_set_header {header};" in nginx


def test_the_example_of_secrets_has_what_a_login_needs():
    auth = tomllib.loads((ROOT / "deploy" / "secrets.example.toml").read_text())["auth"]
    assert auth.keys() == {"redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url"}
    assert auth["redirect_uri"].endswith("/oauth2callback")


def test_the_backup_of_a_running_server_can_be_opened(tmp_path):
    store = RunStore(tmp_path / "workspace")
    store.create("run1", "me", spec(), 40)
    Workspaces(tmp_path / "workspace").save("ada", {"network": "tiny"})
    (tmp_path / "workspace" / "datasets").mkdir()
    (tmp_path / "workspace" / "datasets" / "own.safetensors").write_bytes(b"pictures")
    told = [line for line in commands(ROOT / "docs" / "school.md") if "backup" in line and "docker" not in line]
    assert len(told) == 3
    script = "\n".join(told).replace("python -c", f"'{sys.executable}' -c")
    subprocess.run(["bash", "-euc", script], cwd=tmp_path, check=True)
    restored = RunStore(tmp_path / "backup")
    assert restored.record("run1") == store.record("run1")
    assert Workspaces(tmp_path / "backup").load("ada") == {"network": "tiny"}
    assert (tmp_path / "backup" / "datasets" / "own.safetensors").read_bytes() == b"pictures"
