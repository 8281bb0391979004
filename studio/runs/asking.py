"""Asking: questions about others' modules, answered by a process that may hang or crash.

The window asks and goes on; answers are taken up by ``take``. Who has time waits with ``now``. The
process begins with the first question and ends when nothing was asked for a while.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from studio.core.plugin_code import as_environment

ANSWERING = "studio.engine.answering"
START_SECS = 60.0
"""How long torch may take to be there."""
ANSWER_SECS = 10.0
IDLE_SECS = 120.0

Question = Mapping[str, Any]
Answer = dict[str, Any]


class Asker:
    """Puts questions, one at a time.

    An answer is what was found out, or ``refused`` with a sentence, or ``failed`` with one where it
    took too long or ended the process.
    """

    def __init__(self, *, secs: float = ANSWER_SECS) -> None:
        self._secs = secs
        self._questions: queue.SimpleQueue[tuple[str, Question] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[str, Answer]] = queue.SimpleQueue()
        self._child: subprocess.Popen[str] | None = None
        self._asking = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, key: str, question: Question) -> None:
        """Put a question; its answer comes with the key."""
        self._questions.put((key, question))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="netwright-asking", daemon=True)
            self._thread.start()

    def take(self) -> list[tuple[str, Answer]]:
        """Return the answers since the last time; never waits."""
        found = []
        with suppress(queue.Empty):
            while True:
                found.append(self._answers.get_nowait())
        return found

    def now(self, question: Question, *, secs: float = 0.0) -> Answer:
        """Return the answer, waiting for it."""
        with self._asking:
            return self._asked(question, secs or self._secs)

    def close(self) -> None:
        """Ask no more, and end the process."""
        self._closed = True
        if self._thread is not None:
            self._questions.put(None)
        child = self._child
        if child is not None:
            child.kill()
        if self._thread is not None:
            self._thread.join()
        self._end()

    def _work(self) -> None:
        while not self._closed:
            try:
                asked = self._questions.get(timeout=IDLE_SECS)
            except queue.Empty:
                self._end()
                continue
            if asked is None:
                return
            key, question = asked
            self._answers.put((key, self.now(question)))

    def _asked(self, question: Question, secs: float) -> Answer:
        if self._child is None:
            self._child = _started()
            ready = self._said(self._child, {"job": "ready"}, START_SECS)
            if "torch" not in ready:
                return ready
        return self._said(self._child, question, secs)

    def _said(self, child: "subprocess.Popen[str]", question: Question, secs: float) -> Answer:
        """Return what the process says, which is ended if it takes too long."""
        late = threading.Event()

        def end() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(secs, end)
        timer.daemon = True
        timer.start()
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps(question) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except OSError:
            line = ""
        finally:
            timer.cancel()
        if line:
            answer: Answer = json.loads(line)
            return answer
        self._end()
        if late.is_set():
            return {"failed": f"it took longer than {secs:g} seconds"}
        return {"failed": f"it ended the process that asked it (exit code {child.returncode})"}

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _started() -> "subprocess.Popen[str]":
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return subprocess.Popen(
        [sys.executable, "-m", ANSWERING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, **as_environment(), "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
