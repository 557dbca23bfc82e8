"""Serves the scripts that pages load by their addresses: the modules of the components, and Plotly.

Browsers keep a script for as long as its address stays the same, so each address names what is in it.
"""

import gzip
import hashlib
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from visualizer.ui.kit.links import ASSETS, base_path

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_MODULES = "/modules"
_PLOTLY = "/plotly.min.js"
# From the Python package plotly, so that the charts need no internet.
PLOTLY_ADDRESS = f"{_PLOTLY}?v={version('plotly')}"
_A_YEAR = 31_536_000  # seconds
# Components that nearly every page has.
_EVERYWHERE = ("own_address", "plot", "scrollable", "viewport", "words")


def module_address(name: str) -> str:
    """The address below the app of a module, such as "components/plot/plot.js".

    One version names all modules, so that each finds those that it imports beside itself.
    """
    return f"{_MODULES}/{_version()}/{name}"


@cache
def modules() -> dict[str, bytes]:
    """All modules in assets/, by their paths there."""
    return {path.relative_to(ASSETS).as_posix(): path.read_bytes() for path in sorted(ASSETS.rglob("*.js"))}


@cache
def preload_links() -> str:
    """The HTTP header `Link` of a page: the modules that it will need, so that they come before it asks for them.

    Relative, as Streamlit's own scripts are: the app may live below a path.
    """
    folders = ("lib", *(f"components/{name}" for name in _EVERYWHERE))
    names = [name for name in modules() if name.rpartition("/")[0] in folders]
    return ", ".join(f"<.{module_address(name)}>; rel=modulepreload" for name in names)


@cache
def _version() -> str:
    return hashlib.sha256(repr(modules()).encode()).hexdigest()[:16]


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(modules()[name], 6)


@cache
def _plotly() -> bytes:
    """The script, compressed: 1.5 instead of 4.8 MB through a school's network."""
    spec = find_spec("plotly")
    assert spec is not None
    assert spec.origin is not None
    return gzip.compress((Path(spec.origin).parent / "package_data" / "plotly.min.js").read_bytes(), 6)


def _send_plotly(_: "Request") -> "Response":
    return _script(_plotly())


async def _send_module(request: "Request") -> "Response":
    from starlette.responses import PlainTextResponse

    name = request.path_params["name"]
    if name not in modules():
        return PlainTextResponse("Not Found", 404)
    # A page from before an update may ask for another version's module; it gets the current one, not to be cached.
    return _script(_compressed(name), keep=request.path_params["version"] == _version())


def _script(compressed: bytes, keep: bool = True) -> "Response":
    from starlette.responses import Response

    cache_control = f"public, max-age={_A_YEAR}, immutable" if keep else "no-store"
    headers = {"Content-Encoding": "gzip", "Cache-Control": cache_control}
    return Response(compressed, media_type="text/javascript", headers=headers)


def script_routes() -> "list[Route]":
    """What the app serves."""
    from starlette.routing import Route

    modules_path = f"{base_path()}{_MODULES}/{{version}}/{{name:path}}"
    return [Route(f"{base_path()}{_PLOTLY}", _send_plotly), Route(modules_path, _send_module)]
