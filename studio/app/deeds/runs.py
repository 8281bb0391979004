"""Deeds on the runs that are chosen on the Runs page."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from studio.app.actions import Action, ActionList
from studio.app.looking_back import bring_back, continue_run, export, fork, look_back, open_run
from studio.app.meeting import waits, watch
from studio.app.run_rows import rows_of
from studio.app.studio import Studio
from studio.core.text import grouped, plural
from studio.runs.checkpoints import checkpoints_in, newest_checkpoint
from studio.runs.exports import FORMS, Form
from studio.runs.index import Run
from studio.runs.marks import tags_in


def _any(studio: Studio) -> bool:
    return studio.front.page == "runs" and bool(studio.desk.chosen)


def _one(studio: Studio) -> bool:
    run = studio.desk.one
    return studio.front.page == "runs" and run is not None and run.state != "broken"


def _idle_one(studio: Studio) -> bool:
    return _one(studio) and not studio.session.busy


def _can_go_on(studio: Studio) -> bool:
    run = studio.desk.one
    at_rest = _idle_one(studio) and run is not None and run.state != "running"
    return at_rest and run is not None and newest_checkpoint(run.folder) is not None


def _waits(studio: Studio) -> bool:
    run = studio.desk.one
    return _idle_one(studio) and run is not None and waits(run)


def _of_one(do: Callable[[Studio, Run], None], studio: Studio) -> None:
    if studio.desk.one is not None:
        do(studio, studio.desk.one)


def _reveal(studio: Studio, run: Run) -> None:
    studio.front.reveal(run.folder)


def _is_favourite(studio: Studio) -> bool:
    chosen = studio.desk.chosen
    return bool(chosen) and all(run.marks.favourite for run in chosen)


def _toggle_favourite(studio: Studio) -> None:
    studio.desk.mark(studio.desk.chosen, favourite=not _is_favourite(studio))


def _ask_tags(studio: Studio) -> None:
    known = studio.desk.chosen[0].marks.tags
    what = "Tags, apart by commas"
    studio.front.ask_name("Tag", ", ".join(known), partial(_tag, studio), what=what)


def _tag(studio: Studio, text: str) -> None:
    studio.attempt(partial(studio.desk.mark, studio.desk.chosen, tags=tags_in(text)))


def _delete(studio: Studio) -> None:
    studio.desk.delete(studio.desk.chosen)


def _export(form: Form, studio: Studio) -> None:
    where = f"Export to {form.title}"
    studio.front.ask_folder(where, partial(export, studio, studio.desk.chosen, form))


def _checkpoints(
    id_: str, words: str, do: Callable[[Studio, Run, int], None], studio: Studio
) -> list[Action]:
    run = studio.desk.one
    if run is None or not _one(studio):
        return []
    return [
        Action(
            id=f"{id_}.{one.path.stem}",
            title=f"{words} step {grouped(one.step)}{', kept' if one.marked else ''}",
            run=partial(_at_step, do, one.step),
            when=_idle_one,
        )
        for one in reversed(checkpoints_in(run.folder))
    ]


def _at_step(do: Callable[[Studio, Run, int], None], step: int, studio: Studio) -> None:
    if studio.desk.one is not None:
        do(studio, studio.desk.one, step)


def _go_back(studio: Studio, run: Run, step: int) -> None:
    continue_run(studio, run.folder, step=step, anew=True)


def _go_on(studio: Studio, run: Run) -> None:
    continue_run(studio, run.folder)


def _lay_over(studio: Studio) -> None:
    chosen = studio.desk.chosen
    studio.overlaid.show(rows_of(chosen, grouped_by_seed=True))
    what = chosen[0].summary.title if len(chosen) == 1 else plural(len(chosen), "run")
    answers = (("Take away", partial(studio.overlaid.show, ())), ("Dismiss", _nothing))
    studio.notices.say(f"The curves of {what} lie over the dashboard's", answers=answers)


def _take_away(studio: Studio) -> None:
    studio.overlaid.show(())


def _some_lie_over(studio: Studio) -> bool:
    return bool(studio.overlaid.others)


def _nothing() -> None:
    return None


def _deleted(studio: Studio) -> list[Action]:
    return [
        Action(id=f"runs.back.{item.name}", title=item.name, run=partial(_bring_back, item))
        for item in studio.desk.trash.items()[:20]
    ]


def _bring_back(item: Path, studio: Studio) -> None:
    bring_back(studio, item)


OPEN = Action(
    id="runs.open", title="Open its experiment", run=partial(_of_one, open_run), when=_one,
    menu="Train/Runs", place=10, icon="workflow", context=("run",),
    help="Draw on with the experiment as it was trained",
)  # fmt: skip
SHOW = Action(
    id="runs.show", title="Show its charts", run=partial(_of_one, look_back), when=_idle_one,
    menu="Train/Runs", place=11, icon="chart-line", context=("run",),
    help="Fill the dashboard with what was recorded",
)  # fmt: skip
LAY_OVER = Action(
    id="runs.lay-over", title="Lay its curves over the dashboard's", run=_lay_over, when=_any,
    menu="Train/Runs", place=12, icon="layers", context=("run",),
    help="Compare with the run that is shown; runs that differ in the seed alone become a band",
)  # fmt: skip
TAKE_AWAY = Action(
    id="runs.take-away", title="Take the other runs' curves away", run=_take_away,
    when=_some_lie_over, menu="Train/Runs", place=13, icon="x",
)  # fmt: skip
GO_ON = Action(
    id="runs.go-on", title="Go on with it", run=partial(_of_one, _go_on), when=_can_go_on,
    menu="Train/Runs", place=20, icon="step-forward", context=("run",),
    help="Continue the run exactly where it stopped, was cut off or ended",
)  # fmt: skip
GO_BACK = ActionList(
    id="runs.go-back", title="Go back, as a new run", menu="Train/Runs", place=21,
    rows=partial(_checkpoints, "runs.go-back", "To", _go_back),
    empty="It has no checkpoint", icon="history", context=("run",),
)  # fmt: skip
FORK = ActionList(
    id="runs.fork", title="Begin another with its weights", menu="Train/Runs", place=22,
    rows=partial(_checkpoints, "runs.fork", "Of", fork),
    empty="It has no checkpoint", icon="git-branch", context=("run",),
)  # fmt: skip
WATCH = Action(
    id="runs.watch", title="Watch it again", run=partial(_of_one, watch), when=_waits,
    menu="Train/Runs", place=12, icon="activity", context=("run",),
    help="Show a run that goes on without its window, and steer it from here",
)  # fmt: skip
FAVOURITE = Action(
    id="runs.favourite", title="Favourite", run=_toggle_favourite, when=_any,
    checked=_is_favourite, menu="Train/Runs", place=30, icon="star", context=("run",),
)  # fmt: skip
TAG = Action(
    id="runs.tag", title="Tag…", run=_ask_tags, when=_any, menu="Train/Runs", place=31,
    icon="hash", context=("run",), help="Give the chosen runs these tags",
)  # fmt: skip
EXPORTS = tuple(
    Action(
        id=f"runs.export-{form.id}", title=f"Export to {form.title}…", run=partial(_export, form),
        when=_any, menu="Train/Runs", place=40, icon="download", context=("run",), help=form.help,
    )
    for form in FORMS
)  # fmt: skip
REVEAL = Action(
    id="runs.reveal", title="Show its folder", run=partial(_of_one, _reveal), when=_one,
    menu="Train/Runs", place=41, icon="folder-open", context=("run",),
)  # fmt: skip
DELETE = Action(
    id="runs.delete", title="Move to the trash", run=_delete, when=_any, menu="Train/Runs",
    place=50, icon="trash-2", context=("run",), help="Delete the chosen runs; this can be undone",
)  # fmt: skip
BRING_BACK = ActionList(
    id="runs.back", title="Bring back from the trash", rows=_deleted, menu="Train/Runs", place=51,
    empty="The trash is empty", icon="undo-2",
)  # fmt: skip
