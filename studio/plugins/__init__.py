"""Plug-ins: found by their manifests, trusted by a person, loaded under guard, and taken out whole.

Discovery reads TOML and imports nothing. What a plug-in gives is declared as what ships is
declared, and goes into the same tables; a table is a ``Taker``. Whatever of a plug-in fails is
told and switched off, and the studio goes on.
"""
