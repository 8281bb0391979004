"""Deeds of the View menu: pages, zoom, panels, theme."""

from functools import partial

from studio.app.actions import Action, ActionList
from studio.app.front import Look, Page
from studio.app.studio import Studio


def _show_page(page: Page, studio: Studio) -> None:
    studio.front.show_page(page)


def _shows_page(page: Page, studio: Studio) -> bool:
    return studio.front.page == page


def _look(how: Look, studio: Studio) -> None:
    studio.front.look(how)


def _is_drawing(studio: Studio) -> bool:
    return studio.front.page == "build"


def _toggle_panel(title: str, studio: Studio) -> None:
    studio.front.show_panel(title, not studio.front.panels().get(title, False))


def _shows_panel(title: str, studio: Studio) -> bool:
    return studio.front.panels().get(title, False)


def _panels(studio: Studio) -> list[Action]:
    return [
        Action(
            id=f"view.panel.{title}",
            title=title,
            menu="View/Panels",
            run=partial(_toggle_panel, title),
            checked=partial(_shows_panel, title),
        )
        for title in studio.front.panels()
    ]


def _arrange(studio: Studio) -> None:
    studio.front.arrange_panels()


def _set_theme(theme: str, studio: Studio) -> None:
    studio.settings.set("theme", theme)


def _has_theme(theme: str, studio: Studio) -> bool:
    return studio.settings.values.text("theme") == theme


def _commands(studio: Studio) -> None:
    studio.front.open_dialog("commands")


BUILD = Action(
    id="view.build", title="Build", run=partial(_show_page, "build"),
    checked=partial(_shows_page, "build"), keys=("Ctrl+1",), menu="View", place=10,
    icon="workflow", help="Draw the network",
)  # fmt: skip
DATA = Action(
    id="view.data", title="Data", run=partial(_show_page, "data"),
    checked=partial(_shows_page, "data"), keys=("Ctrl+2",), menu="View", place=11,
    icon="database", help="Choose samples and how they are divided",
)  # fmt: skip
TRAIN = Action(
    id="view.train", title="Train", run=partial(_show_page, "train"),
    checked=partial(_shows_page, "train"), keys=("Ctrl+3",), menu="View", place=12,
    icon="sliders-horizontal", help="Set how the network learns",
)  # fmt: skip
RUNS = Action(
    id="view.runs", title="Runs", run=partial(_show_page, "runs"),
    checked=partial(_shows_page, "runs"), keys=("Ctrl+4",), menu="View", place=13,
    icon="history", help="Look back on what was trained",
)  # fmt: skip
COMMANDS = Action(
    id="view.commands", title="Find a command…", run=_commands, keys=("Ctrl+K", "Ctrl+Shift+P"),
    menu="View", place=20, icon="command",
)  # fmt: skip
ZOOM_IN = Action(
    id="view.zoom-in", title="Zoom in", run=partial(_look, "zoom-in"), when=_is_drawing,
    keys=("Ctrl+=", "Ctrl++"), menu="View", place=30, icon="zoom-in",
)  # fmt: skip
ZOOM_OUT = Action(
    id="view.zoom-out", title="Zoom out", run=partial(_look, "zoom-out"), when=_is_drawing,
    keys=("Ctrl+-",), menu="View", place=31, icon="zoom-out",
)  # fmt: skip
RESET = Action(
    id="view.zoom-reset", title="Actual size", run=partial(_look, "reset"), when=_is_drawing,
    keys=("Ctrl+0",), menu="View", place=32,
)  # fmt: skip
FIT = Action(
    id="view.fit", title="Fit the drawing", run=partial(_look, "fit"), when=_is_drawing,
    keys=("Ctrl+Shift+F",), menu="View", place=33, icon="maximize", context=("canvas",),
)  # fmt: skip
FIT_SELECTION = Action(
    id="view.fit-selection", title="Fit the selection", run=partial(_look, "fit-selection"),
    when=_is_drawing, keys=("Ctrl+Alt+F",), menu="View", place=34, icon="scan",
)  # fmt: skip
PANELS = ActionList(
    id="view.panels", title="Panels", rows=_panels, menu="View", place=40,
    empty="The panels are still being prepared", icon="panel-bottom",
)  # fmt: skip
ARRANGE = Action(
    id="view.arrange", title="Arrange panels as at first", run=_arrange, menu="View", place=41
)
THEMES = tuple(
    Action(
        id=f"view.theme-{theme}", title=title, run=partial(_set_theme, theme),
        checked=partial(_has_theme, theme), menu="View/Theme", place=50,
    )
    for theme, title in (
        ("system", "Follow the system"), ("light", "Light theme"), ("dark", "Dark theme")
    )
)  # fmt: skip
