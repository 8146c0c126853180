"""The first bytes of images, which say what they are and how large."""

import struct
import zlib


def png(width: int = 16, height: int = 16) -> bytes:
    """Return a whole PNG image, all black."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = b"\0" * ((width + 1) * height if width * height < 10_000 else 1)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif(width: int = 16, height: int = 16) -> bytes:
    """Return the head of a GIF image."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def jpeg(width: int = 16, height: int = 16, frame: int = 0xC0) -> bytes:
    """Return the head of a JPEG image: application data with a thumbnail's size in it, then a frame."""
    thumbnail = b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff"
    data = b"\xff\xe0" + struct.pack(">H", 2 + len(thumbnail)) + thumbnail
    lines = struct.pack(">HBHHB", 11, 8, height, width, 1)
    return b"\xff\xd8" + data + b"\xff\xff" + bytes((0xFF, frame)) + lines + b"\1\x11\0\xff\xd9"


def webp(width: int = 16, height: int = 16, kind: str = "VP8 ") -> bytes:
    """Return the head of a WebP image of one of its three kinds."""
    heads = {
        "VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
        "VP8L": b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14),
        "VP8X": b"\0" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
    }
    head = heads[kind] + b"\0" * 8
    chunk = kind.encode() + struct.pack("<I", len(head)) + head
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
