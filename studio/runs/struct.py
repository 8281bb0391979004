"""Struct: what every value that travels to the engine, from it, or into a record is made as."""

import msgspec


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frozen value that travels as MessagePack."""
