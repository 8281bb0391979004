"""A copied plug-in is taken anew from its folder, and trust does not outlive the change."""

from pathlib import Path

import pytest

from studio.app import folders
from studio.cli import main
from studio.plugins.updating import source_of
from tests.helpers.plugins import write_plugin

SAME = """
    from studio.api import BlockSpec, gives

    def rule(shapes, params):
        return gives(shapes["x"])

    SAME = BlockSpec(id="same.block", title="{title}", family="Linear", infer=rule, call="{{x}}")
    """


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    """A plug-in of the name ``same``, installed and trusted, and the folder it came from."""
    folder = write_plugin(tmp_path / "mine", "same", blocks=SAME.format(title="Same"))
    assert main(["plugins", "install", str(folder), "--trust"]) == 0
    return folder


def changed(folder: Path) -> None:
    (folder / "blocks.py").write_text(
        "\n".join(line[4:] for line in SAME.format(title="Same anew").splitlines())
    )


def test_it_is_copied_anew_and_has_to_be_trusted_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plugins", "update", "same"]) == 0
    assert capsys.readouterr().out.endswith(
        "[on]\n    blocks      same.block                      Same\nNothing has changed\n"
    )

    changed(folder)
    assert main(["plugins", "update", "same"]) == 0
    assert "[not trusted yet]" in capsys.readouterr().out

    assert main(["plugins", "trust", "same"]) == 0
    assert "Same anew" in capsys.readouterr().out


def test_it_may_be_trusted_in_the_same_breath(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(folder)
    capsys.readouterr()

    assert main(["plugins", "update", str(folder), "--trust"]) == 0

    assert "Same anew\nUpdated\n" in capsys.readouterr().out


def test_a_folder_that_is_gone_or_another_is_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert source_of(folders.plugins() / "same") == folder.resolve()
    (folder / "plugin.toml").rename(folder / "gone.toml")

    assert main(["plugins", "update", "same"]) == 2
    assert "say which: netwright plugins update FOLDER" in capsys.readouterr().err
    assert main(["plugins", "update", "lion"]) == 2
    assert "comes with the program and is updated with it" in capsys.readouterr().err
    assert main(["plugins", "update", "nothing-such"]) == 2
    assert "There is no plug-in nothing-such" in capsys.readouterr().err


def test_a_linked_one_is_read_where_it_lies_and_trusted_as_its_author_s(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_plugin(tmp_path / "mine", "same", blocks=SAME.format(title="Same"))
    assert main(["plugins", "install", str(folder), "--link", "--trust"]) == 0
    changed(folder)
    capsys.readouterr()

    assert main(["plugins", "list"]) == 0
    assert "Same anew" in capsys.readouterr().out
    assert main(["plugins", "update", "same"]) == 2
    assert "is used where it lies" in capsys.readouterr().err
