"""``make diagnose``: train the zoo, and say how often the diagnosis is right.

The table goes to stdout and to build/diagnosis.md; the exit code is 1 where a healthy network is
called ill, or fewer than nine of ten broken ones are seen through. Words as arguments choose by
name; ``--gallery`` takes the experiments of the gallery, which takes some minutes.
"""

import argparse
from pathlib import Path

from studio.runs.handle import Engine

from .gallery import GALLERY
from .specimens import BROKEN, HEALTHY
from .trials import Trial, rate, rows, tried

REPORT = Path("build/diagnosis.md")
ENOUGH = 0.9


def main() -> int:
    """Print what was found; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="pieces of names; all without any")
    parser.add_argument("--gallery", action="store_true", help="the gallery instead of the zoo")
    options = parser.parse_args()
    trials = []
    with Engine() as engine:
        for specimen in GALLERY if options.gallery else (*HEALTHY, *BROKEN):
            if not options.names or any(name in specimen.name for name in options.names):
                trials.append(tried(engine, specimen))
                print(_line(trials[-1]), flush=True)
    report = "\n".join([*rows(trials), "", *_totals(trials)])
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(report + "\n", encoding="utf-8")
    print("\n".join(["", *_totals(trials)]))
    return 0 if _good(trials) else 1


def _line(trial: Trial) -> str:
    specimen = trial.specimen
    good = trial.hit if specimen.wrong else not trial.false_alarm
    told = ", ".join(trial.rules) or "nothing found"
    cure = f"; {trial.remedy}: {'mended' if trial.mended else 'not mended'}" if trial.remedy else ""
    return f"{'✓' if good else '✗'} {specimen.name}: {told}{cure}"


def _totals(trials: list[Trial]) -> list[str]:
    lines = []
    gallery = any(one.specimen in GALLERY for one in trials)
    first = "the gallery" if gallery else "the first half"
    for held_out, which in ((False, first), (True, "the half that was held out")):
        hits, broken = rate(trials, wrong=True, held_out=held_out)
        alarms, healthy = rate(trials, wrong=False, held_out=held_out)
        if not broken + healthy:
            continue
        lines.append(
            f"In {which} {hits} of {broken} broken networks were seen through, and {alarms} of "
            f"{healthy} healthy ones called ill"
        )
    mended = [one.mended for one in trials if one.remedy]
    if not mended:
        return lines
    return [*lines, f"{sum(mended)} of {len(mended)} remedies mended what they were offered for"]


def _good(trials: list[Trial]) -> bool:
    broken = [one for one in trials if one.specimen.wrong]
    found = sum(one.hit for one in broken)
    alarms = sum(one.false_alarm for one in trials)
    return not alarms and found >= ENOUGH * len(broken)


if __name__ == "__main__":
    raise SystemExit(main())
