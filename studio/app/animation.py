"""Animation: pictures of one size, written one after the other as GIF or MP4.

Decision: a GIF by Pillow, which is here anyway; an MP4 by imageio-ffmpeg, whose wheel brings a
program of its own that takes raw pixels through a pipe. PyAV binds the libraries themselves, which
is more than frames in order need; Qt's own recorder wants the add-ons of 200 MB.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from studio.core.errors import FileError, RunError

if TYPE_CHECKING:
    from PIL.Image import Image

_MISSING = 'MP4 films need the package imageio-ffmpeg: pip install "netwright[video]"'
_COLOURS = 255


class Animation(Protocol):
    """A film that is being written; all frames have its size, three bytes a pixel."""

    def add(self, pixels: bytes) -> None:
        """Add a frame."""

    def close(self) -> None:
        """Write what is left.

        Raises:
            FileError: the file cannot be written.
        """


class Gif:
    """A GIF that plays again and again."""

    def __init__(self, path: Path, size: tuple[int, int], frames_per_sec: float) -> None:
        self._path = path
        self._size = size
        self._duration_ms = round(1000 / frames_per_sec)
        self._frames: list[Image] = []

    def add(self, pixels: bytes) -> None:
        """Add a frame."""
        from PIL import Image

        frame = Image.frombytes("RGB", self._size, pixels)
        # Kept with a palette of its own: a third of the memory, and no colour is lost to others.
        method, dither = Image.Quantize.FASTOCTREE, Image.Dither.NONE
        self._frames.append(frame.quantize(_COLOURS, method=method, dither=dither))

    def close(self) -> None:
        """Write the file.

        Raises:
            FileError: it cannot be written.
        """
        if not self._frames:
            return
        first, *rest = self._frames
        try:
            first.save(
                self._path, "GIF", save_all=True, append_images=rest, loop=0,
                duration=self._duration_ms, optimize=False,
            )  # fmt: skip
        except OSError as error:
            raise FileError(f"{self._path}: cannot be written: {error}") from None


class Mp4:
    """H.264, as every browser and slide show plays it; an odd last row or column is left out."""

    def __init__(self, path: Path, size: tuple[int, int], frames_per_sec: float) -> None:
        """Begin the file.

        Raises:
            RunError: the package that writes such files is not installed.
        """
        try:
            from imageio_ffmpeg import get_ffmpeg_exe
        except ImportError:
            raise RunError(_MISSING) from None
        self._path = path
        even = "scale=trunc(iw/2)*2:trunc(ih/2)*2:flags=neighbor"
        self._program = subprocess.Popen(
            [get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
             "-s", f"{size[0]}x{size[1]}", "-r", f"{frames_per_sec:g}", "-i", "-", "-an",
             "-vf", even, "-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p",
             "-movflags", "+faststart", str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def add(self, pixels: bytes) -> None:
        """Add a frame.

        Raises:
            FileError: the file cannot be written.
        """
        assert self._program.stdin is not None
        try:
            self._program.stdin.write(pixels)
        except OSError:
            self.close()

    def close(self) -> None:
        """End the file.

        Raises:
            FileError: it cannot be written.
        """
        _, said = self._program.communicate()
        if self._program.returncode:
            lines = said.decode(errors="replace").split("\n")
            why = next((line for line in reversed(lines) if line.strip()), "no reason was given")
            raise FileError(f"{self._path}: cannot be written: {why.strip()}")


FORMS: dict[str, Callable[[Path, tuple[int, int], float], Animation]] = {"gif": Gif, "mp4": Mp4}
"""By the ending of the file."""
