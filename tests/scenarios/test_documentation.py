"""What the pages of documentation show is what the program does."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from studio.cli import main
from studio.resources import resource

COMMANDS = resource("help/command-line.md").read_text(encoding="utf-8")
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def examples(page: str) -> list[str]:
    """Every ``netwright …`` line of the page's code blocks."""
    blocks = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("netwright")]


def section(verb: str) -> str:
    """The part of the command-line page about a verb."""
    return COMMANDS.split(f"\n## {verb}\n", 1)[1].split("\n## ", 1)[0]


def documented_keys(verb: str) -> set[str]:
    """The keys in the first column of the section's table."""
    rows = re.findall(r"^\| (`.*?) \|", section(verb), re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def test_every_verb_has_a_section(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = capsys.readouterr().out.partition("VERB\n")[2]
    verbs = set(re.findall(r"^    ([\w-]+)", listed, re.MULTILINE))

    assert verbs
    assert verbs <= set(re.findall(r"^## ([\w-]+)$", COMMANDS, re.MULTILINE))


@pytest.mark.parametrize("line", examples(COMMANDS), ids=str)
def test_examples_work_and_give_the_documented_keys(line: str, tmp_path: Path) -> None:
    verb, *arguments = shlex.split(line)[1:]
    command = [sys.executable, "-m", "studio", verb, *arguments]
    if "-o" in command:
        command[command.index("-o") + 1] = str(tmp_path)
    root = Path(__file__).parents[2]

    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100, check=False, cwd=root
    )

    assert 0 == done.returncode, done.stderr
    if documented_keys(verb):
        answer = json.loads(done.stdout.splitlines()[-1])
        assert documented_keys(verb) | {"version", "title"} == answer.keys() | {"title"}


def test_the_readme_names_what_exists() -> None:
    root = Path(__file__).parents[2]
    linked = re.findall(r"\]\(([^)]+)\)", README)
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"make (\w+)", README)

    assert [] == [link for link in linked if not (root / link).exists()]
    assert [] == [target for target in targets if f"\n{target}:" not in makefile]


def test_the_readme_lists_the_gallery() -> None:
    shipped = {file.stem for file in resource("gallery").rglob("*.netwright")}
    rows = set(re.findall(r"^\| (\w[\w-]+) \| [\d.]+ ", README, re.MULTILINE))

    assert rows
    assert rows <= shipped
    assert all(f"`{name}`" in README for name in rows)
