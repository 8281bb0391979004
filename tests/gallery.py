"""``make gallery``: train every experiment of the gallery with three seeds, and say how well.

Each run goes through ``netwright train`` in a process of its own, as a person's would. The table
goes to stdout and to build/gallery.md; the exit code is 1 when a promise is not kept. Names as
arguments choose; ``--seeds 0,1`` other seeds.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from subprocess import PIPE
from tempfile import TemporaryDirectory
from time import perf_counter

from studio.app.gallery import exhibits, find_experiment, stated
from studio.core.fileio import open_file

SECONDS = 120.0
"""The longest that one training may take; the figure it must reach stands in its notes."""


@dataclass(frozen=True, slots=True)
class Result:
    """One run; seconds are of the whole command, start of Python and of the engine included."""

    test: dict[str, float]
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="names of the gallery; all without any")
    parser.add_argument("--seeds", default="0,1,2")
    options = parser.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    names = options.names or [exhibit.name for exhibit in exhibits()]
    lines = [
        "| experiment | promised | by seed | median | loss | seconds | promise |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    kept = True
    print("\n".join(lines), flush=True)
    for name in names:
        results = [train(name, seed) for seed in seeds]
        line, good = _row(name, results)
        kept &= good
        lines.append(line)
        print(line, flush=True)
    table = Path("build/gallery.md")
    table.parent.mkdir(exist_ok=True)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if kept else 1


def train(name: str, seed: int) -> Result:
    """Train through the command line.

    Raises:
        CalledProcessError: the run failed; what it said is on stderr.
    """
    command = [sys.executable, "-m", "studio", "train", name, "--seed", str(seed), "--json"]
    with TemporaryDirectory() as out:
        begin = perf_counter()
        done = subprocess.run([*command, "--out", out], stdout=PIPE, text=True, check=True)
        seconds = perf_counter() - begin
    return Result(json.loads(done.stdout.splitlines()[-1])["metrics"]["test"], seconds)


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
            ", ".join(f"{value:.2f}" for value in values),
            f"{median(values):.2f}",
        ]
    cells = (name, *words, f"{loss:.4f}", f"{seconds:.1f}", "kept" if good else "not kept")
    return f"| {' | '.join(cells)} |", good


if __name__ == "__main__":
    sys.exit(main())
