"""What a language model writes while it learns: how it goes on, or answers beside what is right."""

from collections.abc import Iterator, Mapping
from html import escape
from itertools import count

from PySide6.QtCore import QRectF, QUrl, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTextBrowser, QToolButton, QWidget

from studio.core.params import Value
from studio.core.text import grouped
from studio.runs.events import Snapshot
from studio.runs.record import RUN
from studio.runs.spec import Option
from studio.ui.dashboard.fitting import writes_text
from studio.ui.dashboard.paint import paint_empty
from studio.ui.dashboard.panel import Panel, PanelContext, PanelSpec
from studio.ui.theme import TEXT_PX, Tokens, tokens

_PAST = 12
"""How many earlier texts stand below the one that is shown."""


class TextPage(QTextBrowser):
    """A page of text to read and to copy from, which fetches nothing."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self.setAccessibleName("Text that the network writes")
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(10)
        self.hint = ""
        """How to get a text while there is none."""

    def show_hint(self, words: str) -> None:
        """Say how to get a text."""
        self.clear()
        self.hint = words
        self.setAccessibleDescription(words)
        self.viewport().update()

    def show_page(self, html: str) -> None:
        """Show this, at the place where the reader was."""
        self.hint = ""
        self.setAccessibleDescription("")
        place = self.verticalScrollBar().value()
        self.setHtml(html)
        self.verticalScrollBar().setValue(place)

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hint:
            painter = QPainter(self.viewport())
            paint_empty(painter, QRectF(self.viewport().rect()), self.hint, tokens(self))

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        return None


class TextPanel(Panel):
    """The text at the step under the cursor, else the newest, and earlier ones below it."""

    topics = frozenset({"text", RUN})

    def __init__(self, context: PanelContext) -> None:
        super().__init__(context, "Text")
        self.prompt = ""
        """What is to be gone on from; empty for held-out samples."""
        self.page = TextPage(self)
        self.body.addWidget(self.page, 1)
        self.asking = QLineEdit(self)
        self.asking.setPlaceholderText("A beginning of your own, then Enter")
        self.asking.setAccessibleName("Prompt")
        self.asking.setClearButtonEnabled(True)
        for button in self.asking.findChildren(QToolButton):
            button.setAccessibleName("Back to held-out samples")
        self.asking.returnPressed.connect(self._on_asked)
        self.asking.textChanged.connect(self._on_typed)
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 6)
        row.addWidget(self.asking)
        self.body.addLayout(row)
        self._take_prompt()
        context.cursor.moved.connect(self._on_cursor)

    @property
    def snapshots(self) -> list[Snapshot]:
        """What is shown, newest first."""
        # Why a network does not write is told once, whatever it is asked.
        refusals = [("text", ""), ("text", self.prompt)]
        histories = [self.record.snapshots.get(key) for key in refusals]
        known = [one for one in histories if one is not None]
        refused = [one for one in known if one.newest and "refused" in one.newest.notes]
        history = next(iter(refused), histories[1])
        if history is None:
            return []
        step = self.cursor_step.step
        shown = history.newest if step is None else history.at(step)
        past = [one for one in history.snapshots if shown is not None and one.step <= shown.step]
        return past[::-1][: _PAST + 1]

    @property
    def wanted(self) -> Mapping[str, dict[str, Option]]:
        """What the engine has to look at while it is open."""
        return {"text": {"prompt": self.prompt} if self.prompt else {}}

    @property
    def fits(self) -> bool:
        """Whether the network may be one that writes."""
        return self._workspace is None or writes_text(self._workspace)

    def refresh(self) -> None:
        """Show what the record says now."""
        snapshots, theme = self.snapshots, tokens(self)
        self.asking.setEnabled(self.fits and not (snapshots and "refused" in snapshots[0].notes))
        if not snapshots or {"refused", "unread"} & set(snapshots[0].notes):
            self.caption.setText("")
            self.page.show_hint(self._hint(snapshots))
            return
        newest = snapshots[0]
        self.caption.setText(f"{_how(newest.notes)} · step {grouped(newest.step)}")
        parts = [_html(newest.notes, theme, right=True)]
        for snapshot in snapshots[1:]:
            parts.append(_small(f"Step {grouped(snapshot.step)}", theme))
            parts.append(_html(snapshot.notes, theme, right=False))
        self.page.show_page("".join(parts))

    def _hint(self, snapshots: list[Snapshot]) -> str:
        if snapshots:
            notes = snapshots[0].notes
            return notes.get("refused") or notes["unread"]
        if not self.fits:
            return "Text needs an input of tokens and scores over the same tokens at every step"
        if self.record.live:
            return "Waiting for the next text"
        if self.prompt:
            if self.record.ended is None:
                return "Press Train to read what the network writes on this"
            return "The network is asked; if its run kept no weights, press Train to try"
        return self.asks("what a language model writes")

    def show_settings(self, settings: Mapping[str, Value]) -> None:
        """Take over what was asked, as after an undo."""
        super().show_settings(settings)
        self._take_prompt()

    def _take_prompt(self) -> None:
        self.prompt = self.text("prompt")
        self.asking.setText(self.prompt)
        self.watch_changed.emit()

    @Slot()
    def _on_asked(self) -> None:
        self.prompt = self.asking.text()
        self.choose("prompt", self.prompt)
        self.watch_changed.emit()
        self.refresh()

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        if not text and self.prompt:
            self._on_asked()  # cleared: held-out samples again

    @Slot()
    def _on_cursor(self) -> None:
        if self.isVisible() and self.snapshots:
            self.refresh()


def _how(notes: Mapping[str, str]) -> str:
    return "drawn at temperature 0.8" if "prompt" in notes else "likeliest answers"


def _html(notes: Mapping[str, str], theme: Tokens, *, right: bool) -> str:
    if "prompt" in notes:
        text = f"{_muted(notes['prompt'], theme)}{escape(notes['text'])}"
        if "right" not in notes:
            return _paragraph(text)
        truth = f"{_small('The held-out text goes on', theme)}" + _paragraph(
            _muted(f"{notes['prompt']}{notes['right']}", theme)
        )
        return _paragraph(text) + (truth if right else "")
    return "".join(_answer(notes, number, theme, right=right) for number in _numbers(notes))


def _answer(notes: Mapping[str, str], number: int, theme: Tokens, *, right: bool) -> str:
    answer, truth = notes[f"answer {number}"], notes.get(f"right {number}")
    source = notes.get(f"source {number}", f"Sample {number}")
    mark, colour = ("✓", theme.good) if answer == truth else ("✗", theme.error)
    told = "" if truth is None else f'<span style="color:{colour}">{mark}</span> '
    lines = [_muted(source, theme), f"{told}{escape(answer)}"]
    if right and truth is not None and answer != truth:
        lines.append(f"{_muted('right:', theme)} {escape(truth)}")
    return _paragraph("<br>".join(lines))


def _numbers(notes: Mapping[str, str]) -> Iterator[int]:
    for number in count(1):
        if f"answer {number}" not in notes:
            return
        yield number


def _paragraph(html: str) -> str:
    return f'<p style="white-space:pre-wrap; margin:2px 0 8px 0">{html}</p>'


def _small(text: str, theme: Tokens) -> str:
    size = TEXT_PX["small"]
    return (
        f'<p style="margin:6px 0 0 0; font-size:{size}px; color:{theme.muted}">{escape(text)}</p>'
    )


def _muted(text: str, theme: Tokens) -> str:
    return f'<span style="color:{theme.muted}">{escape(text)}</span>'


SPEC = PanelSpec(
    id="text",
    title="Text",
    icon="type",
    help="What a language model writes while it learns: how it goes on with a held-out text, or "
    "what it answers beside what is right",
    make=TextPanel,
    behind="attention",
    order=41,
)
