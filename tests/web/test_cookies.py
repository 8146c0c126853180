from pathlib import Path

import pytest
from flask import Flask, Response

from authserver.app.factory import create_app
from authserver.config import Settings
from authserver.web import cookies
from tests.support.server import MASTER_KEY


def made(tmp_path: Path, **settings: object) -> Flask:
    return create_app(Settings(data_dir=tmp_path, master_key=MASTER_KEY, **settings))


def headers(app: Flask, plain: str) -> list[str]:
    with app.test_request_context():
        response = Response()
        cookies.put(response, plain, "handle")
        cookies.drop(response, plain)
        return response.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("plain", ["session", "browser", "device"])
@pytest.mark.parametrize("issuer", ["http://localhost:8000", "https://localhost:8443"])
def test_cookies_stay_with_pages_of_this_server(tmp_path: Path, plain: str, issuer: str) -> None:
    for header in headers(made(tmp_path, issuer=issuer), plain):
        assert "SameSite=Lax" in header
        assert "HttpOnly" in header
        assert "Path=/" in header
        assert ("Secure" in header) is issuer.startswith("https")
        assert header.startswith(f"__Host-{plain}=" if issuer.startswith("https") else f"{plain}=")


def test_frames_of_other_sites_see_the_session_and_nothing_else(tmp_path: Path) -> None:
    app = made(tmp_path, issuer="https://localhost:8443", session_same_site="none")
    for plain in ("session", "browser"):
        for header in headers(app, plain):
            assert "SameSite=None" in header
            assert "Secure" in header
            assert header.startswith(f"__Host-{plain}=")
    assert all("SameSite=Lax" in header for header in headers(app, "device"))
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
