"""The style sheet: the little that the palette cannot say, from the theme's tokens."""

from .theme import Tokens


def style_sheet(t: Tokens, text_px: int) -> str:
    """Return the style sheet of a theme; ``text_px`` is the size of normal text."""
    return _SHEET.format(t=t, small=text_px - 2, code=text_px - 1, large=text_px + 3)


_SHEET = """
QMainWindow, QDialog {{ background: {t.window}; }}
QMainWindow::separator {{ background: {t.line}; width: 1px; height: 1px; }}
QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}

QToolBar {{ background: {t.panel}; border: 0; border-bottom: 1px solid {t.line};
            padding: 0 8px; spacing: 4px; }}
QToolBar#time-bar {{ border-bottom: 0; border-top: 1px solid {t.line}; padding: 0 4px; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 4px 8px;
               color: {t.text}; background: transparent; }}
QToolButton:hover {{ background: {t.window}; }}
QToolButton:pressed, QToolButton:checked {{ background: {t.selection}; }}
QToolButton:focus {{ border-color: {t.accent}; }}
QToolButton:disabled {{ color: {t.disabled}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QToolButton#reset {{ padding: 0; }}
QToolButton#primary {{ background: {t.accent}; color: {t.on_accent}; font-weight: 600;
                       padding: 4px 12px; }}
QToolButton#primary:hover {{ border-color: {t.text}; }}
QToolButton#primary:disabled {{ background: {t.window}; color: {t.disabled}; }}

QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QPushButton {{ border: 1px solid {t.card_line}; border-radius: 6px; padding: 4px 12px;
               background: {t.raised}; color: {t.text}; min-height: 18px; }}
QPushButton:hover {{ background: {t.window}; }}
QPushButton:pressed {{ background: {t.selection}; }}
QPushButton:focus {{ border-color: {t.accent}; }}
QPushButton:disabled {{ color: {t.disabled}; }}
QPushButton:default {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
                       font-weight: 600; }}
QPushButton#flat {{ border-color: transparent; background: transparent; color: {t.accent};
                    padding: 4px 6px; }}
QPushButton#flat:hover {{ background: {t.selection}; }}
QPushButton#flat:focus {{ border-color: {t.accent}; }}

QLineEdit, QComboBox, QPlainTextEdit {{
    border: 1px solid {t.card_line}; border-radius: 4px; background: {t.field}; color: {t.text};
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit, QComboBox {{ padding: 1px 7px; min-height: 22px; }}
QLineEdit:hover, QComboBox:hover {{ border-color: {t.muted}; }}
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus {{ border-color: {t.accent}; }}
QLineEdit[wrong="true"] {{ border-color: {t.error}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {t.disabled}; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ border: 1px solid {t.line}; background: {t.raised}; outline: 0;
                               selection-background-color: {t.selection};
                               selection-color: {t.text}; padding: 4px; }}

QScrollArea, QAbstractScrollArea#bare {{ border: 0; background: {t.panel}; }}
QScrollArea#page-area {{ background: {t.window}; }}
QWidget#panel {{ background: {t.panel}; }}
QWidget#page {{ background: {t.window}; }}
QFrame#card {{ background: {t.panel}; border: 1px solid {t.line}; border-radius: 8px; }}
QFrame#line {{ background: {t.line}; border: 0; max-height: 1px; }}

QListView, QTreeView, QTableView {{ border: 0; background: {t.panel}; color: {t.text}; outline: 0;
    selection-background-color: {t.selection}; selection-color: {t.text}; }}
QListView::item {{ padding: 4px 8px; border-radius: 4px; border: 1px solid transparent; }}
QListView::item:hover {{ background: {t.window}; }}
QListView::item:selected {{ background: {t.selection}; color: {t.text}; }}
QListView::item:focus {{ border-color: {t.accent}; }}

QTableView::item {{ padding: 0 5px; border: 0; }}
QTableView::item:selected {{ background: {t.selection}; color: {t.text}; }}
QHeaderView {{ background: {t.panel}; border: 0; }}
QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: 0; padding: 4px 8px; }}
QTableCornerButton::section {{ background: {t.panel}; border: 0; }}
QAbstractScrollArea::corner {{ background: transparent; border: 0; }}

QDockWidget {{ color: {t.text}; font-weight: 600; }}
QDockWidget::title {{ background: {t.panel}; padding: 6px 8px; border-bottom: 1px solid {t.line};
                      text-align: left; }}
QTabBar {{ background: {t.window}; }}
QTabBar::tab {{ padding: 5px 10px; color: {t.muted}; background: transparent; border: 0;
                border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar::tab:focus {{ color: {t.accent}; }}

QMenu {{ background: {t.raised}; border: 1px solid {t.line}; padding: 4px; color: {t.text}; }}
QMenu::item {{ padding: 5px 24px 5px 8px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.selection}; }}
QMenu::item:disabled {{ color: {t.disabled}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
QMenu::icon {{ padding-left: 6px; }}

QStatusBar {{ background: {t.panel}; border-top: 1px solid {t.line}; color: {t.muted}; }}
QStatusBar::item {{ border: 0; }}
QStatusBar QLabel, QStatusBar QToolButton {{ color: {t.muted}; font-size: {small}px;
    padding: 2px 8px; }}
QStatusBar QToolButton:hover {{ color: {t.text}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
            padding: 4px 6px; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.card_line}; border-radius: 3px; margin: 2px;
                      min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QLabel[tone="title"] {{ font-size: {large}px; font-weight: 600; }}
QLabel[tone="heading"] {{ font-weight: 600; }}
QLabel[tone="muted"] {{ color: {t.muted}; }}
QLabel[tone="small"] {{ color: {t.muted}; font-size: {small}px; }}
QLabel[tone="error"] {{ color: {t.error}; font-size: {small}px; }}
QLabel[tone="warning"] {{ color: {t.warning}; font-size: {small}px; }}
QLabel[tone="code"] {{ font-family: "JetBrains Mono"; font-size: {code}px; }}
"""
