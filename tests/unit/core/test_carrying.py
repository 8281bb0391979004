import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.carrying import into_png, into_svg, text_in
from studio.core.errors import FileError


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png() -> bytes:
    """Return a picture of one black pixel."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


SVG = b'<?xml version="1.0"?>\n<svg width="1" height="1" xmlns="http://www.w3.org/2000/svg"></svg>'


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))))
def test_a_text_survives_in_both_kinds_of_pictures(text: str) -> None:
    assert text == text_in(into_png(png(), text))
    assert text == text_in(into_svg(SVG, text))


def test_a_picture_stays_a_picture() -> None:
    carried = into_png(png(), '{"format": 2}')

    assert carried.startswith(b"\x89PNG\r\n\x1a\n")
    assert carried.endswith(chunk(b"IEND", b""))
    assert len(png()) < len(carried)


@pytest.mark.parametrize("picture", [png(), SVG])
def test_a_picture_without_an_experiment_says_so(picture: bytes) -> None:
    with pytest.raises(FileError, match="carries no experiment"):
        text_in(picture)


def test_a_broken_text_says_so() -> None:
    broken = png()[:-12] + chunk(b"iTXt", b"netwright\0\1\0\0\0not packed") + chunk(b"IEND", b"")

    with pytest.raises(FileError, match="broken"):
        text_in(broken)


def test_anything_else_is_a_text_of_its_own() -> None:
    assert "{}" == text_in(b"{}")
    with pytest.raises(FileError, match="cannot be read"):
        text_in(b"\xff\xfe\x00")
