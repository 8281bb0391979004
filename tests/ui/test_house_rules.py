"""The rule that no window outlives its test: strict with what is left, patient with what fades."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.helpers.house_rules import address, windows_left


def test_a_window_that_is_left_is_named_once_and_closed(qapp: QApplication) -> None:
    forgotten = QWidget(objectName="forgotten")
    forgotten.show()

    assert ["QWidget 'forgotten'"] == windows_left(set())
    assert [] == windows_left(set())


def test_a_tip_that_goes_by_itself_is_waited_for(qapp: QApplication) -> None:
    tip = QLabel("A tip")
    QTimer.singleShot(300, tip.deleteLater)

    assert [] == windows_left(set())


def test_a_window_of_an_earlier_test_is_closed_and_not_held_against_this_one(
    qapp: QApplication,
) -> None:
    earlier = QWidget()

    assert [] == windows_left({address(earlier)})
    assert earlier not in QApplication.topLevelWidgets()
