"""Clerk: the process that writes a run into a sink.

    python -m studio.runs.clerk FOLDER SINK:TARGET live|whole

reads the record in FOLDER, with ``live`` until the run ends, and prints where it wrote. It is a
process of its own because such programs are large: neither the window nor the engine loads them.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from studio.core.errors import RunError, StudioError

from .following import follow
from .sinks import Target, target_in

_MODULE = "studio.runs.clerk"
_TOLD_BYTES = 4000


class Clerk:
    """A process that writes one run into one sink."""

    def __init__(self, run: Path, target: Target, *, live: bool) -> None:
        self.target = target
        # Closed in close(), not at the end of a block.
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._wrong: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        self._child = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(run), str(target), "live" if live else "whole"],
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._wrong,
            env={**os.environ, "PYTHONPATH": paths},
            start_new_session=True,  # Ctrl-C in a terminal ends the run, and we note how
        )

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return self._child.poll() is not None

    def wait(self) -> str:
        """Wait for its end, and return where it wrote.

        Raises:
            RunError: it could not, and why.
        """
        code = self._child.wait()
        try:
            lines = _tail(self._said).splitlines()
            if code == 0 and lines:
                return str(json.loads(lines[-1])["place"])
            words = _tail(self._wrong).strip().splitlines() or [f"it ended with code {code}"]
        finally:
            self._said.close()
            self._wrong.close()
        raise RunError(f"{self.target}: the run was not written there: {words[-1]}")


def main(arguments: Sequence[str]) -> int:
    """Write one run into one sink, and say where."""
    folder, words, how = arguments
    run = Path(folder)
    try:
        target = target_in(words)
        book = target.sink.open(run, target.place)
        follow(run, book, live=how == "live")
    except StudioError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps({"place": book.place}) + "\n")
    return 0


def _tail(file: IO[bytes]) -> str:
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - _TOLD_BYTES))
    return file.read().decode(errors="replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
