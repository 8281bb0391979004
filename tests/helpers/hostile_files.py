"""Hostile files: forty ways in which a person's own data can be wrong, and what is to be said."""

import io
import json
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

GOOD = "a,b,class\n" + "".join(f"{i * i},{i * 2.5},{'xy'[i % 2]}\n" for i in range(40))


@dataclass(frozen=True)
class Hostile:
    """A file, the source that reads it, and words of the sentence that it deserves.

    Without words the file is read after all, and ``note`` stands in what is said of it.
    """

    name: str
    make: Callable[[Path], Path]
    source: str = "file_csv"
    words: str = ""
    note: str = ""


def _file(name: str, content: bytes | str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def _picture(width: int, height: int) -> bytes:
    """Return a PNG whose header promises so many pixels, with next to nothing in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _small_picture(value: int) -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.new("L", (12, 10), value).save(content, "PNG")
    return content.getvalue()


def _pictures(odd: dict[str, bytes], *, good: int = 6) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        root = folder / "pictures"
        for place in range(good):
            inside = root / ("cats" if place % 2 else "dogs")
            inside.mkdir(parents=True, exist_ok=True)
            (inside / f"{place}.png").write_bytes(_small_picture(place * 20))
        for name, content in odd.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return root

    return make


def _npz(**arrays: np.ndarray) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "data.npz"
        np.savez(path, **arrays)
        return path

    return make


def _npy(array: np.ndarray, *, cut: int = 0) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "data.npy"
        np.save(path, array, allow_pickle=True)
        if cut:
            path.write_bytes(path.read_bytes()[:-cut])
        return path

    return make


def _bomb(folder: Path) -> Path:
    path = folder / "bomb.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (600 << 20,)}
    )
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x.npy", "w", force_zip64=True) as member,
    ):
        member.write(header.getvalue())
        for _ in range(600):
            member.write(b"\0" * (1 << 20))
    return path


def _loop(folder: Path) -> Path:
    path = folder / "loop.csv"
    path.symlink_to(folder / "pool.csv")
    (folder / "pool.csv").symlink_to(path)
    return path


def _circle(folder: Path) -> Path:
    root = _pictures({})(folder)
    (root / "cats" / "again").symlink_to(root, target_is_directory=True)
    return root


def _unreadable(folder: Path) -> Path:
    path = _file("secret.csv", GOOD)(folder)
    path.chmod(0)
    return path


def _pipe(folder: Path) -> Path:
    path = folder / "pipe.csv"
    os.mkfifo(path)
    return path


def _wide(folder: Path) -> Path:
    path = folder / "wide.csv"
    names = ",".join(f"c{i}" for i in range(1_000_000))
    path.write_text(f"{names}\n{'1,' * 999_999}1\n")
    return path


def _parquet(content: bytes) -> Callable[[Path], Path]:
    return _file("t.parquet", content)


ROWS = "".join(f"{i * i},{i * 2}\n" for i in range(30))
LONG = "a,b\n" + ROWS + '1,"' + "x\n" * 300_000

HOSTILE: tuple[Hostile, ...] = (
    Hostile("empty", _file("e.csv", ""), words="empty"),
    Hostile("only blank lines", _file("e.csv", "\n\n  \n"), words="only empty lines"),
    Hostile("only a header", _file("e.csv", "a,b,c\n"), words="at least one row"),
    Hostile("a folder for a file", lambda folder: folder, words="received a folder"),
    Hostile("no such file", lambda folder: folder / "gone.csv", words="no such file"),
    Hostile("a name too long", lambda folder: folder / ("x" * 5000), words="cannot be read"),
    Hostile("a zero byte in the name", lambda _: Path("/tmp/a\0b.csv"), words="zero byte"),
    Hostile("links in a circle", _loop, words="cannot be read"),
    Hostile("a pipe", _pipe, words="a device or a pipe"),
    Hostile("a device", lambda _: Path("/dev/zero"), words="a device or a pipe"),
    Hostile("a way out of the folder", lambda folder: folder / "../../../../../../nothing.csv",
            words="no such file"),
    Hostile("permissions", _unreadable, words="permissions"),
    Hostile("binary named csv", _file("b.csv", b"\x00\x01\x02" * 900), words="binary"),
    Hostile("a zip named csv", _file("z.csv", b"PK\x03\x04" + b"\x11" * 500), words="binary"),
    Hostile("a picture named csv", _file("p.csv", _small_picture(3)), words="binary"),
    Hostile("10⁶ columns", _wide, words="at most 10,000 columns"),
    Hostile("one endless line", _file("l.csv", "a,b\n" + "1" * (70 << 20)),
            words="lines of less than 64 MB"),
    Hostile("truncated in a quotation", _file("q.csv", LONG), note="line 300,031"),
    Hostile("ragged rows", _file("r.csv", GOOD + "1,2\n1,2,x,4\n"), note="2 rows"),
    Hostile("words among numbers", _file("w.csv", GOOD + "oops,1,x\n"), note="line 42"),
    Hostile("mixed encodings", _file("m.csv", GOOD.encode() + b"7,8,\xe9\xff\n" * 2),
            note="not UTF-8"),
    Hostile("a mark of byte order", _file("o.csv", b"\xef\xbb\xbf" + GOOD.encode())),
    Hostile("UTF-16", _file("u.csv", GOOD.encode("utf-16"))),
    Hostile("lines of Windows and old Macs", _file("x.csv", GOOD.replace("\n", "\r\n"))),
    Hostile("duplicate headers", _file("d.csv", GOOD.replace("a,b,", "a,a,"))),
    Hostile("no names in the header", _file("n.csv", GOOD.replace("a,b,class", ",,"))),
    Hostile("a column of nothing", _file("v.csv", "a,b,y\n" + ROWS.replace(",", ",NaN,"))),
    Hostile("one class", _file("c.csv", "a,class\n" + "".join(f"{i},x\n" for i in range(20)))),
    Hostile("infinities", _file("i.csv", "a,y\n" + ROWS + "inf,3\n"), note="line 32"),
    Hostile("one row", _file("s.csv", "a,b\n1,2\n")),
    Hostile("formulas", _file("f.csv", GOOD.replace("class", '"=HYPERLINK(""x"")"'))),
    Hostile("pickled objects", _npy(np.array([{"a": 1}], object)), "file_numpy", "Python objects"),
    Hostile("a pickle named npy", _file("p.npy", pickle.dumps([1, 2])), "file_numpy",
            "Python objects"),
    Hostile("a truncated npy", _npy(np.ones((50, 4)), cut=300), "file_numpy", "cut off"),
    Hostile("a bomb", _bomb, "file_numpy", "unpacked it would take"),
    Hostile("a broken npz", _file("b.npz", b"PK\x03\x04rubbish"), "file_numpy", "NumPy arrays"),
    Hostile("one number", _npy(np.array(3.0)), "file_numpy", "a row a sample"),
    Hostile("complex numbers", _npy(np.ones(9, complex)), "file_numpy", "numbers or words"),
    Hostile("arrays of unlike length", _npz(x=np.ones((30, 3)), y=np.arange(30) % 2, z=np.ones(4)),
            "file_numpy"),
    Hostile("no pictures", _pictures({"a.txt": b"x"}, good=0), "file_images", "found none"),
    Hostile("broken pictures", _pictures({"cats/b.png": b"\x89PNG\r\n\x1a\nno"}), "file_images",
            note="b.png"),
    Hostile("only broken pictures", _pictures({"cats/b.png": b"no"}, good=0), "file_images",
            "can be opened"),
    Hostile("a picture of 10⁹ pixels", _pictures({"cats/huge.png": _picture(40_000, 40_000)}),
            "file_images", note="huge.png"),
    Hostile("folders in a circle", _circle, "file_images"),
    Hostile("records that are none", _file("r.jsonl", "{]\n[1]\n3\n"), "file_jsonl", "JSON object"),
    Hostile("a record cut off", _file("r.jsonl", "".join(
        json.dumps({"a": i, "y": i % 2}) + "\n" for i in range(30)) + '{"a": 1'), "file_jsonl",
            note="line 31"),
    Hostile("records a thousand deep", _file("r.json", "[" * 100_000), "file_jsonl", "JSON"),
    Hostile("Parquet that is none", _parquet(b"PAR1" + b"x" * 90), "file_parquet", "Parquet file"),
    Hostile("a text of two words", _file("t.txt", "two words"), "file_text", "Lower the context"),
    Hostile("a binary text", _file("t.txt", b"\0\1" * 500), "file_text", "binary"),
    Hostile("pairs without a tab", _file("p.pairs", "one\ntwo\nthree\n"), "file_pairs", "a tab"),
)  # fmt: skip
