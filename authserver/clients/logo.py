"""An application's logo: which images are taken, told by their bytes and never by what somebody says."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from authserver.base.errors import Refused

LARGEST = 64 * 1024
"""Bytes of a logo at most."""

LONGEST_SIDE = 1024
"""Pixels: a few bytes of an image can ask a browser for a lot of memory."""

EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
"""Media types of logos. Not SVG: that is a document, which may hold scripts."""

Size = tuple[int, int]

# Markers of JPEG (ITU T.81 table B.1): frames that say the size, and those that have no length.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN = 0xDA


@dataclass(frozen=True, slots=True)
class Logo:
    """An image that was checked."""

    media_type: str
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """What names this very content: its SHA-256 in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def checked_logo(content: bytes) -> Logo:
    """Return an image that may be shown as a logo. Raises Refused."""
    if len(content) > LARGEST:
        raise Refused(f"The logo has more than {LARGEST // 1024} KiB.")
    try:
        media_type, (width, height) = _image(content)
    except (struct.error, IndexError):
        raise Refused("The logo ends before it says how large it is.") from None
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise Refused(
            f"The logo has {width} x {height} pixels; {LONGEST_SIDE} x {LONGEST_SIDE} are the most."
        )
    return Logo(media_type, content)


def _image(content: bytes) -> tuple[str, Size]:
    # W3C PNG section 5: the signature, then IHDR, which begins with the size.
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "image/png", struct.unpack_from(">II", content, 16)
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif", struct.unpack_from("<HH", content, 6)
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", _jpeg_size(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp", _webp_size(content)
    raise Refused("The logo is no PNG, JPEG, GIF or WebP image.")


def _jpeg_size(content: bytes) -> Size:
    for marker, position in _jpeg_segments(content):
        if marker in _FRAMES:
            # ITU T.81 section B.2.2: length, precision, lines, samples of a line.
            height, width = struct.unpack_from(">HH", content, position + 3)
            return width, height
        if marker == _SCAN:
            break
    raise Refused("The logo is a JPEG image that does not say how large it is.")


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the marker and the position of each segment. Raises IndexError, struct.error at the end."""
    position = 2
    while content[position] == 0xFF:  # noqa: PLR2004 - what a marker begins with
        marker = content[position + 1]
        if marker == 0xFF:  # noqa: PLR2004 - one that fills
            position += 1
            continue
        position += 2
        yield marker, position
        if marker not in _BARE:
            # The length counts itself, so a segment always goes forward.
            (length,) = struct.unpack_from(">H", content, position)
            position += max(length, 2)


def _webp_size(content: bytes) -> Size:
    kind = content[12:16]
    if kind == b"VP8X":
        # RFC 9649 section 2.7.1: each side less one, in 24 bits.
        low_width, high_width, low_height, high_height = struct.unpack_from("<HBHB", content, 24)
        return 1 + (low_width | high_width << 16), 1 + (low_height | high_height << 16)
    if kind == b"VP8L" and content[20] == 0x2F:  # noqa: PLR2004 - RFC 9649 section 3.4: the signature
        (bits,) = struct.unpack_from("<I", content, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        # RFC 6386 section 9.1: 14 bits each; the upper two ask for scaling.
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise Refused("The logo is a WebP image that does not say how large it is.")
