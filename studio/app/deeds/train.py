"""Deeds of the Train menu: begin, wait, go on, end."""

from studio.app.actions import Action
from studio.app.studio import Studio


def _train(studio: Studio) -> None:
    studio.trainer.train()


def _pause(studio: Studio) -> None:
    studio.session.pause()


def _step(studio: Studio) -> None:
    studio.trainer.train(steps=1)


def _stop(studio: Studio) -> None:
    studio.session.stop()


def _go_on(studio: Studio) -> None:
    studio.trainer.go_on()


def _train_on(studio: Studio) -> None:
    studio.trainer.train_on()


def _can_train_on(studio: Studio) -> bool:
    return not studio.session.busy and studio.trainer.can_train_on


def _keep(studio: Studio) -> None:
    studio.session.keep()


def _can_go_on(studio: Studio) -> bool:
    return not studio.session.busy and studio.trainer.can_go_on


def _restart(studio: Studio) -> None:
    studio.session.restart_engine()


def _can_train(studio: Studio) -> bool:
    return studio.session.state not in {"loading", "running"}


def _can_pause(studio: Studio) -> bool:
    return studio.session.state == "running"


def _can_step(studio: Studio) -> bool:
    return studio.session.state not in {"loading", "running"}


def _can_stop(studio: Studio) -> bool:
    return studio.session.busy


def _train_words(studio: Studio) -> str:
    return "Resume" if studio.session.state == "paused" else "Train"


TRAIN = Action(
    id="train.start", title="Train", run=_train, when=_can_train, words=_train_words,
    keys=("F5", "Ctrl+R"), menu="Train", place=10, icon="play",
    help="Train the network from its first weights, or go on after a pause",
)  # fmt: skip
PAUSE = Action(
    id="train.pause", title="Pause", run=_pause, when=_can_pause, keys=("F6",),
    menu="Train", place=11, icon="pause", help="Wait after the current batch",
)  # fmt: skip
STEP = Action(
    id="train.step", title="Step", run=_step, when=_can_step, keys=("F10",),
    menu="Train", place=12, icon="step-forward", help="Train on one batch, then wait",
)  # fmt: skip
STOP = Action(
    id="train.stop", title="Stop", run=_stop, when=_can_stop, keys=("Shift+F5",),
    menu="Train", place=13, icon="square", help="End the run after the current batch",
)  # fmt: skip
GO_ON = Action(
    id="train.go-on", title="Go on from the last checkpoint", run=_go_on, when=_can_go_on,
    menu="Train", place=14, icon="step-forward",
    help="Continue the last run exactly where it stopped, was cut off or ended",
)  # fmt: skip
TRAIN_ON = Action(
    id="train.on", title="Train on with these weights", run=_train_on, when=_can_train_on,
    menu="Train", place=14, icon="play",
    help="Begin a new run of the drawing as it is now, with what fits of the last run's weights",
)  # fmt: skip
KEEP = Action(
    id="train.keep", title="Keep a checkpoint", run=_keep, when=_can_stop,
    menu="Train", place=15, icon="save",
    help="Write all that is needed to go on from this step, and never throw it away",
)  # fmt: skip
RESTART = Action(
    id="train.restart-engine", title="Restart the engine", run=_restart,
    menu="Train", place=20, icon="refresh-cw",
    help="End the process that trains and start a fresh one; the drawing stays",
)  # fmt: skip
