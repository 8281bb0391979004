"""The engine as a process: connects to whoever started it, obeys, and ends when they are gone.

    python -m studio.engine ADDRESS

The key of the connection is read from standard input.
"""

import faulthandler
import os
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Client

from studio.core.plugin_code import from_environment
from studio.engine.alone import Ends, met_again
from studio.engine.worker import Worker
from studio.runs.door import Wire

END_SECS = 1.5
"""How long a run may take for its last batch and its record when the engine is to end."""
ALONE_SECS = 60.0
"""How long if nobody waits for it: the checkpoint is what the next window goes on from."""


def main() -> None:
    """Serve whoever started it and, while a run goes on without them, whoever knocks."""
    faulthandler.enable()
    from_environment()
    ends = Ends()
    # A thread that fails leaves an engine that hears and says nothing: better none, and reported.
    threading.excepthook = _die
    key = bytes.fromhex(sys.stdin.readline().strip())
    wire: Wire | None = Client(sys.argv[1], authkey=key)
    assert wire is not None
    worker = Worker(wire.send_bytes)
    worker.start()
    while wire is not None:
        if obeyed(worker, wire, ends):
            worker.close(END_SECS)
            break
        wire.close()
        wire = met_again(worker, ends)
    else:
        worker.close(ALONE_SECS, deserted=True)
    # Nothing is left to do, and torch takes its time to be taken down.
    os._exit(0)


def obeyed(worker: Worker, wire: Wire, ends: Ends) -> bool:
    """Obey until the end; false if the window is gone, or has left the run to go on."""
    with suppress(EOFError, OSError), ends.heard():
        while worker.tell(wire.recv_bytes()):
            pass
    return worker.quitting


def _die(failure: threading.ExceptHookArgs) -> None:
    sys.excepthook(failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback)
    sys.stderr.flush()
    os._exit(70)


if __name__ == "__main__":
    main()
