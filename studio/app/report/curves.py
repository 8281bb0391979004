"""The curves of a run as a page draws them: no more points than pixels, and no spike lost."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.runs.axes import CLOCK
from studio.runs.series import Series

if TYPE_CHECKING:
    from studio.runs.views import View

COLUMNS = 1000
_PARTS = ("train", "validation", "test")


def charts_of(series: Mapping[str, Series]) -> list[dict[str, object]]:
    """Return a chart for each quantity, with a line for each part that has it."""
    groups: dict[str, list[str]] = {}
    for name in series:
        part, _, quantity = name.partition("/")
        if series[name].last and name != CLOCK:
            groups.setdefault(quantity if part in _PARTS else name, []).append(name)
    order = sorted(groups, key=lambda title: (title != "loss", len(groups[title]) < 2, title))
    return [
        {
            "title": title.replace("_", " ").capitalize(),
            "lines": [
                _line(name, title, series[name]) for name in sorted(groups[title], key=_part)
            ],
        }
        for title in order
    ]


def _part(name: str) -> tuple[int, str]:
    part = name.partition("/")[0]
    return (_PARTS.index(part) if part in _PARTS else len(_PARTS), name)


def _line(name: str, title: str, series: Series) -> dict[str, object]:
    part = name.partition("/")[0]
    last = series.last
    assert last is not None
    view = series.view(0, last[0], COLUMNS)
    return {
        "name": part if part in _PARTS and name != title else name,
        "dashed": part in {"validation", "test"},
        **_arrays(view),
    }


def _arrays(view: "View") -> dict[str, list[object]]:
    values = {"low": view.low, "high": view.high, "last": view.last}
    rounded = {key: [_rounded(value) for value in part.tolist()] for key, part in values.items()}
    return {"x": view.end.tolist(), **rounded, "broken": view.broken.tolist()}


def _rounded(value: float) -> float | None:
    """Return five figures of a value; None for what is no finite number."""
    return float(f"{value:.5g}") if value - value == 0.0 else None
