"""``netwright diagnose``: what is wrong with a run, where, why, and what may mend it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .arguments import add_assignments, add_json, changed, print_json
from .train import say
from .verb import Verb

if TYPE_CHECKING:
    from pathlib import Path

    from studio.core.catalog import Catalog
    from studio.runs.diagnosis.case import Case
    from studio.runs.diagnosis.words import Finding


def run(options: Namespace) -> int:
    """Diagnose a run, or train an experiment and diagnose that; 1 where something was found."""
    from studio.app.plugging import full_catalog
    from studio.core.check import Checker
    from studio.runs.diagnosis.judging import diagnose, remedies

    catalog = full_catalog()
    case = _case(options, catalog)
    checker = Checker(catalog)
    found = [(finding, remedies(case, finding, checker)) for finding in diagnose(case)]
    answers = []
    for finding, offered in found:
        labels = [remedy.label for remedy in offered]
        answers.append(_answer(finding, labels))
        if not options.json:
            print("\n".join(_lines(finding, labels)))
    if not found and not options.json:
        print("Nothing is found wrong")
    if not case.record.layers:
        say("The run was not watched, so that only its losses could be looked at; train --watch")
    print_json({"title": case.experiment.title, "findings": answers})
    return 1 if found else 0


def _case(options: Namespace, catalog: "Catalog") -> "Case":
    from studio.app.folders import find_run
    from studio.core.errors import FileError
    from studio.runs.store import RECORD

    try:
        folder = find_run(options.what)
    except FileError:
        return _trained(options, catalog)
    if not (folder / RECORD).is_file():
        raise FileError(f"{options.what}: there is no record of a run")
    return _recorded(folder, catalog)


def _recorded(folder: "Path", catalog: "Catalog") -> "Case":
    from studio.core.errors import FileError
    from studio.core.fileio import loads
    from studio.runs.diagnosis.case import Case
    from studio.runs.record import Record
    from studio.runs.saved import open_run

    with open_run(folder) as saved:
        record = Record.from_events(saved.replay())
        if saved.spec is None:
            raise FileError(f"{folder}: the record does not say what was trained")
        return Case(record, loads(saved.spec.experiment), catalog)


def _trained(options: Namespace, catalog: "Catalog") -> "Case":
    """Train an experiment, and keep no record of it."""
    from studio.app.gallery import find_experiment
    from studio.compile.run import plan_run
    from studio.core.fileio import open_file
    from studio.runs.commands import Start
    from studio.runs.diagnosis.case import Case
    from studio.runs.diagnosis.seeing import WATCH
    from studio.runs.handle import Engine
    from studio.runs.record import Record

    from .outcome import Outcome

    experiment = changed(open_file(find_experiment(options.what)), options, catalog)
    outcome, record = Outcome(say), Record()
    with Engine() as engine:
        engine.send(Start(spec=plan_run(experiment, catalog, run_id="diagnosis", watch=WATCH)))
        while outcome.ended is None and engine.alive:
            events = engine.wait(0.5)
            outcome.read(events)
            record.feed(events)
    return Case(record, experiment, catalog)


def _answer(finding: "Finding", remedies: list[str]) -> dict[str, object]:
    rule, symptom = finding.rule, finding.symptom
    return {
        "rule": rule.id,
        "title": rule.title,
        "level": rule.level,
        "follows": finding.follows or None,
        "message": symptom.says,
        "blocks": list(symptom.blocks),
        "evidence": [
            {"panel": one.panel, "series": one.series, "step": one.step, "message": one.says}
            for one in symptom.evidence
        ],
        "why": rule.why,
        "paper": rule.paper,
        "remedies": remedies,
    }


def _lines(finding: "Finding", remedies: list[str]) -> Iterator[str]:
    rule, symptom = finding.rule, finding.symptom
    follows = f" (follows from {finding.follows})" if finding.follows else ""
    yield f"{rule.title}{follows}: {symptom.says}"
    for one in symptom.evidence:
        yield f"  seen at step {one.step:,}: {one.says}"
    if not finding.follows:
        yield f"  why: {rule.why}"
        yield f"  after: {rule.paper}"
        yield from (f"  try: {label}" for label in remedies)
    yield ""


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="RUN|FILE",
        help="the id or folder of a run; or a *.netwright file or a name of the gallery, which is "
        "then trained first",
    )
    add_assignments(parser)
    add_json(parser)


DIAGNOSE = Verb(
    "diagnose",
    "Say what is wrong with a run, and what may mend it",
    "Of an experiment a run is made first, of which no record is kept. The last line of stdout is\n"
    "one JSON object with every finding: rule, blocks, evidence, why, remedies. Causes come\n"
    "first; what follows from another finding says from which.\n"
    "Exit code 0: nothing was found, 1: something was, 2: there is no such run or file.",
    _declare,
    run,
)
