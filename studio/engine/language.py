"""Language: whether a network says what comes next in a text, and which of its inputs that text is.

The network itself is asked: the text is the input whose later tokens change no earlier scores. This
tells a decoder's input from an encoder's even where both have one vocabulary, and finds out whoever
looks ahead.
"""

# B = batch, T = steps, V = tokens of the vocabulary

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from studio.core.errors import RunError
from studio.runs.spec import ColumnInfo

from .build import tensors_in
from .faults import sentence

NEEDS = "Text needs an input of tokens and scores over the same tokens at every step"
_SHORT = 6
_SAME = 1e-4


class NoLanguageError(RunError):
    """The network does not say what comes next, with the reason."""


@dataclass(frozen=True, slots=True)
class Language:
    """How to read and write with a network.

    Attributes:
        text: place of the growing text among the arguments of ``forward``.
        source: place of what is answered, such as a sentence to translate; None without one.
        scores: place of the scores, B×T×V, among what ``forward`` returns.
        vocabulary: how many tokens there are.
        steps: how many the network can look back.
        any_length: whether a shorter text may be fed.
    """

    text: int
    source: int | None
    scores: int
    vocabulary: int
    steps: int
    any_length: bool = True


def recognise(module: nn.Module, columns: Sequence[ColumnInfo]) -> Language:
    """Return how to write with a network, which is in eval mode; ``columns`` are its arguments.

    Raises:
        NoLanguageError: it does not say what comes next, and why.
    """
    places = text_inputs(columns)
    with torch.no_grad():
        try:
            return _recognised(module, columns, places, any_length=True)
        except (RuntimeError, ValueError, IndexError):
            pass  # a fixed number of steps, such as a linear map over all of them
        try:
            return _recognised(module, columns, places, any_length=False)
        except (RuntimeError, ValueError, IndexError) as error:
            raise NoLanguageError(f"The network cannot be run: {sentence(error)}") from error


def text_inputs(columns: Sequence[ColumnInfo]) -> list[int]:
    """Return the places of the inputs that may be a text.

    Raises:
        NoLanguageError: there is none, or more inputs than a text and a source.
    """
    places = [place for place, column in enumerate(columns) if _is_text(column)]
    if not places or len(columns) > 2:
        raise NoLanguageError(f"{NEEDS}; this network has {_told(columns)}")
    return places


def shifted(text_BT: Tensor, target_BT: Tensor) -> bool:
    """Whether a target is the text one step on, where the text still has a token."""
    same = (text_BT[:, 1:] == target_BT[:, :-1]) | (text_BT[:, 1:] == 0)
    return bool(same.all())


def _recognised(
    module: nn.Module, columns: Sequence[ColumnInfo], places: list[int], *, any_length: bool
) -> Language:
    device = next((weight.device for weight in module.parameters()), torch.device("cpu"))
    given = [_random(column, any_length=any_length, device=device) for column in columns]
    said = _said(module, given)
    fitting = [
        (place, output)
        for place in places
        for output, scores in enumerate(said)
        if tuple(scores.shape) == (*given[place].shape, columns[place].limit)
    ]
    if not fitting:
        raise NoLanguageError(f"{NEEDS}; this network says {_shapes(said)}")
    grows = [_grows(module, given, said, *pair) for pair in fitting]
    # First weights of zero say the same of every text: then it is enough that none looks ahead.
    found = next((pair for pair, one in zip(fitting, grows, strict=True) if one == (0, 1)), None)
    if found is None and len(fitting) == 1 and grows[0] == (0, 0):
        found = fitting[0]
    if found is None:
        raise NoLanguageError(
            "The scores of a step depend on later tokens, so there is nothing left to predict: "
            "set causal on every self-attention that reads the text"
        )
    place, output = found
    column = columns[place]
    source = next((other for other in range(len(columns)) if other != place), None)
    return Language(place, source, output, column.limit or 0, column.shape[0], any_length)


def _grows(
    module: nn.Module, given: Sequence[Tensor], said: Sequence[Tensor], place: int, output: int
) -> tuple[bool, bool]:
    """Whether scores depend on tokens behind them, and on those before and with them.

    Raises:
        NoLanguageError: the scores are not finite.
    """
    text_BT, before_BTV = given[place], said[output]
    if not bool(before_BTV.isfinite().all()):
        raise NoLanguageError("The scores are no longer numbers, so no token is likelier")
    middle = text_BT.shape[1] // 2
    other_BT = text_BT.clone()
    other_BT[:, middle:] = (other_BT[:, middle:] + 1).clamp(max=before_BTV.shape[2] - 1)
    other_BT[:, middle:] -= (other_BT[:, middle:] == text_BT[:, middle:]).long()
    changed = [other_BT if index == place else value for index, value in enumerate(given)]
    apart_BTV = (_said(module, changed)[output] - before_BTV).abs()
    room = _SAME * float(before_BTV.abs().max().clamp(min=1e-6))
    early, late = apart_BTV[:, :middle], apart_BTV[:, middle:]
    return float(early.max()) > room, float(late.max()) > room


def _said(module: nn.Module, given: Sequence[Tensor]) -> list[Tensor]:
    return list(tensors_in(module(*given)))


def _is_text(column: ColumnInfo) -> bool:
    steps = column.shape[0] if len(column.shape) == 1 else 0
    return column.dtype == "int" and steps > 1 and (column.limit or 0) > 1


def _random(column: ColumnInfo, *, any_length: bool, device: torch.device) -> Tensor:
    """Return a batch of two; tokens keep clear of the first, which may only fill up."""
    random = torch.Generator().manual_seed(0)
    if column.dtype != "int":
        return torch.randn((2, *column.shape), generator=random).to(device)
    shape = column.shape
    if any_length and _is_text(column):
        shape = (min(_SHORT, shape[0]),)
    limit = column.limit or 2
    return torch.randint(min(4, limit - 1), limit, (2, *shape), generator=random).to(device)


def _told(columns: Sequence[ColumnInfo]) -> str:
    return " and ".join(
        f"{column.name} ({column.dtype} {'×'.join(map(str, column.shape)) or 'number'})"
        for column in columns
    )


def _shapes(said: Sequence[Tensor]) -> str:
    return " and ".join("×".join(("B", *map(str, value.shape[1:]))) for value in said)
