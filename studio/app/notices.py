"""Notices: news for the person at the screen, said beside the work and never in its way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from studio.core.signal import Signal

NoticeLevel: TypeAlias = Literal["info", "warning", "error"]
Answer: TypeAlias = tuple[str, Callable[[], None]]


@dataclass(frozen=True, slots=True, eq=False)
class Notice:
    """One sentence, how grave it is, what can be done about it, and what lies behind it.

    ``answers`` are words of a button and what it does; choosing one also dismisses the notice.
    """

    message: str
    level: NoticeLevel = "info"
    answers: tuple[Answer, ...] = ()
    details: str = ""


class Notices:
    """What has been said and not yet dismissed, oldest first; the same sentence stands once."""

    def __init__(self) -> None:
        self.changed: Signal[tuple[Notice, ...]] = Signal()
        self._open: list[Notice] = []

    @property
    def open(self) -> tuple[Notice, ...]:
        """The notices still shown."""
        return tuple(self._open)

    def say(
        self,
        message: str,
        level: NoticeLevel = "info",
        *,
        answers: tuple[Answer, ...] = (),
        details: str = "",
    ) -> Notice:
        """Show a sentence; one with the same words is replaced."""
        notice = Notice(message, level, answers, details)
        self._open = [item for item in self._open if item.message != message]
        self._open.append(notice)
        self.changed.tell(self.open)
        return notice

    def warn(self, message: str) -> None:
        """Show a sentence about something that went wrong beside the work."""
        self.say(message, "warning")

    def dismiss(self, notice: Notice) -> None:
        """Take a notice away; one that is gone already is no error."""
        if notice in self._open:
            self._open.remove(notice)
            self.changed.tell(self.open)

    def answer(self, notice: Notice, words: str) -> None:
        """Do what the button with these words offers, and take the notice away."""
        self.dismiss(notice)
        for label, run in notice.answers:
            if label == words:
                run()


def capital(sentence: str) -> str:
    """Begin a sentence with a capital; the name of a block in front of a colon stays as it is."""
    if sentence.split(" ", 1)[0].endswith(":"):
        return sentence
    return sentence[:1].upper() + sentence[1:]
