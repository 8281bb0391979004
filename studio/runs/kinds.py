"""Kinds: how the kind of an event is read from its bytes, so that only those wanted are decoded."""

KIND = "substr(data, CASE hex(substr(data, 2, 1)) WHEN 'DE' THEN 10 ELSE 8 END, 4)"
"""The SQL of the first bytes of an event's tag, in a row's ``data``: behind the start of a list, of
a map, which is two bytes longer from sixteen fields on, and the name of its first field."""
