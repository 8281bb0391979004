"""Trials: what the diagnosis says of each specimen, and whether its remedy mends it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from studio.runs.diagnosis.case import Case
from studio.runs.diagnosis.judging import diagnose, remedies
from studio.runs.diagnosis.words import Finding
from studio.runs.handle import Engine

from .networks import Specimen
from .training import trained


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found of one specimen, and what its remedy came to."""

    specimen: Specimen
    found: tuple[Finding, ...]
    remedy: str = ""
    gone: bool = False
    """Whether the finding is gone after the remedy."""
    better: bool = False
    """Whether the validation loss is, where both are the same loss."""
    before: float = float("nan")
    after: float = float("nan")

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that spoke, roots first."""
        return tuple(dict.fromkeys(finding.rule.id for finding in self.found))

    @property
    def hit(self) -> bool:
        """Whether what is wrong was found, and named as a root."""
        roots = {finding.rule.id for finding in self.found if not finding.follows}
        return self.specimen.wrong in roots

    @property
    def mended(self) -> bool:
        """Whether the remedy helped: the finding is gone, or the loss better."""
        return self.gone or self.better

    @property
    def false_alarm(self) -> bool:
        """Whether anything was found of a healthy one."""
        return not self.specimen.wrong and bool(self.found)


def tried(engine: Engine, specimen: Specimen) -> Trial:
    """Train a specimen and diagnose it; train a broken one again with its remedy."""
    experiment = specimen.build()
    case = trained(engine, experiment)
    trial = Trial(specimen, diagnose(case))
    finding = next((one for one in trial.found if one.rule.id == specimen.wrong), None)
    if finding is None or not specimen.mended_by:
        return trial
    offered = remedies(case, finding)
    remedy = next((one for one in offered if one.label.startswith(specimen.mended_by)), None)
    assert remedy is not None, f"{specimen.name}: offered {[one.label for one in offered]}"
    again = trained(engine, remedy.edit(experiment))
    gone = all(one.rule.id != specimen.wrong for one in diagnose(again))
    before, after = _loss(case), _loss(again)
    better = bool(after < before) or not np.isfinite(before)
    return replace(trial, remedy=remedy.label, gone=gone, better=better, before=before, after=after)


def rate(trials: Iterable[Trial], *, wrong: bool, held_out: bool) -> tuple[int, int]:
    """Return how many broken ones were found (or healthy ones not left alone), and of how many."""
    chosen = [
        one
        for one in trials
        if bool(one.specimen.wrong) == wrong and one.specimen.held_out == held_out
    ]
    return sum(one.hit if wrong else one.false_alarm for one in chosen), len(chosen)


def rows(trials: Iterable[Trial]) -> Iterator[str]:
    """Yield a table in Markdown."""
    yield "| specimen | held out | wrong | found | remedy | validation loss | then |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for one in trials:
        loss = f"{one.before:.3g} → {one.after:.3g}" if one.remedy else ""
        came = [word for word, true in (("gone", one.gone), ("better", one.better)) if true]
        mended = ", ".join(came) or "no" if one.remedy else ""
        cells = (
            one.specimen.name, "yes" if one.specimen.held_out else "",
            one.specimen.wrong or "nothing", ", ".join(one.rules) or "nothing", one.remedy, loss,
            mended,
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _loss(case: Case) -> float:
    """Return the last validation loss; NaN where there is none, as after a failure."""
    values = case.metric("validation/loss")
    return float(values[-1]) if len(values) else float("nan")
