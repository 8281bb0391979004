"""Vocabulary: a column's labels as an alphabet, so that text becomes tokens and tokens text."""

import re
from collections.abc import Iterable, Iterator, Sequence

from .errors import ParamError

PAD, START, END, UNKNOWN = "<pad>", "<start>", "<end>", "<unk>"

_SIGNS = {"↵": "\n", "␣": " "}
"""Labels that stand for white space, so that it can be seen."""

_WORD = re.compile(r"<\w+>|\w+(?:['’]\w+)*|[^\w\s]")
_CLOSING = frozenset(".,;:!?)]}")


class Vocabulary:
    """The tokens of a column; without labels, a token is its number.

    Attributes:
        by_characters: whether every token is one character, so that words need no blanks.
    """

    def __init__(self, labels: Sequence[str], size: int) -> None:
        self._labels = tuple(labels)
        self._size = size
        self._number = {label: number for number, label in enumerate(self._labels)}
        plain = [label for label in self._labels if not _is_special(label)]
        self.by_characters = bool(plain) and all(len(label) == 1 for label in plain)

    def number(self, label: str) -> int | None:
        """Return the token of a label such as ``<end>``; None where there is none."""
        return self._number.get(label)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text.

        Raises:
            ParamError: something of it is no token, and there is none for the unknown.
        """
        if not self._labels:
            return self._numbers(text)
        pieces = text if self.by_characters else _WORD.findall(text)
        return [token for piece in pieces for token in self._tokens(piece)]

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text of some tokens, without what only fills up, begins or ends it."""
        return "".join(self.pieces(tokens))

    def pieces(self, tokens: Iterable[int], *, behind: bool = False) -> Iterator[str]:
        """Yield what each token adds to the text; ``behind`` for one that stands behind another."""
        first = not behind
        for token in tokens:
            label = self.label(token)
            if label in {PAD, START, END}:
                continue
            if self.by_characters:
                yield _SIGNS.get(label, label)
            else:
                yield label if first or label in _CLOSING else f" {label}"
            first = False

    def label(self, token: int) -> str:
        """Return what a token is called."""
        return self._labels[token] if token < len(self._labels) else str(token)

    def _tokens(self, piece: str) -> list[int]:
        shown = {sign: label for label, sign in _SIGNS.items()}.get(piece, piece)
        known = (self._number.get(name) for name in (shown, shown.lower(), shown.upper()))
        found = next((token for token in known if token is not None), None)
        if found is not None:
            return [found]
        letters = [self._number.get(letter, -1) for letter in piece.lower()]
        if len(letters) > 1 and -1 not in letters:  # spelt in a vocabulary that has words too
            return letters
        if self.by_characters and piece.isspace():
            return []
        if UNKNOWN in self._number:
            return [self._number[UNKNOWN]]
        raise ParamError(
            f"{piece!r} is not among the {len(self._labels):,} tokens that the network knows"
        )

    def _numbers(self, text: str) -> list[int]:
        words = text.split()
        wrong = [word for word in words if not word.isdecimal() or int(word) >= self._size]
        if wrong:
            raise ParamError(
                f"expected numbers from 0 to {self._size - 1}, for the tokens have no names, "
                f"received {wrong[0]!r}"
            )
        return [int(word) for word in words]


def _is_special(label: str) -> bool:
    return len(label) > 2 and label.startswith("<") and label.endswith(">")
