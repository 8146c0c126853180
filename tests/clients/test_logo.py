from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.base.errors import Refused
from authserver.clients.logo import LARGEST, checked_logo
from tests.support.images import gif, jpeg, png, webp

Make = Callable[[int, int], bytes]

KINDS: list[tuple[str, Make]] = [
    ("image/png", png),
    ("image/gif", gif),
    ("image/jpeg", jpeg),
    ("image/jpeg", partial(jpeg, frame=0xC2)),
    ("image/webp", partial(webp, kind="VP8 ")),
    ("image/webp", partial(webp, kind="VP8L")),
    ("image/webp", partial(webp, kind="VP8X")),
]


@pytest.mark.parametrize(("media_type", "make"), KINDS)
def test_images_of_four_kinds_are_taken_up_to_1024_pixels_a_side(media_type: str, make: Make) -> None:
    for width, height in ((1, 1), (1024, 1), (1, 1024), (1024, 1024)):
        assert checked_logo(make(width, height)).media_type == media_type
    for width, height in ((1025, 1), (1, 1025), (5000, 7000)):
        with pytest.raises(Refused, match=f"{width} x {height} pixels"):
            checked_logo(make(width, height))


@pytest.mark.parametrize("make", [png, gif, jpeg])
def test_an_image_without_any_pixel_is_none(make: Make) -> None:
    with pytest.raises(Refused, match="0 x 1 pixels"):
        checked_logo(make(0, 1))


@pytest.mark.parametrize("make", [make for _, make in KINDS])
def test_an_image_that_is_cut_off_is_not_taken_for_a_smaller_one(make: Make) -> None:
    whole = make(2000, 2000)
    for length in range(min(len(whole), 100)):
        with pytest.raises(Refused):
            checked_logo(whole[:length])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<html><script>alert(1)</script>",
        b"BM" + b"\0" * 60,
        b"\0\0\1\0\1\0" + b"\0" * 60,
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0dIDAT" + b"\0" * 20,
        b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 20,
        b"RIFF\0\0\0\0WEBPALPH" + b"\0" * 20,
        b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 20,
        b"RIFF\0\0\0\0WEBPVP8L" + b"\0" * 20,
        b"\xff\xd8\xff\xda\x00\x08" + b"\0" * 20,
        b"\xff\xd8\xff" + b"\0" * 20,
        b"\xff\xd8\xff" + b"\xff" * 1000,
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 1000,
        b"\xff\xd8" + b"\xff\xd0" * 1000,
    ],
)
def test_what_is_no_such_image_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        checked_logo(content)


@given(st.sampled_from([make(16, 16)[:12] for _, make in KINDS]), st.binary(max_size=200))
def test_whatever_follows_the_first_bytes_it_is_taken_or_refused(head: bytes, rest: bytes) -> None:
    try:
        assert checked_logo(head + rest).content == head + rest
    except Refused:
        return


def test_64_kib_are_the_most() -> None:
    whole = png()
    assert checked_logo(whole + b"\0" * (LARGEST - len(whole)))
    with pytest.raises(Refused, match="64 KiB"):
        checked_logo(whole + b"\0" * (LARGEST - len(whole) + 1))
