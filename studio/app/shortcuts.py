"""Shortcuts: which keys do what, as declared or as a person chose."""

from collections.abc import Mapping

from .actions import Action, ActionTable
from .settings import Settings


def keys_of(action: Action, settings: Settings) -> tuple[str, ...]:
    """Return the keys of an action: those that were chosen, else those declared."""
    return settings.keys.get(action.id, action.keys)


def taken_by(table: ActionTable, settings: Settings, key: str, *, but: str = "") -> Action | None:
    """Return the action that a key belongs to, other than ``but``; None while it is free."""
    for row in table.rows.values():
        if isinstance(row, Action) and row.id != but and key in keys_of(row, settings):
            return row
    return None


def give(table: ActionTable, settings: Settings, id_: str, key: str) -> None:
    """Give an action a key in the place of those it had; whoever had the key loses it."""
    chosen = dict(settings.keys)
    owner = taken_by(table, settings, key, but=id_)
    if owner is not None:
        left = tuple(other for other in keys_of(owner, settings) if other != key)
        chosen[owner.id] = left
    chosen[id_] = (key,) if key else ()
    settings.set_keys(_different(table, chosen))


def reset(table: ActionTable, settings: Settings, id_: str = "") -> None:
    """Go back to the declared keys, of one action or of all.

    An action that was given one of these keys meanwhile loses it.
    """
    row = table.rows.get(id_)
    if not isinstance(row, Action):
        settings.set_keys({})
        return
    chosen = {other: keys for other, keys in settings.keys.items() if other != id_}
    for other, keys in chosen.items():
        chosen[other] = tuple(key for key in keys if key not in row.keys)
    settings.set_keys(_different(table, chosen))


def _different(
    table: ActionTable, chosen: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    rows = table.rows
    declared = {id_: row.keys for id_, row in rows.items() if isinstance(row, Action)}
    return {id_: keys for id_, keys in chosen.items() if keys != declared.get(id_)}
