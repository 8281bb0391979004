"""Actions: everything a person can do, as one table that menus, keys and palette are drawn from.

A row is one value at the top level of a module in ``studio.app.deeds``; it is found by being there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal, TypeAlias

from studio.core.errors import StudioError

from .notices import capital

if TYPE_CHECKING:
    from .studio import Studio

MENUS = ("File", "Edit", "Arrange", "View", "Train", "Help")
"""The menus in order; ``View/Theme`` names a menu inside one of them."""

Context: TypeAlias = Literal["block", "wire", "frame", "canvas", "run"]
"""What a menu at the pointer may be about."""

Test: TypeAlias = "Callable[[Studio], bool]"


def always(_studio: Studio) -> bool:
    """Say yes."""
    return True


def has_anything(studio: Studio) -> bool:
    """Tell whether any block, wire or frame is selected."""
    return bool(studio.workspace.selection or studio.workspace.marked)


def has_blocks_or_frames(studio: Studio) -> bool:
    """Tell whether any block, frame or note is selected."""
    return bool(studio.workspace.selection or studio.workspace.marked.frames)


def has_selection(studio: Studio) -> bool:
    """Tell whether any block is selected."""
    return bool(studio.workspace.selection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a person can do.

    Attributes:
        id: stable, such as ``file.save``.
        title: in the menu; ``…`` at the end where more will be asked.
        run: does it; a StudioError it raises is shown as a notice.
        when: whether it can be done now.
        checked: for a switch, whether it is on.
        words: gives a title that changes, such as ``Undo move blocks``.
        keys: shortcuts in Qt's portable spelling, the first is shown.
        menu: where it stands; empty for the command palette only.
        place: order in the menu; a line is drawn where the tens change.
        icon: a name in ``resources/icons``.
        help: one sentence for tool tip and palette.
        context: the menus at the pointer in which it stands, ordered by ``menu`` and ``place``.
    """

    id: str
    title: str
    run: Callable[[Studio], None]
    when: Test = always
    checked: Test | None = None
    words: Callable[[Studio], str] | None = None
    keys: tuple[str, ...] = ()
    menu: str = ""
    place: int = 50
    icon: str = ""
    help: str = ""
    context: tuple[Context, ...] = ()

    def title_now(self, studio: Studio) -> str:
        """Return the words to show at this moment."""
        return self.words(studio) if self.words else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionList:
    """A menu whose rows are found when it opens: recent files, the gallery, the panels."""

    id: str
    title: str
    rows: Callable[[Studio], Iterable[Action]]
    menu: str
    place: int = 50
    empty: str = "Nothing yet"
    icon: str = ""
    context: tuple[Context, ...] = ()


Row: TypeAlias = Action | ActionList


@dataclass(slots=True)
class ActionTable:
    """All actions by id."""

    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Take one row in; an id is given once."""
        assert row.id not in self.rows, row.id
        self.rows[row.id] = row

    def actions(self, studio: Studio) -> Iterator[Action]:
        """Yield every single action, those of lists included."""
        for row in self.rows.values():
            if isinstance(row, Action):
                yield row
            else:
                yield from row.rows(studio)

    def menu(self, name: str) -> list[Row]:
        """Return the rows that stand in this menu, in order."""
        rows = [row for row in self.rows.values() if row.menu == name]
        return sorted(rows, key=_place)

    def context(self, about: Context) -> list[Row]:
        """Return the rows of the menu at the pointer, in order."""
        rows = [row for row in self.rows.values() if about in row.context]
        return sorted(rows, key=_rank)


def run_action(action: Action, studio: Studio) -> bool:
    """Do it if it can be done now; a refusal becomes a notice.

    Returns:
        Whether it was done.
    """
    if not action.when(studio):
        return False
    try:
        action.run(studio)
    except StudioError as error:
        studio.notices.say(capital(str(error)), "warning")
        return False
    return True


def declared_actions() -> ActionTable:
    """Return a table of every row declared in ``studio.app.deeds``."""
    from . import deeds

    table = ActionTable()
    for module in iter_modules(deeds.__path__):
        for value in vars(import_module(f"{deeds.__name__}.{module.name}")).values():
            for row in value if isinstance(value, tuple) else (value,):
                if isinstance(row, (Action, ActionList)):
                    table.add(row)
    return table


def _rank(row: Row) -> tuple[int, str, int]:
    first = row.menu.partition("/")[0]
    return (MENUS.index(first) if first in MENUS else len(MENUS), row.menu, row.place)


def _place(row: Row) -> int:
    return row.place
