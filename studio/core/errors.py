"""The exceptions of the program, all of which carry the sentence that a person should read.

StudioError
├─ GraphError     the edit would make an impossible graph
├─ ShapeError     a block cannot take these shapes
│  └─ Asking      somebody else is asked whether it can, and will say so
├─ ParamError     this value does not fit the parameter
├─ FileError      this file is not ours, is broken, or is newer than we are
├─ CompileError   the drawing cannot become a program yet
└─ RunError       the engine could not do what was asked
"""


class StudioError(Exception):
    """Any refusal that is meant for the person at the screen."""


class GraphError(StudioError):
    """The edit would make an impossible graph."""


class ShapeError(StudioError):
    """A block cannot take these shapes."""


class Asking(ShapeError):
    """Nobody here knows yet what a block gives; the answer makes the catalog a newer one."""


class ParamError(StudioError):
    """This value does not fit the parameter."""


class FileError(StudioError):
    """This file is not ours, is broken, or is newer than we are."""


class CompileError(StudioError):
    """The drawing cannot become a program yet."""


class RunError(StudioError):
    """The engine could not do what was asked."""
