"""Findings: what there is to say of a person's own data, each with a way out where there is one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from studio.core.edits import SetParam
from studio.core.experiment import Data, Experiment
from studio.core.text import percent, plural
from studio.runs.questions import FieldFacts, Inspected

Weight: TypeAlias = Literal["good", "news", "warning"]

FEW = 0.4
"""A class with less than so much of an equal share is rare."""
TELLS_ALL = 0.98
MOST_WEIGHED = 200
MUCH = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence on the data; ``step`` is the id of a step that helps, ``on`` its columns."""

    sentence: str
    weight: Weight = "news"
    step: str = ""
    on: tuple[str, ...] = ()
    leave_out: str = ""
    """A column that had better not be read."""
    weigh: str = ""
    """Weights of the classes under which all count alike in the loss."""


def findings(data: Data, found: Inspected, counts: dict[str, int]) -> list[Finding]:
    """Return what stands out, the grave first; ``counts`` are the training samples by class."""
    said = [
        *_leaks(found),
        *_telling(data, found.facts),
        *_missing(data, found.facts),
        *_rare(data, counts),
        *_repeats(data, found),
        *_outliers(data, found.facts),
        *(Finding(f"{a} and {b} say nearly the same (correlation {value:+.2f})")
          for a, b, value in found.correlated if not _is_target(data, a, b)),
        *(Finding(note) for note in found.notes),
    ]  # fmt: skip
    order = {"warning": 0, "news": 1, "good": 2}
    return sorted(said, key=lambda one: order[one.weight]) or [
        Finding("Nothing stands out: no gaps, no repeats, no class that is rare", "good")
    ]


def _leaks(found: Inspected) -> Iterator[Finding]:
    for part, count in found.leaked.items():
        share = count / max(found.samples.get(part, 1), 1)
        if count:
            yield Finding(
                f"{plural(count, f'{part} sample')} ({percent(share, 1)}) have inputs that are "
                f"trained on: what is measured on the {part} part will look better than it is",
                "warning",
                "drop_repeated",
            )


def _telling(data: Data, facts: Sequence[FieldFacts]) -> Iterator[Finding]:
    target = _target(data)
    for one in facts:
        if one.target is not None and one.target >= TELLS_ALL:
            yield Finding(
                f"{one.name} alone tells {target} ({percent(one.target, 1)} of it). Is it known "
                "before the answer is? If not, leave it out",
                "warning",
                leave_out=one.name,
            )


def _missing(data: Data, facts: Sequence[FieldFacts]) -> Iterator[Finding]:
    roles = {one.name: one.role for one in data.fields}
    kinds = {one.name: one.kind for one in data.fields}
    gaps = [one for one in facts if one.missing and roles.get(one.name) == "input"]
    fillable = [one for one in gaps if kinds[one.name] in {"number", "category"}]
    filled = any(step.kind in {"fill_missing", "drop_missing"} for step in data.steps)
    if fillable:
        told = ", ".join(f"{one.name} {one.missing:,}" for one in fillable[:6])
        more = " …" if len(fillable) > 6 else ""
        if filled:
            yield Finding(f"Missing in training and filled in or left out: {told}{more}", "good")
        else:
            yield Finding(f"Missing in training: {told}{more}", "warning", "fill_missing")
    target = next((one for one in facts if one.missing and roles.get(one.name) == "target"), None)
    if target is not None and not filled:
        yield Finding(
            f"{target.name} is missing {target.missing:,} times: nothing can be learned from those "
            "rows",
            "warning",
            "drop_missing",
            (target.name,),
        )


def _rare(data: Data, counts: dict[str, int]) -> Iterator[Finding]:
    target = next(
        (one for one in data.fields if one.role == "target" and one.kind == "category"), None
    )
    if target is None or not counts:
        return
    total, most = sum(counts.values()), max(counts.items(), key=lambda item: item[1])
    names = {str(code): label for code, label in enumerate(target.labels)}
    if len(counts) == 1:
        yield Finding(f"There is one class only ({names.get(most[0], most[0])})", "warning")
    rare = [code for code, count in counts.items() if count < FEW * total / len(counts)]
    if rare and len(counts) > 1:
        told = ", ".join(f"{names.get(code, code)} {counts[code]:,}" for code in rare[:5])
        share = most[1] / total
        yield Finding(
            f"Rare in training: {told} of {total:,}. Saying {names.get(most[0], most[0])} always "
            f"is right {percent(share)} of the time, so judge by F1, not by accuracy",
            "warning",
            weigh=class_weights(counts, len(target.labels)),
        )


def class_weights(counts: dict[str, int], classes: int) -> str:
    """Return weights under which every class counts alike, in the order of the classes."""
    total, known = sum(counts.values()), max(len(counts), 1)
    weights = (total / (known * max(counts.get(str(code), 0), 1)) for code in range(classes))
    return ", ".join(f"{weight:.3g}" for weight in weights) if classes <= MOST_WEIGHED else ""


def weighing(experiment: Experiment, weights: str) -> SetParam | None:
    """Return the edit that gives the losses of classes these weights; None where there is none."""
    nodes = experiment.graph.nodes.values()
    ids = tuple(node.id for node in nodes if node.kind == "loss.cross_entropy")
    return SetParam(ids, "class_weights", weights, label="Weigh the classes") if ids else None


def _repeats(data: Data, found: Inspected) -> Iterator[Finding]:
    done = any(step.kind == "drop_repeated" for step in data.steps)
    if found.repeated and not done:
        yield Finding(
            f"{plural(found.repeated, 'row')} are there before, with every value the same",
            "warning" if found.repeated > MUCH * found.rows else "news",
            "drop_repeated",
        )
    if found.contradicting > 0:
        yield Finding(
            f"{plural(found.contradicting, 'row')} have the inputs of another and a different "
            "answer: no network can be right about all of them"
        )


def _outliers(data: Data, facts: Sequence[FieldFacts]) -> Iterator[Finding]:
    clipped = any(step.kind == "clip" for step in data.steps)
    roles = {one.name: one.role for one in data.fields}
    far = [one for one in facts if one.outliers and roles.get(one.name) == "input"]
    if far and not clipped:
        told = ", ".join(f"{one.name} {one.outliers:,}" for one in far[:6])
        yield Finding(f"Far away from the rest: {told}{' …' * (len(far) > 6)}", "news", "clip")


def _target(data: Data) -> str:
    return next((one.name for one in data.fields if one.role == "target"), "the answer")


def _is_target(data: Data, *names: str) -> bool:
    return _target(data) in names


def short(value: float) -> str:
    """Return a figure in few letters, large ones without an exponent."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def range_words(one: FieldFacts) -> str:
    """Return how far the values of a field reach; empty for what has no order."""
    if one.low is None or one.high is None or one.median is None:
        return facts_words(one)
    return f"from {short(one.low)} to {short(one.high)}, median {short(one.median)}"


def facts_words(one: FieldFacts) -> str:
    """Return the figures of a field in one line."""
    if one.mean is not None and one.deviation is not None:
        return f"{short(one.mean)} ± {short(one.deviation)}"
    if one.mean is not None:
        return f"{one.mean:.3g} words, at most {one.high:.0f}"
    if one.most and one.most[0][1] == 0:
        return " to ".join(label for label, _ in one.most)
    return ", ".join(f"{label} {count:,}" for label, count in one.most[:4])
