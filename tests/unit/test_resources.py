"""Resources are found by name, and each of foreign origin is named with its licence."""

from pathlib import Path

import pytest

from studio.resources import resource, shipped_plugins


def test_a_resource_is_found_by_its_name() -> None:
    assert resource("icons/play.svg").is_file()
    assert resource("data").is_dir()


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"icons.no-such-icon\.svg"):
        resource("icons/no-such-icon.svg")


def test_the_shipped_plugins_have_a_folder() -> None:
    assert shipped_plugins().is_dir()


@pytest.mark.parametrize("folder", ["data", "fonts"])
def test_every_foreign_file_is_listed_with_its_source_and_licence(folder: str) -> None:
    listed = resource(f"{folder}/README.md").read_text(encoding="utf-8")

    files = [path.name for path in resource(folder).iterdir() if path.name != "README.md"]

    assert [] == [name for name in files if name not in listed]


def test_every_icon_takes_the_colour_of_the_theme() -> None:
    icons: list[Path] = sorted(resource("icons").glob("*.svg"))

    assert [] == [icon.name for icon in icons if "currentColor" not in icon.read_text()]
