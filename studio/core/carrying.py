"""Carrying: an experiment inside a picture of it, in a PNG's text chunk or an SVG's metadata.

The picture stays one that every program shows; opened here it is the experiment again.
"""

import re
import struct
import zlib
from xml.sax.saxutils import escape, unescape

from .errors import FileError

PICTURES = (".png", ".svg")
"""The endings of files that may carry an experiment."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"netwright"
_SVG = re.compile(r'<metadata id="netwright">(.*?)</metadata>', re.DOTALL)
_MOST_BYTES = 256_000_000
"""What a text may grow to when it is unpacked: a crafted picture must not fill the memory."""


def into_png(png: bytes, text: str) -> bytes:
    """Return a PNG that carries a text."""
    assert png.startswith(_SIGNATURE), "expected a PNG"
    packed = zlib.compress(text.encode(), 9)
    body = _KEYWORD + b"\0" + b"\1\0" + b"\0" + b"\0" + packed
    end = png.rindex(b"IEND") - 4
    return png[:end] + _chunk(b"iTXt", body) + png[end:]


def into_svg(svg: bytes, text: str) -> bytes:
    """Return an SVG that carries a text."""
    words = svg.decode()
    found = re.search(r"<svg\b[^>]*>", words)
    assert found is not None, "expected an SVG"
    carried = f'\n<metadata id="netwright">{escape(text)}</metadata>'
    return (words[: found.end()] + carried + words[found.end() :]).encode()


def text_in(content: bytes) -> str:
    """Return the text of a file: what a picture carries, else the file itself.

    Raises:
        FileError: a picture that carries no experiment, or something that is no text.
    """
    if content.startswith(_SIGNATURE):
        return _in_png(content)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FileError(f"it cannot be read: {error}") from None
    if text.lstrip().startswith("{") or "<svg" not in text[:4096]:
        return text
    found = _SVG.search(text)
    if found is None:
        raise FileError("this picture carries no experiment; expected one exported from here")
    return unescape(found[1])


def _in_png(content: bytes) -> str:
    at = len(_SIGNATURE)
    while at + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + length]
        if kind == b"iTXt" and body.startswith(_KEYWORD + b"\0"):
            return _unpacked(body[len(_KEYWORD) + 1 :])
        at += 12 + length
    raise FileError("this picture carries no experiment; expected one exported from here")


def _unpacked(body: bytes) -> str:
    try:
        _, _, packed = body[2:].split(b"\0", 2)
        reader = zlib.decompressobj()
        text = reader.decompress(packed, _MOST_BYTES) if body[0] else packed
        return text.decode()
    except (ValueError, IndexError, zlib.error) as error:
        raise FileError(f"the experiment in this picture is broken: {error}") from None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
