"""The lessons of the gallery: pairs of exhibits that can be measured against one another."""

import pytest

from studio.app.gallery import Figure, find_experiment, stated
from studio.core.experiment import Experiment
from studio.core.fileio import open_file
from tests.gallery import LESSONS, Lesson


def _opened(name: str) -> tuple[Experiment, Figure]:
    experiment = open_file(find_experiment(name))
    figure = stated(experiment)
    assert figure is not None
    return experiment, figure


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: f"{lesson.better}>{lesson.worse}")
def test_both_exhibits_of_a_lesson_are_measured_alike_on_the_same_samples(lesson: Lesson) -> None:
    better, promised = _opened(lesson.better)
    worse, other = _opened(lesson.worse)

    assert promised.unit == other.unit
    assert better.data == worse.data
    assert lesson.margin > 0


@pytest.mark.parametrize(
    ("unit", "better", "worse", "shown"),
    [
        ("% accuracy", 80.0, 75.0, True),
        ("% accuracy", 80.0, 75.1, False),
        ("bits a character", 1.0, 6.0, True),
        ("bits a character", 6.0, 1.0, False),
    ],
)
def test_a_lesson_is_shown_by_a_lead_of_its_margin(
    unit: str, better: float, worse: float, shown: bool
) -> None:
    lesson = Lesson("one beats the other", "one", "other", margin=5.0)

    assert lesson.shown_by(better, worse, Figure(50, unit)) is shown
