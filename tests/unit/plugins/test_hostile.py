"""Plug-ins that mean harm, or are only broken: a sentence each time, and the studio goes on."""

import marshal
import os
import struct
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from studio.api import Experiment, Graph, Node, check
from studio.core.graph import End
from studio.plugins.entry import Plugin
from studio.plugins.files import MOST_FILES
from studio.plugins.host import Host
from tests.helpers.hosts import hosted
from tests.helpers.plugins import write_plugin

RULE = """
    from studio.api import BlockSpec, Inferred, Port, Shape, gives
    {before}
    def rule(shapes, params):
        {body}
    BLOCK = BlockSpec(id="{id}", title="It", family="Linear", infer=rule, call="{{x}}")
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def sound(home: Path) -> Path:
    """A neighbour that must go on working whatever the others do."""
    return write_plugin(
        home / "plugins",
        "neighbour",
        "",
        blocks=rule("neighbour.same", "return gives(shapes['x'])"),
    )


def rule(id_: str, body: str, before: str = "") -> str:
    return RULE.format(id=id_, body=body, before=before)


def drawing(kind: str) -> Experiment:
    nodes = [Node("x", "io.vector", "x", {"features": 8}), Node("it", kind, "it", {})]
    return Experiment(
        graph=Graph({node.id: node for node in nodes}, {End("it", "x"): End("x", "y")})
    )


def trusted(host: Host, *ids: str) -> None:
    for id_ in ids:
        host.trust(id_)
    host.wait()


AT_IMPORT = {
    "syntax error": ("def f(:\n    pass\n", "it.py, line 1: invalid syntax"),
    "import raising": ("import studio.api\n1 / 0\n", "it.py: ZeroDivisionError: division by zero"),
    "module missing": (
        "import studio.api, no_such_package\n",
        "it.py: the module no_such_package is not installed",
    ),
    "infinite loop": ("import studio.api\nwhile True: pass\n", "It did not load within 6 seconds"),
    "sys.exit": (
        "import studio.api, sys\nsys.exit(0)\n",
        "it.py: it wants to end the program",
    ),
    "os._exit": (
        "import studio.api, os\nos._exit(3)\n",
        "It ended the process that loaded it (exit code 3)",
    ),
    "crash": (
        "import studio.api, ctypes\nctypes.string_at(0)\n",
        "It ended the process that loaded it (exit code -11)",
    ),
    "endless recursion": (
        "import studio.api\ndef f(): f()\nf()\n",
        "it.py: it calls itself without end",
    ),
    "all memory": (
        "import studio.api\nx = bytearray(2**40)\n",
        "it.py: MemoryError",
    ),
    "monkeypatching": (
        "import studio.api\nimport studio.core.check as c\nc.check = None\n",
        "it.py changes studio.core.check.check, which belongs to the program",
    ),
    "monkeypatching a class": (
        "import studio.api\nfrom studio.core.document import Document\n"
        "Document.undo = lambda self: None\n",
        "it.py changes studio.core.document.Document.undo, which belongs to the program",
    ),
    "monkeypatching builtins": (
        "import studio.api, builtins\nbuiltins.open = None\n",
        "it.py changes builtins.open, which belongs to the program",
    ),
    "torch in the window": (
        "import studio.api, torch\n",
        "it.py imports torch, which the window must not load. Declare in a file of its own, and "
        "name the class there by needs, or import torch inside the function",
    ),
    "nothing": (
        "import studio.api\n",
        "it.py contributes nothing; expected a value such as a BlockSpec, or a class of nn.Module",
    ),
    "no text": (
        "import studio.api\n\0\n",
        "it.py, line 1: source code string cannot contain null bytes",
    ),
    "nested without end": ("import studio.api\nx = " + "(" * 5000 + "\n", "it.py, line 2: "),
    "name of another": (
        rule("nn.linear", "return gives(shapes['x'])").replace("\n    ", "\n"),
        "it.py declares 'nn.linear': expected an id that begins with it. as everything of this "
        "plug-in, so that nothing of another is hidden",
    ),
}


@pytest.mark.parametrize("name", AT_IMPORT)
def test_what_fails_while_it_loads_is_told_and_left_out(name: str, home: Path, sound: Path) -> None:
    text, sentence = AT_IMPORT[name]
    write_plugin(home / "plugins", "it", '[contributes]\nblocks = ["it.py"]\n', it=text)

    with hosted(home) as host:
        trusted(host, "it", "neighbour")

        assert host.plugin("it").sentence.startswith(sentence)
        assert host.plugin("it").state in {"failed", "wrong"}
        assert host.plugin("neighbour").state == "on"
        assert not host.catalog.given_by("it")
        assert not check(drawing("neighbour.same"), host.catalog).problems


IN_A_RULE = {
    "raising": ("raise OSError('no')", "the shape rule of it.block failed: OSError: no"),
    "infinite loop": ("while True: pass", "the shape rule of it.block took longer than 2 s"),
    "a loop that catches": (
        "\n            ".join(["while True:", "try:\n                while True: pass"])
        + "\n            except Exception: pass",
        "the shape rule of it.block took longer than 2 s",
    ),
    "sleep": (
        "import time; time.sleep(60)",
        "the shape rule of it.block took longer than 2 s",
    ),
    "sys.exit": (
        "import sys; sys.exit()",
        "the shape rule of it.block failed: it wants to end the program",
    ),
    "nonsense": ("return 7", "the shape rule of it.block gives no sound shapes: 7"),
    "text as sizes": (
        "return gives(Shape(tuple([[]])))",
        "the shape rule of it.block gives no sound shapes: ",
    ),
    "giant": (
        "return gives(Shape((10**30,)))",
        "the shape rule of it.block gives no sound shapes: ",
    ),
    "a thousand axes": (
        "return gives(Shape((1,) * 1000))",
        "the shape rule of it.block gives no sound shapes: ",
    ),
}


@pytest.mark.parametrize("name", IN_A_RULE)
def test_a_rule_that_fails_is_a_problem_of_its_block_and_switches_the_plug_in_off(
    name: str, home: Path, sound: Path
) -> None:
    body, sentence = IN_A_RULE[name]
    write_plugin(home / "plugins", "it", it=rule("it.block", body))
    told: list[Plugin] = []

    with hosted(home) as host:
        trusted(host, "it", "neighbour")
        host.failed.connect(told.append)
        assert host.plugin("it").state == "on", host.plugin("it").sentence

        problems = check(drawing("it.block"), host.catalog).problems
        host.poll()

        assert problems[0].message.startswith(f"it: {sentence}")
        assert host.plugin("it").state == "failed"
        assert host.plugin("it").sentence.startswith(sentence)
        assert len(told) == 1
        after = check(drawing("it.block"), host.catalog).problems[0]
        assert after.message == "it: the block it.block is not installed; it is kept as it was"
        assert after.hint == "See in the list of plug-ins why It is off, or delete the block"
        assert not check(drawing("neighbour.same"), host.catalog).problems

    with hosted(home) as again:
        assert again.plugin("it").state == "failed"
        assert again.plugin("neighbour").state == "on"


MANIFESTS = {
    "no TOML": ("[plugin\n", "plugin.toml is no TOML: "),
    "not text": ("\xff", "plugin.toml, plugin.id: "),
    "too new": (
        '[plugin]\nid = "it"\ntitle = "It"\nversion = "1"\napi = 99\n',
        "It is written for version 99 of studio.api, and this program has version 1. Update "
        "Netwright, or use an older version of the plug-in",
    ),
    "no api": (
        '[plugin]\nid = "it"\ntitle = "It"\nversion = "1"\n',
        "plugin.toml, plugin.api: expected a whole number such as 1, received nothing",
    ),
    "a path as id": (
        '[plugin]\nid = "../../it"\ntitle = "It"\nversion = "1"\napi = 1\n',
        "plugin.toml, plugin.id: expected lower-case letters a to z, digits and hyphens, such as "
        "my-layers, received ../../it",
    ),
    "unicode in the id": (
        '[plugin]\nid = "café"\ntitle = "It"\nversion = "1"\napi = 1\n',
        "plugin.toml, plugin.id: expected lower-case letters a to z, digits and hyphens",
    ),
    "our own id": (
        '[plugin]\nid = "nn"\ntitle = "It"\nversion = "1"\napi = 1\n',
        "plugin.toml, plugin.id: expected a name of at most 40 letters that the program does not "
        "use itself, received nn",
    ),
    "a list as title": (
        '[plugin]\nid = "it"\ntitle = ["It"]\nversion = "1"\napi = 1\n',
        "plugin.toml, plugin.title: expected text, received ['It']",
    ),
    "control characters": (
        '[plugin]\nid = "it"\ntitle = "It\\u202E"\nversion = "1"\napi = 1\n',
        "plugin.toml, plugin.title: expected at most 60 letters in one line",
    ),
    "an unknown word": (
        '[plugin]\nid = "it"\ntitle = "It"\nversion = "1"\napi = 1\nrun = "rm"\n',
        "plugin.toml: there is no 'run' in [plugin]; expected one of api, author, homepage",
    ),
    "a way out": (
        '[plugin]\nid = "it"\ntitle = "It"\nversion = "1"\napi = 1\n'
        '[contributes]\nblocks = ["../../../etc/passwd.py"]\n',
        "plugin.toml, contributes.blocks: expected a file inside the plug-in's own folder",
    ),
    "an absolute path": (
        '[plugin]\nid = "it"\ntitle = "It"\nversion = "1"\napi = 1\n'
        '[contributes]\nblocks = ["/etc/passwd.py"]\n',
        "plugin.toml, contributes.blocks: expected a file inside the plug-in's own folder",
    ),
    "a file that is not there": (
        '[plugin]\nid = "it"\ntitle = "It"\nversion = "1"\napi = 1\n'
        '[contributes]\nblocks = ["gone.py"]\n',
        "plugin.toml names gone.py, which is not there",
    ),
    "a homepage that is code": (
        '[plugin]\nid = "it"\ntitle = "It"\nversion = "1"\napi = 1\nhomepage = "javascript:x"\n',
        "plugin.toml, plugin.homepage: expected an address that begins with https://",
    ),
    "large": ("#" * 200_000, "plugin.toml: expected at most 100,000 bytes"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_that_cannot_be_is_told_with_its_place(
    name: str, home: Path, sound: Path
) -> None:
    text, sentence = MANIFESTS[name]
    folder = home / "plugins" / "it"
    folder.mkdir()
    (folder / "plugin.toml").write_text(text, encoding="utf-8")

    with hosted(home) as host:
        trusted(host, "neighbour")
        plugin = next(one for one in host.plugins if one.folder == folder)

        assert plugin.state == "wrong"
        if name != "not text":
            assert plugin.sentence.startswith(sentence)
        assert host.plugin("neighbour").state == "on"


def test_bytes_that_are_no_text_are_told(home: Path) -> None:
    folder = home / "plugins" / "it"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_bytes(b"\xff\xfe\x00")

    with hosted(home) as host:
        assert host.plugin("it").sentence == "plugin.toml: expected text in UTF-8"


def test_a_link_out_of_the_folder_is_refused(home: Path) -> None:
    folder = write_plugin(home / "plugins", "it", it=rule("it.block", "return gives(shapes['x'])"))
    (home / "secret.txt").write_text("secret")
    (folder / "data.txt").symlink_to(home / "secret.txt")

    with hosted(home) as host:
        assert host.plugin("it").state == "wrong"
        assert host.plugin("it").sentence == (
            "The link data.txt leads out of the plug-in's folder, or nowhere"
        )


def test_links_in_a_ring_end_the_search_with_a_sentence(home: Path, sound: Path) -> None:
    (home / "plugins" / "ring").symlink_to(home / "plugins" / "ring")
    folder = write_plugin(home / "plugins", "it", it=rule("it.block", "return gives(shapes['x'])"))
    (folder / "inner").symlink_to(folder)

    with hosted(home) as host:
        trusted(host, "neighbour")

        assert {plugin.id for plugin in host.plugins} == {"it", "neighbour"}
        assert host.plugin("neighbour").state == "on"


def test_too_many_files_and_too_large_ones_are_refused(home: Path) -> None:
    many = write_plugin(home / "plugins", "many")
    for number in range(MOST_FILES + 2):
        (many / f"{number}.txt").touch()
    large = write_plugin(home / "plugins", "large")
    with (large / "weights.bin").open("wb") as file:
        os.truncate(file.fileno(), 10**12)

    with hosted(home) as host:
        assert host.plugin("many").sentence == (
            "It has more than 2,000 files; expected one plug-in in the folder"
        )
        assert host.plugin("large").sentence == (
            "Its files are larger than 64 MB together, up to weights.bin; keep data elsewhere"
        )


def test_files_that_import_one_another_in_a_ring_are_told(home: Path) -> None:
    write_plugin(
        home / "plugins",
        "it",
        '[contributes]\nblocks = ["one.py"]\n',
        one="import studio.api\nfrom .two import b\na = 1\n",
        two="from .one import a\nb = 1\n",
    )

    with hosted(home) as host:
        trusted(host, "it")

        assert host.plugin("it").state == "failed"
        assert "cannot import name 'a' from partially initialized module" in (
            host.plugin("it").sentence
        )


def test_names_in_any_script_are_shown_as_they_are(home: Path) -> None:
    write_plugin(home / "plugins", "it", it=rule("it.块", "return gives(shapes['x'])"))

    with hosted(home) as host:
        trusted(host, "it")

        assert host.plugin("it").gives == (("blocks", "it.块", "It"),)


def test_code_changed_after_it_was_trusted_is_asked_for_again(home: Path) -> None:
    text = rule("it.block", "return gives(shapes['x'])")
    folder = write_plugin(home / "plugins", "it", it=text)
    with hosted(home) as host:
        trusted(host, "it")
        assert host.plugin("it").state == "on"

        (folder / "it.py").write_text("import studio.api, os\nos.system('true')\n")
        changed = host.changed_files()
        host.reload("it")

        assert changed == ("it",)
        assert host.plugin("it").state == "untrusted"
        assert not host.catalog.given_by("it")


def test_compiled_files_beside_the_text_are_never_read(home: Path) -> None:
    """What is trusted is the text; a compiled file that fits it by time could say anything."""
    folder = write_plugin(home / "plugins", "it", it=rule("it.block", "return gives(shapes['x'])"))
    cache = folder / "__pycache__"
    cache.mkdir()
    stamp = (folder / "it.py").stat()
    code = compile("raise ValueError('nobody looked at this')", "it.py", "exec")
    head = struct.pack("<III", 0, int(stamp.st_mtime), stamp.st_size)
    compiled = MAGIC_NUMBER + head + marshal.dumps(code)
    (cache / f"it.{sys.implementation.cache_tag}.pyc").write_bytes(compiled)

    with hosted(home) as host:
        trusted(host, "it")

        assert host.plugin("it").state == "on", host.plugin("it").sentence
        assert [path.name for path in cache.iterdir()] == [f"it.{sys.implementation.cache_tag}.pyc"]


def test_what_is_printed_does_not_reach_whoever_asks(home: Path) -> None:
    before = 'print(\'{"gives": [["blocks", "x", "y"]]}\')'
    write_plugin(home / "plugins", "it", it=rule("it.block", "return gives(shapes['x'])", before))

    with hosted(home) as host:
        trusted(host, "it")

        assert host.plugin("it").gives == (("blocks", "it.block", "It"),)


def test_nothing_runs_before_it_is_trusted(home: Path) -> None:
    marker = home / "ran"
    write_plugin(
        home / "plugins",
        "it",
        it=rule("it.block", "return gives(shapes['x'])", f"open({str(marker)!r}, 'w').close()"),
    )

    with hosted(home) as host:
        check(drawing("it.block"), host.catalog)
        host.poll()
        assert host.plugin("it").state == "untrusted"
        assert not marker.exists()
        hint = check(drawing("it.block"), host.catalog).problems[0].hint
        assert hint == "Trust the plug-in It, or delete the block"

        trusted(host, "it")
        assert marker.exists()


def test_a_second_plug_in_of_one_id_is_told_and_left_out(home: Path) -> None:
    for name in ("one", "two"):
        folder = write_plugin(
            home / "plugins", name, it=rule("same.block", "return gives(shapes['x'])")
        )
        manifest = (folder / "plugin.toml").read_text().replace(f'"{name}"', '"same"')
        (folder / "plugin.toml").write_text(manifest)

    with hosted(home) as host:
        states = [(plugin.folder.name, plugin.state) for plugin in host.plugins]

        assert states == [("one", "untrusted"), ("two", "wrong")]
        assert "There is a plug-in same from" in host.plugins[1].sentence


def test_a_plug_in_that_was_loading_when_the_program_ended_is_off_at_the_next_start(
    home: Path,
) -> None:
    write_plugin(home / "plugins", "it", it=rule("it.block", "return gives(shapes['x'])"))
    with hosted(home) as host:
        trusted(host, "it")
        digest = host.plugin("it").digest
        host._memory.note_busy(digest)  # as if the power went

    with hosted(home) as again:
        assert again.plugin("it").state == "failed"
        assert again.plugin("it").sentence == (
            "The program ended without a word while it was being loaded"
        )
        again.enable("it")
        again.wait()
        assert again.plugin("it").state == "on"
