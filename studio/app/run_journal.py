"""The journal of a run in words: what was changed, kept and said while it trained, by step."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from studio.core.text import duration, grouped, memory, plural
from studio.runs.events import (
    Adjusted,
    Began,
    Checkpointed,
    Ended,
    Event,
    Failed,
    Note,
    Resumed,
)
from studio.runs.interventions import Told, told_of
from studio.runs.spec import Adjustment, Program

TITLES = {
    "lr": "learning rate",
    "weight_decay": "weight decay",
    "clip_norm": "clip norm",
    "batch_size": "batch size",
}
_ENDS = {"finished": "Finished", "early-stopped": "Stopped early", "stopped": "Stopped by hand",
         "failed": "Failed"}  # fmt: skip
_NAMED = 4
"""Blocks that a sentence names before it counts the rest."""


def adjusted_words(adjustment: Adjustment) -> str:
    """Say what was set, such as ``learning rate 0.001``."""
    whole = adjustment.setting == "batch_size"
    value = grouped(int(adjustment.value)) if whole else f"{adjustment.value:g}"
    of = f" of {adjustment.objective}" if adjustment.objective else ""
    return f"{TITLES[adjustment.setting]}{of} {value}"


def is_marked(event: Checkpointed) -> bool:
    """Whether a person asked for a checkpoint, so that it stays."""
    return event.file.startswith("kept")


def journal(events: Iterable[Event]) -> list[tuple[str, str]]:
    """Return (when, what) for all that was done to a run, and that it said."""
    told = told_of(events)
    return [(_when(event), _what(event)) for event in _listed(told)]


def marks(events: Iterable[Event]) -> list[tuple[int, str]]:
    """Return what a curve is marked with: a step, and a word or two."""
    return [
        (
            event.step,
            "checkpoint" if isinstance(event, Checkpointed) else adjusted_words(event.adjustment),
        )
        for event in _listed(told_of(events))
        if isinstance(event, Adjusted | Checkpointed)
    ]


def _listed(told: Sequence[Told]) -> list[Told]:
    """Leave out the checkpoints by the clock, but for the newest; old ones are thrown away."""
    passing = [event for event in told if isinstance(event, Checkpointed) and not is_marked(event)]
    return [event for event in told if event not in passing[:-1]]


def _when(event: Told) -> str:
    step = getattr(event, "step", None)
    return "" if step is None or isinstance(event, Began) else f"Step {grouped(step)}"


def _what(event: Told) -> str:
    match event:
        case Began():
            return capitalised(began_words(event))
        case Adjusted():
            rest = ", from the next epoch" if event.adjustment.setting == "batch_size" else ""
            return f"{adjusted_words(event.adjustment).capitalize()}, before {event.before:g}{rest}"
        case Checkpointed():
            return f"Checkpoint {'kept' if is_marked(event) else 'written'}, {memory(event.size)}"
        case Resumed():
            return "Went on from its checkpoint"
        case Note():
            return event.message
        case Failed():
            return event.message
        case Ended():
            return f"{_ENDS[event.reason]} after {duration(event.seconds)}"
        case _:
            assert_never(event)


def began_words(event: Began, *programs: Program) -> str:
    """Say in a sentence what a run took from the one it begins with, by blocks where known."""
    whence = f"taken from {event.run} at step {event.step:,}"
    if not programs:
        told = [f"{plural(len(event.kept), 'weight')} {whence}"]
        return ", ".join(
            told + [f"{len(names):,} {what}" for what, names in _apart(event) if names]
        )
    anew = titles_of((*event.reshaped, *event.new), programs)
    kept = [title for title in titles_of(event.kept, programs) if title not in anew]
    told = [f"Weights of {_some(kept)} {whence}" if kept else f"No block's weights {whence}"]
    told += [
        f"{what}: {_some(titles_of(names, programs))}" for what, names in _apart(event) if names
    ]
    return "; ".join(told)


def began_details(event: Began, *programs: Program) -> str:
    """List what was taken, what was not, and why: by blocks, and by the names of the weights."""
    lists = (("taken", event.kept), *_apart(event))
    lines = []
    for what, names in lists:
        blocks = f"{', '.join(titles_of(names, programs))} – " if programs else ""
        lines += [f"{what.capitalize()}: {blocks}{', '.join(names)}"] if names else []
    return "\n".join(lines)


def titles_of(names: Sequence[str], programs: Sequence[Program]) -> list[str]:
    """Return the titles of the blocks that weights of these names belong to, each once."""
    titles: dict[str, str] = {}
    for program in reversed(programs):
        titles |= {block.attribute: block.title for block in program.blocks if block.attribute}
    return list(dict.fromkeys(_title_of(name, titles) for name in names))


def capitalised(words: str) -> str:
    """Begin with a capital and leave the rest as it is."""
    return words[:1].upper() + words[1:]


def _title_of(name: str, titles: dict[str, str]) -> str:
    """Return the title of the longest attribute that a name begins with, else its first part."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        if title := titles.get(".".join(parts[:end])):
            return title
    return parts[0]


def _some(titles: Sequence[str]) -> str:
    rest = len(titles) - _NAMED
    return ", ".join(titles[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _apart(event: Began) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("of another shape", event.reshaped), ("new", event.new), ("left out", event.gone))
