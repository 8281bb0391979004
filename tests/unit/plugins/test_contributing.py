"""What plug-ins give beside declarations: experiments and composites, in a studio."""

from dataclasses import replace
from pathlib import Path

import pytest

from studio.app import folders
from studio.app.library import keep
from studio.app.studio import Studio
from studio.core.fileio import SUFFIX, open_file, save
from studio.resources import resource
from tests.helpers.builders import mlp
from tests.helpers.plugins import write_plugin


@pytest.fixture
def studio(home: Path):
    folder = write_plugin(
        folders.plugins(),
        "lessons",
        '[contributes]\ngallery = ["shown"]\ncomposites = ["parts"]\n',
    )
    save(mlp(2, 4, 2, source="spirals"), folder / "shown" / f"small{SUFFIX}")
    shipped = open_file(resource("library") / "linear" / f"mlp{SUFFIX}").composites
    part = replace(next(iter(shipped.values())), id="part", title="Part of a lesson")
    keep(part, {**shipped, "part": part}, folder / "parts")
    studio = Studio()
    studio.plugins.start()
    studio.plugins.host.trust("lessons")
    studio.plugins.host.wait()
    studio.plugins.poll()
    yield studio
    studio.close()


def test_experiments_stand_in_the_gallery_under_the_plug_in_s_name(studio: Studio) -> None:
    shown = studio.shelf.named("small")
    assert shown is not None
    assert shown.group == "Lessons"
    studio.open_exhibit(shown)
    assert studio.workspace.document.experiment.title == "MLP"

    studio.plugins.host.disable("lessons")
    studio.plugins.poll()

    assert studio.shelf.named("small") is None
    assert studio.workspace.document.experiment.title == "MLP"


def test_composites_stand_in_the_palette_under_the_plug_in_s_name(studio: Studio) -> None:
    found = {spec.title: spec.family for spec in studio.workspace.offer.specs.values()}
    assert found["Part of a lesson"] == "Lessons"

    studio.plugins.host.disable("lessons")
    studio.plugins.poll()

    titles = {spec.title for spec in studio.workspace.offer.specs.values()}
    assert "Part of a lesson" not in titles


def test_an_idle_engine_is_started_anew_only_for_what_it_imports(home: Path) -> None:
    write_plugin(
        folders.plugins(),
        "block",
        layers="from torch import nn\nclass It(nn.Module):\n    def forward(self, x): return x\n",
    )
    write_plugin(
        folders.plugins(),
        "data",
        data="""
            from studio.api import Column, Source
            IT = Source(id="data.it", title="It", load="x:y", columns=lambda p: (
                Column("x", "input", (2,)),))
            """,
    )
    engines: list[object] = []
    studio = Studio(new_engine=lambda: engines.append(hold := Hold()) or hold)
    studio.plugins.start()
    studio.session.warm_up()
    studio.session.poll()

    for id_, expected in (("block", 1), ("data", 2)):
        studio.plugins.host.trust(id_)
        studio.plugins.host.wait()
        studio.session._become("ready")
        studio.plugins.poll()
        assert studio.plugins.host.plugin(id_).state == "on", studio.plugins.host.plugin(id_)
        assert len(engines) == expected
    studio.close()


class Hold:
    alive = True

    def start(self) -> None: ...

    def send(self, command: object) -> None: ...

    def poll(self) -> list[object]:
        return []

    def close(self, *, at_once: bool = False) -> None: ...
