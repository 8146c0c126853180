"""A Flask application that lets people sign in with Authlib, as its documentation shows it."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, Response, jsonify, redirect, session, url_for
from werkzeug.serving import make_server

from tests.interop.applications import ApplicationCredentials


@dataclass
class Shop:
    """One shop with one customer at a time; Authlib stands between it and the server."""

    app: Flask
    oauth: OAuth
    token: dict[str, Any] = field(default_factory=dict)
    renewed: list[tuple[str, str]] = field(default_factory=list)
    origin: str = ""

    @property
    def home(self) -> str:
        """Where the server sends people back to."""
        return f"{self.origin}/callback"

    @property
    def goodbye(self) -> str:
        """Where the server sends people to who signed out."""
        return f"{self.origin}/goodbye"

    def uses(self, issuer: str, application: ApplicationCredentials, scope: str, **more: Any) -> None:
        """Connect it with the server, from its discovery document."""
        self.oauth.register(
            "server",
            overwrite=True,
            client_id=application.client_id,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": scope,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": application.auth_method,
                "default_timeout": 10,
            },
            **({"client_secret": application.client_secret} | more),
        )

    def ages(self) -> None:
        """Let an hour go by for the access token."""
        self.token["expires_at"] = int(time.time()) - 1

    def add_pages(self) -> None:
        """Route what a customer can do."""
        self.app.add_url_rule("/sign-in", "sign_in", self._sign_in)
        self.app.add_url_rule("/callback", "callback", self._callback, methods=["GET", "POST"])
        self.app.add_url_rule("/me", "me", self._me)
        self.app.add_url_rule("/sign-out", "sign_out", self._sign_out)
        self.app.add_url_rule("/goodbye", "goodbye", self._goodbye)
        # Browsers ask for it, and note in the console when it is not there.
        self.app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
        self.app.register_error_handler(OAuthError, _refused)

    def keep(self, _server: str, token: dict[str, Any], refresh_token: str, **_: Any) -> None:
        """Keep what Authlib got for an old refresh token."""
        self.renewed.append((refresh_token, token["refresh_token"]))
        self.token |= token

    def _sign_in(self) -> Any:
        return self.oauth.server.authorize_redirect(url_for("callback", _external=True))

    def _callback(self) -> Any:
        self.token = self.oauth.server.authorize_access_token()
        session["customer"] = self.token["userinfo"]["sub"]
        return redirect("/me")

    def _me(self) -> Response:
        answer = self.oauth.server.userinfo(token=self.token)
        return jsonify(customer=session["customer"], claims=self.token["userinfo"], userinfo=answer)

    def _sign_out(self) -> Any:
        return self.oauth.server.logout_redirect(
            post_logout_redirect_uri=url_for("goodbye", _external=True), id_token_hint=self.token["id_token"]
        )

    def _goodbye(self) -> Response:
        return jsonify(self.oauth.server.validate_logout_response())


def _refused(error: OAuthError) -> tuple[Response, int]:
    return jsonify(error=error.error), 403


@contextlib.contextmanager
def flask_application() -> Iterator[Shop]:
    """Serve one in a thread until the block ends."""
    app = Flask(__name__)
    # By the number: a cookie of `localhost` would be the server's as well, whatever the port.
    app.config.update(SECRET_KEY="a secret of the shop", SESSION_COOKIE_NAME="shop")
    shop = Shop(app, OAuth(app))
    shop.oauth.update_token = shop.keep
    shop.add_pages()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    shop.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
