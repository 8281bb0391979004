"""Troubles: what is said when a run cannot go on, and the ways out of it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from studio.core.edits import Edit
from studio.core.errors import StudioError
from studio.core.params import Value
from studio.core.text import grouped
from studio.runs.checkpoints import Checkpoint, checkpoints_in
from studio.runs.events import Failed

from .choosing import Part, params_of, set_training
from .notices import Answer, Notice, Notices
from .session import SessionState, TrainingSession
from .trainer import Trainer
from .workspace import Workspace


class Troubles:
    """Tells of failed runs and of engines that died or do nothing, with what can be done."""

    def __init__(
        self,
        workspace: Workspace,
        session: TrainingSession,
        trainer: Trainer,
        notices: Notices,
        show: Callable[[str], None] = lambda _block: None,
    ) -> None:
        """Tell them by ``notices``; ``show`` brings a block into view."""
        self._workspace = workspace
        self._show = show
        self._session = session
        self._trainer = trainer
        self._notices = notices
        self._stall: Notice | None = None
        self._failures: list[Notice] = []
        session.changed.connect(self._on_state)
        session.failed.connect(self._on_failed)
        session.died.connect(self._on_engine_died)
        session.silence.stalled.connect(self._on_stalled)
        session.silence.over.connect(self._on_working)

    # A run that failed

    def _on_failed(self, failure: Failed) -> None:
        way_on = f". {failure.hint}" if failure.hint else ""
        answers = self._ways_out(failure)
        if failure.block in self._workspace.graph.nodes:
            answers.append(("Show the block", partial(self._show_block, failure.block)))
            if not self._workspace.selection:  # nobody is at work on another one
                self._workspace.select((failure.block,))
        said = f"{failure.message}{way_on}"
        closing: tuple[Answer, ...] = (("Dismiss", _nothing),) if answers else ()
        all_ = (*answers, *closing)
        notice = self._notices.say(said, "error", answers=all_, details=failure.details)
        self._failures.append(notice)

    def _on_state(self, state: SessionState) -> None:
        """What is said of a run that failed is over when the next one begins."""
        if state == "loading":
            failures, self._failures = self._failures, []
            for notice in failures:
                self._notices.dismiss(notice)

    def _show_block(self, block: str) -> None:
        self._workspace.select((block,))
        self._show(block)

    def _ways_out(self, failure: Failed) -> list[Answer]:
        match failure.kind:
            case "engine-died":
                return [*self._going_on(), ("Train again", self._train)]
            case "out-of-memory":
                return self._with_half_the_batch()
            case "nan":
                return self._more_slowly(failure)
            case "device":
                return self._with_a_fresh_engine()
            case _:
                return []

    def _going_on(self) -> list[Answer]:
        newest = self._newest()
        if newest is None:
            return []
        return [(f"Go on from step {grouped(newest.step)}", self._go_on)]

    def _with_half_the_batch(self) -> list[Answer]:
        half = int(self._trainer.live.value("batch_size")) // 2
        if half < 1:
            return []
        set_half = partial(self._set_and_train, "settings", "batch_size", half)
        return [(f"Halve the batch to {grouped(half)} and train again", set_half)]

    def _more_slowly(self, failure: Failed) -> list[Answer]:
        before = self._newest(before=failure.step)
        if before is not None:
            rate = _tenth(self._trainer.live.value("lr", until=before.step))
            go_back = partial(self._trainer.go_back, lr=rate, step=before.step)
            words = f"Go back to step {grouped(before.step)}, at a tenth of the rate"
            return [(words, partial(self._attempt, go_back))]
        live = self._trainer.live
        rate = _tenth(min(live.value("lr"), live.value("lr", until=-1)))  # begun with, or lower
        experiment, catalog = self._workspace.document.experiment, self._workspace.catalog
        if not any(param.name == "lr" for param in params_of(experiment, "optimizer", catalog)):
            return []
        slower = partial(self._set_and_train, "optimizer", "lr", rate)
        return [("Train again at a tenth of the rate", slower)]

    def _with_a_fresh_engine(self) -> list[Answer]:
        anew = ("Restart the engine and train again", partial(self._restarted, self._train))
        on = [
            (
                f"Restart the engine and go on from step {grouped(newest.step)}",
                partial(self._restarted, self._go_on),
            )
            for newest in (self._newest(),)
            if newest is not None
        ]
        on_cpu = partial(self._set_and_train, "settings", "device", "cpu")
        return [*(on or [anew]), ("Train on the CPU", partial(self._restarted, on_cpu))]

    # An engine that died, or does nothing

    def _on_engine_died(self, doing: SessionState) -> None:
        if doing == "warming":
            message = "The engine could not be started. The drawing can still be edited"
            answers: tuple[Answer, ...] = (("Try again", self._session.warm_up),)
            self._notices.say(message, "error", answers=answers)
            return
        self._session.warm_up()  # what became of the run was said by its last event

    def _on_stalled(self, secs: float) -> None:
        newest = self._newest()
        if newest is not None:
            where, then = f"from step {grouped(newest.step)}", self._go_on
        else:
            where, then = "and train again", self._train
        self._stall = self._notices.say(
            f"The engine has not finished a step for {secs:.0f} s",
            "warning",
            answers=(
                ("Wait", self._session.silence.wait),
                (f"Restart {where}", partial(self._restarted, then)),
            ),
            details="A step may take long with a large batch or network; a step that never ends is "
            "lost, and the engine with it",
        )

    def _on_working(self, _nothing: None) -> None:
        if self._stall is not None:
            self._notices.dismiss(self._stall)
            self._stall = None

    # What the answers do

    def _newest(self, *, before: int | None = None) -> Checkpoint | None:
        """Return the last checkpoint of the run, or the last from before a step."""
        if self._trainer.run is None:
            return None
        found = checkpoints_in(Path(self._trainer.run.folder))
        found = [one for one in found if before is None or one.step < before]
        return found[-1] if found else None

    def _train(self) -> None:
        self._attempt(self._trainer.train)

    def _go_on(self) -> None:
        self._attempt(self._trainer.go_on)

    def _restarted(self, then: Callable[[], None]) -> None:
        self._session.restart_engine(at_once=True)
        then()

    def _set_and_train(self, part: Part, name: str, value: Value) -> None:
        """Set something in the document, as one step to be undone, and train."""
        edit: Edit = set_training(self._workspace.document.experiment, part, name, value)
        if self._workspace.apply(edit):
            self._train()

    def _attempt(self, do: Callable[[], None]) -> None:
        try:
            do()
        except StudioError as error:
            self._notices.say(str(error), "warning")


def _nothing() -> None:
    return None


def _tenth(rate: float) -> float:
    """Return a tenth without the last bits that a person would wonder about."""
    return float(f"{rate / 10:.6g}")
