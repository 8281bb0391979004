"""Highlighter: light colours for Python: words of the language, texts, numbers, remarks."""

import keyword
import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from studio.ui.theme import Tokens

_PATTERNS = (
    ("number", re.compile(r"\b\d[\d_.]*(?:e-?\d+)?\b")),
    ("keyword", re.compile(rf"\b(?:{'|'.join((*keyword.kwlist, 'self'))})\b")),
    ("text", re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")),
    ("remark", re.compile(r"#.*$")),
)
_DOCSTRING = re.compile(r'"""')


class Highlighter(QSyntaxHighlighter):
    """Colours one document; texts over several lines are followed from line to line."""

    def __init__(self, document: QTextDocument, theme: Tokens) -> None:
        super().__init__(document)
        self.set_theme(theme)

    def set_theme(self, theme: Tokens) -> None:
        """Take the colours of a theme."""
        self._formats = {
            "number": _format(theme.kinds["scalar"]),
            "keyword": _format(theme.accent, bold=True),
            "text": _format(theme.good),
            "remark": _format(theme.muted),
        }
        self.rehighlight()

    # Qt

    def highlightBlock(self, text: str) -> None:
        for name, pattern in _PATTERNS:
            for match in pattern.finditer(text):
                self.setFormat(match.start(), len(match.group()), self._formats[name])
        inside, start = self.previousBlockState() == 1, 0
        for mark in _DOCSTRING.finditer(text):
            if inside:
                self.setFormat(start, mark.end() - start, self._formats["text"])
            inside, start = not inside, mark.start()
        if inside:
            self.setFormat(start, len(text) - start, self._formats["text"])
        self.setCurrentBlockState(1 if inside else 0)


def _format(colour: str, *, bold: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    if bold:
        made.setFontWeight(QFont.Weight.DemiBold)
    return made
