"""The engine as a process: connects to whoever started it, obeys, and ends when they are gone.

    python -m studio.engine ADDRESS

The key of the connection is read from standard input.
"""

import faulthandler
import os
import signal
import sys
import threading
from multiprocessing.connection import Client

from studio.core.plugin_code import from_environment
from studio.engine.alone import Ends, met_again
from studio.engine.worker import Worker

END_SECS = 1.5
"""How long a run may take for its last batch and its record when the engine is to end."""
ALONE_SECS = 60.0
"""How long if nobody waits for it: the checkpoint is what the next window goes on from."""


def main() -> None:
    """Serve one connection."""
    faulthandler.enable()
    # Ctrl+C in a terminal, or closing it, reaches both processes; the one that started us says
    # what it means, and should it end without a word, its connection does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # A thread that fails leaves an engine that hears and says nothing: better none, and reported.
    threading.excepthook = _die
    key = bytes.fromhex(sys.stdin.readline().strip())
    connection = Client(sys.argv[1], authkey=key)
    worker = Worker(connection.send_bytes)
    worker.start()
    deserted = False
    try:
        while worker.tell(connection.recv_bytes()):
            pass
    except (EOFError, OSError):
        deserted = True  # the window is gone, and we are once its run is safe
    worker.close(ALONE_SECS if deserted else END_SECS, deserted=deserted)
    # Nothing is left to do, and torch takes its time to be taken down.
    os._exit(0)


def _die(failure: threading.ExceptHookArgs) -> None:
    sys.excepthook(failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback)
    sys.stderr.flush()
    os._exit(70)


if __name__ == "__main__":
    main()
