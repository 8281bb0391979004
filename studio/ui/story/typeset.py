"""Typesetting: the passages of a story as a document to read, in the colours of a theme."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
)

from studio.app.promise import Verdict
from studio.app.story import Passage
from studio.ui.theme import Tokens

HEADINGS = {"try": "Try", "expect": "Expect"}
LINE_PERCENT = 132
MARKDOWN = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)


@dataclass(frozen=True, slots=True)
class Page:
    """All that a typeset story depends on."""

    passages: tuple[Passage, ...]
    verdict: Verdict | None
    theme: Tokens
    text_px: int


def typeset(page: Page, document: QTextDocument) -> None:
    """Write a story into an empty document; what is to be done stands apart from what is told."""
    document.setDocumentMargin(0)
    cursor = QTextCursor(document)
    apart = False
    for passage in page.passages:
        if passage.kind == "text":
            if apart:
                cursor = document.rootFrame().lastCursorPosition()
            cursor.insertMarkdown(passage.text, MARKDOWN)
        else:
            cursor = document.rootFrame().lastCursorPosition()
            cursor.insertFrame(_frame(page))
            _write_apart(cursor, passage, page)
        apart = passage.kind != "text"
    for block in _blocks(document):
        _name_pictures(block)
        _space(block, page)


def _frame(page: Page) -> QTextFrameFormat:
    made = QTextFrameFormat()
    made.setBackground(QColor(page.theme.window))
    made.setPadding(10)
    made.setTopMargin(4)
    made.setBottomMargin(2)
    return made


def _write_apart(cursor: QTextCursor, passage: Passage, page: Page) -> None:
    strong = QTextCharFormat()
    strong.setFontWeight(QFont.Weight.DemiBold)
    strong.setForeground(QColor(page.theme.muted))
    if passage.kind in HEADINGS:
        cursor.insertText(HEADINGS[passage.kind], strong)
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
    text = passage.text.replace("Press Train", "**Press Train**", passage.kind == "do")
    cursor.insertMarkdown(text, MARKDOWN)
    if passage.kind == "expect" and page.verdict is not None:
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        cursor.insertText(verdict_words(page.verdict), _verdict_format(page))


def verdict_words(verdict: Verdict) -> str:
    """Return what was measured, with a sign that needs no colour."""
    sign = {True: "✓ ", False: "✗ ", None: ""}[verdict.kept]
    end = {True: " – as expected", False: " – not as expected", None: ""}[verdict.kept]
    first, dot, rest = verdict.words.partition(". ")
    return f"{sign}{first}{end}{dot}{rest}"


def _verdict_format(page: Page) -> QTextCharFormat:
    theme = page.theme
    assert page.verdict is not None
    made = QTextCharFormat()
    made.setFontWeight(QFont.Weight.DemiBold)
    colours = {True: theme.good, False: theme.warning, None: theme.muted}
    made.setForeground(QColor(colours[page.verdict.kept]))
    return made


def _blocks(document: QTextDocument) -> Iterable[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _name_pictures(block: QTextBlock) -> None:
    """Put their names in the place of pictures, which Qt would read from wherever they lie."""
    for begin, end, letters in reversed(_spans(block)):
        if letters.isImageFormat():
            cursor = QTextCursor(block)
            cursor.setPosition(begin)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            name = letters.stringProperty(QTextCharFormat.Property.ImageAltText)
            cursor.insertText(f"[{name or 'picture'}]", QTextCharFormat())


def _space(block: QTextBlock, page: Page) -> None:
    """Give a paragraph air, and a heading of Markdown the size of the house."""
    cursor = QTextCursor(block)
    made = block.blockFormat()
    heading = made.headingLevel()
    inside = cursor.currentFrame() is not block.document().rootFrame()
    made.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    made.setTopMargin(8 if heading else 0)
    made.setBottomMargin(0 if inside else 2 if heading else 8)
    if not block.text() and not inside:  # Qt wants one beside every frame
        made.setLineHeight(2, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        made.setBottomMargin(0)
    cursor.setBlockFormat(made)
    for span in _spans(block):
        cursor.setPosition(span[0])
        cursor.setPosition(span[1], QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(_letters(span[2], heading, page))


def _spans(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    found = []
    place = block.begin()
    while not place.atEnd():
        part = place.fragment()
        found.append((part.position(), part.position() + part.length(), part.charFormat()))
        place += 1
    return found


def _letters(span: QTextCharFormat, heading: int, page: Page) -> QTextCharFormat:
    made = QTextCharFormat()
    if heading:
        made.setProperty(QTextCharFormat.Property.FontSizeAdjustment, 0)
        made.setProperty(QTextCharFormat.Property.FontPixelSize, page.text_px + (heading < 3) * 3)
        made.setFontWeight(QFont.Weight.DemiBold)
    if span.isAnchor():
        made.setForeground(QColor(page.theme.accent))
        made.setFontUnderline(True)
    if span.fontFixedPitch():
        made.setFontFamilies(["JetBrains Mono"])
        made.setProperty(QTextCharFormat.Property.FontPixelSize, page.text_px - 1)
    return made
