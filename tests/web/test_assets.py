"""Files of the pages: kept for ever under an address that changes with them, and never more than files."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from authserver.config import ConfigurationError
from authserver.web.assets import STATIC
from authserver.web.branding import LARGEST_LOGO, READABLE, VISIBLE, contrast, shades
from tests.pages.preview import preview

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return preview(tmp_path).test_client()


def addresses(client: FlaskClient) -> list[str]:
    page = client.get("/preview/choose").text
    return [part.split('"')[0] for part in page.split('="') if part.startswith("/assets/")]


def test_every_file_that_a_page_names_exists_and_is_kept_for_ever(client: FlaskClient) -> None:
    found = addresses(client)
    assert len(found) >= 4
    for address in found:
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("version", ["", "?v=", "?v=0123456789", "?v=../site.css"])
def test_a_version_that_is_not_this_one_is_asked_for_again(client: FlaskClient, version: str) -> None:
    answer = client.get(f"/assets/site.css{version}")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/assets/site.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "name", ["nothing.css", "../pages.py", "..%2fpages.py", "%2e%2e/pages.py", "logo", "a%00b"]
)
def test_what_is_no_file_of_the_pages_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_files_have_the_media_type_that_browsers_insist_on(client: FlaskClient) -> None:
    kinds = {name: client.get(f"/assets/{name}").content_type for name in ("site.css", "copy.js", "mark.svg")}
    assert kinds == {
        "site.css": "text/css; charset=utf-8",
        "copy.js": "text/javascript; charset=utf-8",
        "mark.svg": "image/svg+xml",
    }


def test_the_pages_mark_is_the_icon_until_there_is_a_logo(client: FlaskClient) -> None:
    assert client.get("/favicon.ico").data == (STATIC / "mark.svg").read_bytes()


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (SVG, "image/svg+xml")])
def test_a_logo_is_shown_on_pages_and_can_run_nothing(tmp_path: Path, content: bytes, kind: str) -> None:
    logo = tmp_path / "logo"
    logo.write_bytes(content)
    client = preview(tmp_path, brand_logo=logo).test_client()
    assert 'src="/assets/logo?v=' in client.get("/preview/login").text
    for path in ("/assets/logo", "/favicon.ico"):
        answer = client.get(path)
        assert (answer.data, answer.content_type) == (content, kind)
        policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        assert answer.headers["Content-Security-Policy"] == policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (PNG + b"\0" * LARGEST_LOGO, "larger than 64 KiB"),
        (b"GIF89a", "neither PNG nor SVG"),
        (b"text that speaks of <svg", "neither PNG nor SVG"),
        (b"", "neither PNG nor SVG"),
        (None, "No such file"),
    ],
)
def test_a_logo_that_can_not_be_shown_ends_the_start(tmp_path: Path, content: bytes | None, why: str) -> None:
    logo = tmp_path / "logo"
    if content is not None:
        logo.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"AUTHSERVER_BRAND_LOGO: .*{why}"):
        preview(tmp_path, brand_logo=logo)


def test_contrast_is_what_the_guidelines_say() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize(
    "color", ["#1d4ed8", "#ffffff", "#000000", "#ffe600", "#7f7f7f", "#e11d48", "#00ff00"]
)
@pytest.mark.parametrize(("surface", "toward"), [("#eef1f5", "#10141a"), ("#1e242d", "#ffffff")])
def test_every_colour_becomes_readable_in_both_schemes(color: str, surface: str, toward: str) -> None:
    made = shades(color, surface, toward)
    assert contrast(made.link, surface) >= READABLE
    assert contrast(made.button, surface) >= VISIBLE
    assert contrast(made.on_button, made.button) >= READABLE
