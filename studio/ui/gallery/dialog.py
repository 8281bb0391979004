"""GalleryDialog: all exhibits as cards, to search, to look through and to open."""

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.app.gallery import Exhibit
from studio.app.studio import Studio
from studio.core.text import plural
from studio.ui.widgets.labels import Empty, Text

from .delegate import CardDelegate
from .model import EXHIBIT, GalleryModel
from .thumbnails import Thumbnails

SIZE = QSize(1080, 720)
NARROWEST = QSize(560, 420)


class Shelves(QListView):
    """Cards in rows that fill the width."""

    def __init__(self, model: GalleryModel, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(CardDelegate(self, thumbnails))
        self.setAccessibleName("Experiments of the gallery")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionRectVisible(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.scheduleDelayedItemsLayout()  # the widths of all cards follow from this one
        super().resizeEvent(event)


class GalleryDialog(QDialog):
    """Made once for a window and kept, so that it opens at once the second time."""

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._over = window
        self.setWindowTitle("Gallery")
        self.setMinimumSize(NARROWEST)
        self.thumbnails = Thumbnails(studio.shelf, studio.catalog, self)
        self._model = GalleryModel(studio.shelf, self)
        self.field = QLineEdit(self, placeholderText="Search titles and stories")
        self.field.setAccessibleName("Search the gallery")
        self.field.setClearButtonEnabled(True)
        self.count = Text("", self, "muted", wraps=False)
        self.view = Shelves(self._model, self.thumbnails, self)
        self.nothing = Empty("Nothing found", "Every word has to occur in a title or story", self)
        self.buttons = QDialogButtonBox(self)
        self.open_button = self.buttons.addButton("Open", QDialogButtonBox.ButtonRole.AcceptRole)
        self.open_button.setDefault(True)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Close)
        self._stack = QStackedWidget(self)
        self._unread: list[Exhibit] = []
        self._reading = QTimer(self, interval=0)
        self._lay_out()
        self._connect()

    def open_up(self) -> None:
        """Show everything over the window and take the keyboard."""
        self.resize(SIZE.boundedTo(self._over.size() - QSize(80, 80)))
        self.field.clear()
        self._on_typed("")
        self._unread = [one for one in self._model.found if not self._studio.shelf.known(one)]
        if self._unread:
            self._reading.start()
        self.open()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def chosen(self) -> Exhibit | None:
        """The exhibit whose card is selected."""
        exhibit = self.view.currentIndex().data(EXHIBIT)
        return exhibit if isinstance(exhibit, Exhibit) else None

    def choose(self, name: str) -> None:
        """Select the card of an exhibit."""
        self.view.setCurrentIndex(self._model.place_of(name))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Text("Gallery", self, "title", wraps=False))
        head.addWidget(self.field, 1)
        head.addWidget(self.count)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addWidget(self.buttons)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._on_typed)
        self.field.installEventFilter(self)
        self.view.activated.connect(self._on_activated)
        self.buttons.accepted.connect(self._on_open)
        self.buttons.rejected.connect(self.reject)
        self.thumbnails.made.connect(self._model.look_again)
        self._reading.timeout.connect(self._read_one)

    @Slot()
    def _read_one(self) -> None:
        """Read one file a turn, so that the window never waits for all."""
        if not self._unread:
            self._reading.stop()
            return
        exhibit = self._unread.pop(0)
        self._studio.shelf.read(exhibit)
        self._model.look_again(exhibit.name)

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        before = self.chosen
        self.thumbnails.forget_waiting()
        self._model.show_found(text)
        place = self._model.place_of(before.name) if before else QModelIndex()
        self.view.setCurrentIndex(place if place.isValid() else self._model.first())
        found = len(self._model.found)
        self._stack.setCurrentWidget(self.view if found else self.nothing)
        self.count.setText(plural(found, "experiment"))
        self.open_button.setEnabled(bool(found))

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        self._on_open()

    @Slot()
    def _on_open(self) -> None:
        exhibit = self.chosen
        if exhibit is not None:
            self.accept()
            self._studio.when_safe(partial(self._studio.open_exhibit, exhibit))

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.view.scrollTo(self.view.currentIndex())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        down = (Qt.Key.Key_Down, Qt.Key.Key_PageDown)
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in down:
            self.view.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return False
