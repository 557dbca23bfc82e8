"""An identity provider (OpenID Connect) that lets everybody in as Ada, to log in against."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "visualizer"


class _Provider(ThreadingHTTPServer):
    key = RSAKey.generate_key(2048, {"kid": "test", "use": "sig", "alg": "RS256"})
    nonce = ""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: _Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        url = self.server.url
        if address.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.server.nonce = query["nonce"]
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{urlencode({'code': '1', 'state': query['state']})}")
            self.end_headers()
        elif address.path == "/keys":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        else:
            self._json(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys",
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

    def do_POST(self) -> None:
        now = int(time.time())
        claims = {"iss": self.server.url, "sub": "ada", "aud": CLIENT, "iat": now, "exp": now + 600}
        claims |= {"name": "Ada", "nonce": self.server.nonce}
        token = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.server.key)
        self._json({"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def _json(self, data: dict) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running_provider() -> Iterator[str]:
    """The provider's address."""
    provider = _Provider(("localhost", 0), _Answers)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    yield provider.url
    provider.shutdown()
    provider.server_close()
