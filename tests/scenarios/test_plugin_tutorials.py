"""The pages about plug-ins: a reader who does what they say has what they say."""

import subprocess
import sys
from pathlib import Path

import pytest

from studio.app.catalogue import builtin_catalog
from studio.cli import main
from studio.compile.scripting import train
from studio.core.sketch import Sketch
from studio.plugins.conformance import conform
from studio.resources import resource
from tests.helpers.hosts import hosted
from tests.helpers.plugins import files_in, write_page

ROOT = Path(__file__).parents[2]
FORGIVEN = {"docs", "tests"}
"""A first plug-in may do without a README, a test and words for every parameter."""


@pytest.mark.parametrize("page", ["first-block.md", "first-data.md", "first-panel.md"])
def test_what_a_page_shows_keeps_every_promise_of_the_kit(page: str, tmp_path: Path) -> None:
    folder = write_page(tmp_path, page)

    found = conform(folder, builtin_catalog())

    assert found.looked_at
    assert [one for one in found.findings if one.rule not in FORGIVEN] == []


def test_the_first_block_is_one_file_of_fifteen_lines() -> None:
    page = resource("help/plugins/first-block.md").read_text(encoding="utf-8")
    lines = [line for line in files_in(page)["swiglu.py"].splitlines() if line.strip()]

    assert len(lines) <= 15


def test_the_first_block_learns_beside_a_rule_of_its_own(tmp_path: Path) -> None:
    write_page(tmp_path / "plugins", "first-block.md")
    with hosted(tmp_path) as host:
        host.trust("swiglu")
        host.wait()
        net = Sketch("Gated", host.catalog, data="spirals")
        wide = net.chain(net.add("io.vector"), ("nn.linear", {"out_features": 8}))
        gated = net.chain(wide, ("swiglu.swi_glu", {"factor": 3}), "swiglu.shuffle")
        net.add(
            "loss.cross_entropy", net.add("nn.linear", gated, out_features=2), net.add("io.target")
        )
        net.set("training.epochs", 2)

        run = train(net.experiment(), host.catalog, in_process=True)

    assert run.reason == "finished"
    assert run.losses[-1] < run.losses[0]


def test_the_first_data_train_by_their_id(tmp_path: Path) -> None:
    write_page(tmp_path / "plugins", "first-data.md")
    with hosted(tmp_path) as host:
        host.trust("pendulum")
        host.wait()
        net = Sketch("Length", host.catalog, data="pendulum.swings", samples=100)
        flat = net.chain(net.add("io.sequence"), "nn.flatten", ("nn.linear", {"out_features": 1}))
        net.add("loss.mse", flat, net.add("io.target"))
        net.set("training.epochs", 2)

        run = train(net.experiment(), host.catalog)

    assert run.reason == "finished"
    assert run.metrics["test"]["loss"] > 0


def test_the_script_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = resource("help/plugins/scripts.md").read_text(encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text(files_in(page)["script.py"], encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "home"))

    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=100, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "162 parameters, 0 problems" in done.stdout
    assert "test accuracy" in done.stdout


def test_a_new_plug_in_is_sound_and_its_test_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plugins", "new", "My layers", "--into", str(tmp_path)]) == 0
    assert main(["plugins", "check", str(tmp_path / "my-layers")]) == 0
    assert capsys.readouterr().out.endswith("All is well\n")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path / "my-layers"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_a_plug_in_is_installed_trusted_disabled_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETWRIGHT_PLUGINS", str(tmp_path / "mine"))
    folder = write_page(tmp_path, "first-data.md")

    assert main(["plugins", "install", str(folder)]) == 0
    assert "[not trusted yet]" in capsys.readouterr().out
    assert main(["plugins", "trust", "pendulum"]) == 0
    assert "[on]" in capsys.readouterr().out
    assert main(["blocks"]) == 0
    assert main(["plugins", "disable", "pendulum"]) == 0
    assert "[off]" in capsys.readouterr().out
    assert main(["plugins", "enable", "pendulum"]) == 0
    assert main(["plugins", "remove", "pendulum"]) == 0
    assert not (tmp_path / "mine" / "pendulum").exists()
    assert folder.exists()
    capsys.readouterr()
    assert main(["plugins", "trust", "pendulum"]) == 2
    assert "There is no plug-in pendulum" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["kan", "lion", "tones", "loss_landscape", "datasets"])
def test_a_shipped_plug_in_keeps_every_promise(name: str) -> None:
    found = conform(ROOT / "plugins" / name, builtin_catalog())

    assert found.findings == ()
