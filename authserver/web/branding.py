"""How the pages look like the operator's own: name, colour in readable shades, logo, address for help."""

from dataclasses import dataclass, field
from pathlib import Path

from authserver.config import ConfigurationError, Settings

LARGEST_LOGO = 64 * 1024
"""Bytes of a logo at most."""

READABLE = 4.5
"""Contrast that text needs (WCAG 2.2 section 1.4.3)."""

VISIBLE = 3.0
"""Contrast that the shape of a control needs (WCAG 2.2 section 1.4.11)."""

# The surfaces of site.css that the colour must stand out from, and where shades of it lead to.
_LIGHT = "#eef1f5"
_DARK = "#1e242d"
_WHITE = "#ffffff"
_INK = "#10141a"
_STEPS = 50

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Shades:
    """A brand's colour in one scheme, each `#rrggbb`: of links, of buttons, and of text on buttons."""

    link: str
    button: str
    on_button: str


@dataclass(frozen=True, slots=True)
class Logo:
    """An image file of the operator."""

    content: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Brand:
    """What templates show of the operator. `logo_url` is None where the pages' own mark stands in."""

    name: str
    light: Shades
    dark: Shades
    logo_url: str | None
    support_email: str


def brand_of(settings: Settings, logo_url: str | None) -> Brand:
    """Return the brand that a configuration asks for."""
    return Brand(
        name=settings.product_name,
        light=shades(settings.brand_color, _LIGHT, _INK),
        dark=shades(settings.brand_color, _DARK, _WHITE),
        logo_url=logo_url,
        support_email=settings.support_email,
    )


def shades(color: str, surface: str, toward: str) -> Shades:
    """Return a colour that stands out from a surface, mixed toward another one as far as that needs."""
    button = _standing_out(color, surface, toward, VISIBLE)
    on_button = max((_WHITE, _INK), key=lambda text: contrast(text, button))
    return Shades(_standing_out(color, surface, toward, READABLE), button, on_button)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def read_logo(path: Path | None) -> Logo | None:
    """Return the operator's logo. Raises ConfigurationError when it is no PNG or SVG, or too large."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise ConfigurationError(f"AUTHSERVER_BRAND_LOGO: {error.strerror}") from None
    if len(content) > LARGEST_LOGO:
        raise ConfigurationError(f"AUTHSERVER_BRAND_LOGO: larger than {LARGEST_LOGO // 1024} KiB")
    if content.startswith(_PNG):
        return Logo(content, "image/png")
    if b"<svg" in content[:4096] and content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Logo(content, "image/svg+xml")
    raise ConfigurationError("AUTHSERVER_BRAND_LOGO: neither PNG nor SVG")


def _standing_out(color: str, surface: str, toward: str, least: float) -> str:
    mixed = (_mix(color, toward, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in mixed if contrast(shade, surface) >= least), toward)


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _channels(color: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(color.removeprefix("#")))


def _luminance(color: str) -> float:
    """Return the relative luminance of a colour, from 0 to 1 (WCAG 2.2, "relative luminance")."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB's own
