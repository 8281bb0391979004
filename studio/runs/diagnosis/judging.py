"""Judging: all rules over one case, the findings in the order of their causes."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from studio.core.check import Checker
from studio.core.errors import StudioError

from . import rules
from .case import Case
from .words import Finding, Remedy, Rule


@cache
def declared_rules() -> tuple[Rule, ...]:
    """Return every rule there is a file of, the deepest cause first."""
    return tuple(sorted(_found(), key=lambda rule: (rule.rank, rule.id)))


def diagnose(case: Case, among: Iterable[Rule] | None = None) -> tuple[Finding, ...]:
    """Return what is wrong with a run as far as its record tells; roots before what follows."""
    seen = [
        (rule, symptom)
        for rule in (declared_rules() if among is None else among)
        for symptom in rule.find(case)
    ]
    causes = {explained: rule.id for rule, _ in reversed(seen) for explained in rule.explains}
    findings = [Finding(rule, symptom, causes.get(rule.id, "")) for rule, symptom in seen]
    return tuple(sorted(findings, key=lambda finding: bool(finding.follows)))


def remedies(case: Case, finding: Finding, checker: Checker | None = None) -> tuple[Remedy, ...]:
    """Return what may help, each tried on the drawing: it applies, and brings no problem."""
    checker = checker or Checker(case.catalog)
    known = len(checker.check(case.experiment).errors)
    offered: dict[str, Remedy] = {}
    for remedy in finding.rule.cures(case, finding.symptom):
        try:
            after = remedy.edit(case.experiment)
        except StudioError:
            continue
        if after != case.experiment and len(checker.check(after).errors) <= known:
            offered.setdefault(remedy.label, remedy)
    return tuple(offered.values())


def _found() -> Iterator[Rule]:
    for module in iter_modules(rules.__path__):
        for value in vars(import_module(f"{rules.__name__}.{module.name}")).values():
            if isinstance(value, Rule):
                yield value
