"""``make gallery``: train every experiment of the gallery with three seeds, and say how well.

Each run goes through ``netwright train`` in a process of its own, as a person's would. The table
goes to stdout and to build/gallery.md; the exit code is 1 when a promise is not kept. Below it
stand the lessons: pairs of experiments of which one must beat the other. Names as arguments
choose; ``--seeds 0,1`` other seeds.

Every run is kept in build/gallery.jsonl as soon as it ends, so that a measurement that was cut off
goes on where it was; ``--anew`` measures all again. ``--page`` measures nothing: it writes the page
of the handbook, resources/help/measured.md, from what is kept of the experiments as they are now.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from subprocess import PIPE
from tempfile import TemporaryDirectory
from time import perf_counter

from studio.app.gallery import PROMISES, Figure, exhibits, find_experiment, stated
from studio.core.fileio import open_file

KEPT = Path("build/gallery.jsonl")
PAGE = Path("resources/help/measured.md")

HEAD = """# What the gallery reaches

Written by `python -m tests.gallery --page` from the runs of `make gallery`: each experiment is
trained through the command line with the seeds 0, 1 and 2, and its test part, which training never
sees, is judged once at the end. The figure that a story promises is that of the median. The seconds
are of the whole command on two cores, or what it had of them where other programs ran beside it; no
training may take more than 120. Where fewer than three figures stand by seed, the others are still
to be measured. All data come with the program.

"""

SECONDS = 120.0
"""The longest that one training may take; the figure it must reach stands in its notes."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What two experiments show side by side, their figures being in the same unit."""

    says: str
    better: str
    worse: str
    margin: float
    """By how much the one must beat the other at least, in that unit."""

    def shown_by(self, better: float, worse: float, figure: Figure) -> bool:
        """Tell whether two measurements in the unit of a figure show it."""
        return self.lead(better, worse, figure) >= self.margin

    def lead(self, better: float, worse: float, figure: Figure) -> float:
        """Return by how much the one is ahead of the other."""
        more_is_better = PROMISES[figure.unit][2]
        return better - worse if more_is_better else worse - better


LESSONS = (
    Lesson(
        "with attention, a sentence of 20 tokens is translated better than through one vector",
        better="seq2seq-attention",
        worse="seq2seq-plain",
        margin=5.0,
    ),
    Lesson(
        "dot-product attention too beats the one vector",
        better="seq2seq-dot",
        worse="seq2seq-plain",
        margin=5.0,
    ),
    Lesson(
        "over a long gap an LSTM remembers what a plain RNN has lost",
        better="recall-lstm-long",
        worse="recall-rnn",
        margin=39.0,
    ),
    Lesson(
        "so does a GRU",
        better="recall-gru-long",
        worse="recall-rnn",
        margin=39.0,
    ),
    Lesson(
        "where the answer lies ahead, reading both ways beats reading forwards",
        better="bidirectional-ahead",
        worse="forward-ahead",
        margin=3.0,
    ),
    Lesson(
        "ReLU lets ten layers learn that sigmoids starve",
        better="quartet-relu",
        worse="quartet-sigmoid",
        margin=50.0,
    ),
    Lesson(
        "so does BatchNorm before every sigmoid",
        better="quartet-batchnorm",
        worse="quartet-sigmoid",
        margin=50.0,
    ),
    Lesson(
        "so does a way past every sigmoid",
        better="quartet-residual",
        worse="quartet-sigmoid",
        margin=50.0,
    ),
    Lesson(
        "too few polynomials underfit the curve",
        better="curve-right",
        worse="curve-small",
        margin=0.2,
    ),
    Lesson(
        "too many overfit it",
        better="curve-right",
        worse="curve-large",
        margin=0.2,
    ),
)
"""A lesson is a value here; it is looked at where both its experiments were trained."""


@dataclass(frozen=True, slots=True)
class Result:
    """One run; seconds are of the whole command, start of Python and of the engine included.

    Where other programs took the processors away, they are those that it had of them.
    """

    test: dict[str, float]
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="names of the gallery; all without any")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--jobs", type=int, default=together(), help="runs at a time")
    parser.add_argument("--anew", action="store_true", help="forget what was measured before")
    parser.add_argument("--page", action="store_true", help="write the handbook's page, no more")
    options = parser.parse_args()
    if options.page:
        return _write_page()
    if options.anew:
        KEPT.unlink(missing_ok=True)
    seeds = [int(seed) for seed in options.seeds.split(",")]
    names = options.names or [exhibit.name for exhibit in exhibits()]
    lines: list[str] = []
    kept = True
    for line, good in _table(names, seeds, options.jobs):
        kept &= good
        lines.append(line)
        print(line, flush=True)
    table = Path("build/gallery.md")
    table.parent.mkdir(exist_ok=True)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if kept else 1


def together() -> int:
    """Return how many runs have cores of their own: an engine leaves one to the window."""
    cores = os.cpu_count() or 1
    return max(1, cores // max(1, cores - 1))


def _table(names: list[str], seeds: list[int], jobs: int) -> Iterator[tuple[str, bool]]:
    """Yield the lines of the table as they become known, and whether each promise is kept."""
    yield from ((line, True) for line in _HEADINGS)
    reached = {}
    known = _kept()
    with ThreadPoolExecutor(jobs) as pool:
        begun = {name: [pool.submit(_run, name, seed, known) for seed in seeds] for name in names}
        for name, running in begun.items():
            reached[name] = [run.result() for run in running]
            yield _row(name, reached[name])
    yield from _lessons(reached)


def _run(name: str, seed: int, known: dict[str, Result]) -> Result:
    """Return what was measured of an experiment as it is now, or train it and keep that."""
    key = _key(name, seed)
    if key not in known:
        known[key] = train(name, seed)
        row = {"key": key, "test": known[key].test, "seconds": known[key].seconds}
        with KEPT.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    return known[key]


def _key(name: str, seed: int) -> str:
    """Name a run of the experiment as it stands in its file."""
    text = find_experiment(name).read_bytes()
    return f"{name} {seed} {hashlib.sha256(text).hexdigest()[:12]}"


def _kept() -> dict[str, Result]:
    KEPT.parent.mkdir(exist_ok=True)
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
    rows = [json.loads(line) for line in lines]
    return {row["key"]: Result(row["test"], row["seconds"]) for row in rows}


def _write_page() -> int:
    """Write the page of what was measured; say of which experiments a seed is missing."""
    known = _kept()
    text, reached, missing = HEAD, dict[str, list[Result]](), []
    for group in dict.fromkeys(exhibit.group for exhibit in exhibits()):
        text += f"## {group}\n\n" + "\n".join(_HEADINGS) + "\n"
        for exhibit in (one for one in exhibits() if one.group == group):
            found = [known.get(_key(exhibit.name, seed)) for seed in (0, 1, 2)]
            reached[exhibit.name] = results = [result for result in found if result is not None]
            missing += [exhibit.name] if len(results) < len(found) else []
            text += _row(exhibit.name, results)[0] + "\n" if results else ""
        text += "\n"
    reached = {name: results for name, results in reached.items() if results}
    text += "## Lessons\n" + "\n".join(line for line, _ in _lessons(reached)) + "\n"
    PAGE.write_text(text, encoding="utf-8")
    if missing:
        print(f"Not measured as they are now: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


_HEADINGS = (
    "| experiment | promised | by seed | median | loss | seconds | promise |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


def train(name: str, seed: int) -> Result:
    """Train through the command line.

    Raises:
        CalledProcessError: the run failed; what it said is on stderr.
    """
    command = [sys.executable, "-m", "studio", "train", name, "--seed", str(seed), "--json"]
    with TemporaryDirectory() as out:
        begin, before = perf_counter(), _processor_secs()
        done = subprocess.run([*command, "--out", out], stdout=PIPE, text=True, check=True)
        seconds, used = perf_counter() - begin, _processor_secs() - before
    test = json.loads(done.stdout.splitlines()[-1])["metrics"]["test"]
    return Result(test, min(seconds, used))


def _processor_secs() -> float:
    """Return what all programs that were run from here have had of the processors."""
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


def _row(name: str, results: list[Result]) -> tuple[str, bool]:
    figure = stated(open_file(find_experiment(name)))
    loss = median(result.test["loss"] for result in results)
    seconds = median(result.seconds for result in results)
    good, words = seconds <= SECONDS, ["", "", ""]
    if figure:
        values = [figure.measured(result.test) for result in results]
        good &= figure.kept_by(median(values))
        words = [
            figure.words,
            ", ".join(f"{value:.4g}" for value in values),
            f"{median(values):.4g}",
        ]
    cells = (name, *words, f"{loss:.4g}", f"{seconds:.1f}", "kept" if good else "not kept")
    return f"| {' | '.join(cells)} |", good


def _lessons(reached: dict[str, list[Result]]) -> Iterator[tuple[str, bool]]:
    """Yield the rows of the table of lessons, and whether each is shown."""
    chosen = [lesson for lesson in LESSONS if {lesson.better, lesson.worse} <= reached.keys()]
    if chosen:
        yield "", True
        yield "| lesson | better | worse | ahead by | promised | shown |", True
        yield "| --- | --- | --- | --- | --- | --- |", True
    for lesson in chosen:
        figure = stated(open_file(find_experiment(lesson.better)))
        assert figure, lesson
        better, worse = (
            median(figure.measured(result.test) for result in reached[name])
            for name in (lesson.better, lesson.worse)
        )
        shown = lesson.shown_by(better, worse, figure)
        lead = lesson.lead(better, worse, figure)
        cells = (
            lesson.says,
            f"{lesson.better} {better:.2f}",
            f"{lesson.worse} {worse:.2f}",
            f"{lead:.2f}",
            f"{lesson.margin} {figure.unit}",
            "shown" if shown else "not shown",
        )
        yield f"| {' | '.join(cells)} |", shown


if __name__ == "__main__":
    sys.exit(main())
