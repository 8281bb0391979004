"""Weights of a reference implementation come in by the command line, or are refused in words."""

import json
import re
import shlex
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.app.catalogue import builtin_catalog
from studio.app.gallery import published
from studio.app.weight_maps import find_map, shipped_maps
from studio.cli import main
from studio.core.addresses import set_at
from studio.core.check import check
from studio.resources import resource

PAGE = resource("help/published-weights.md").read_text(encoding="utf-8")

GPT2 = (
    "blocks.tokens.vocabulary=20", "blocks.next.classes=20", "blocks.tokens.length=8",
    "blocks.next.length=8", "blocks.embedding.embedding_dim=8", "blocks.layers.d_model=8",
    "blocks.layers.heads=2", "blocks.layers.repeat=2",
)  # fmt: skip
SMALL = tuple(word for assignment in GPT2 for word in ("--set", assignment))

Weights = dict[str, torch.Tensor]


def reference() -> Weights:
    """Weights as GPT2LMHeadModel calls them, of two layers with eight features."""
    sizes: dict[str, tuple[int, ...]] = {
        "wte.weight": (20, 8), "wpe.weight": (8, 8), "ln_f.weight": (8,), "ln_f.bias": (8,),
    }  # fmt: skip
    layer = {
        "ln_1.weight": (8,), "ln_1.bias": (8,), "attn.c_attn.weight": (8, 24),
        "attn.c_attn.bias": (24,), "attn.c_proj.weight": (8, 8), "attn.c_proj.bias": (8,),
        "ln_2.weight": (8,), "ln_2.bias": (8,), "mlp.c_fc.weight": (8, 32), "mlp.c_fc.bias": (32,),
        "mlp.c_proj.weight": (32, 8), "mlp.c_proj.bias": (8,),
    }  # fmt: skip
    for number in range(2):
        sizes |= {f"h.{number}.{name}": size for name, size in layer.items()}
    torch.manual_seed(0)
    made = {f"transformer.{name}": torch.randn(size) for name, size in sizes.items()}
    return made | {"lm_head.weight": made["transformer.wte.weight"].clone()}


def converted(weights: Weights, folder: Path, *options: str) -> int:
    """Convert by the command line."""
    save_file(weights, folder / "ref.safetensors")
    words = ["weights", "convert", str(folder / "ref.safetensors"), "--map", "gpt2"]
    return main([*words, *SMALL, *options, "--out", str(folder / "ours.safetensors")])


def test_weights_are_converted_into_a_file_under_our_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = reference()

    assert converted(theirs, tmp_path) == 0
    answer = json.loads(capsys.readouterr().out)
    ours = load_file(tmp_path / "ours.safetensors")

    assert answer["weights"] == len(ours) == len(theirs) - 1
    assert answer["reference"] == "transformers GPT2LMHeadModel"
    given = theirs["transformer.h.1.attn.c_attn.weight"]
    assert torch.equal(ours["layers.1.attention.in_proj_weight"], given.T)


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (
            lambda held: held.pop("transformer.ln_f.bias"),
            ("1 weight missing", "transformer.ln_f.bias: expected 8 for norm.bias, found nothing"),
        ),
        (
            lambda held: held.update({"transformer.h.2.ln_1.bias": torch.ones(8)}),
            ("1 weight unknown", "transformer.h.2.ln_1.bias: the drawing has no place for it"),
        ),
        (
            lambda held: held.update({"transformer.wpe.weight": torch.ones(9, 8)}),
            ("of another shape", "transformer.wpe.weight: expected 8×8 for position.weight,"),
        ),
        (
            lambda held: held.update({"lm_head.weight": torch.ones(20, 8)}),
            ("expected lm_head.weight to hold the same numbers as transformer.wte.weight",),
        ),
    ],
    ids=["missing", "unknown", "another shape", "not tied"],
)
def test_weights_that_do_not_fit_are_named_and_nothing_is_written(
    change, sentences: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = reference()
    change(theirs)

    assert converted(theirs, tmp_path) == 2
    told = capsys.readouterr().err

    assert all(sentence in told for sentence in sentences), told
    assert not (tmp_path / "ours.safetensors").exists()


def test_an_export_that_is_refused_leaves_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_file({"nothing": torch.ones(1)}, tmp_path / "ref.safetensors")
    options = ["--map", "gpt2", "--weights", str(tmp_path / "ref.safetensors"), *SMALL]

    assert main(["export", "gpt2", "-o", str(tmp_path / "out"), *options]) == 2

    told = capsys.readouterr().err
    assert "28 weights missing" in told
    assert "1 weight unknown:\n  nothing: the drawing has no place for it" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("broken.safetensors", b"no numbers", "the weights cannot be read"),
        ("broken.pth", b"no numbers", "the weights cannot be read"),
        ("missing.safetensors", None, "the weights cannot be read"),
        ("model.safetensors.index.json", b"{}", "expected an index of weight files"),
        ("", None, "expected one of model.safetensors, model.safetensors.index.json"),
    ],
)
def test_a_file_that_holds_no_weights_is_refused(
    name: str,
    content: bytes | None,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    words = ["weights", "convert", str(tmp_path / name), "--map", "gpt2", *SMALL]

    assert main([*words, "--out", str(tmp_path / "ours.safetensors")]) == 2

    assert sentence in capsys.readouterr().err


def test_a_checkpoint_that_would_run_code_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"weights": Path("a"), "run": print}, tmp_path / "ref.pth")
    words = ["weights", "convert", str(tmp_path / "ref.pth"), "--map", "gpt2", *SMALL]

    assert main([*words, "--out", str(tmp_path / "ours.safetensors")]) == 2

    assert "the weights cannot be read" in capsys.readouterr().err


def test_weights_of_a_reference_without_a_map_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(reference(), tmp_path / "ref.pth")

    options = ["--weights", str(tmp_path / "ref.pth")]
    assert main(["export", "gpt2", "-o", str(tmp_path / "out"), *options]) == 2

    assert "weights of a reference implementation need --map" in capsys.readouterr().err


def test_a_published_network_is_exported_with_the_names_of_its_weights_though_no_map_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, names = [], []
    for folder, options in (("plain", ()), ("by-map", ("--map", "resnet18"))):
        assert main(["export", "resnet18", "-o", str(tmp_path / folder), *options]) == 0
        answers.append(json.loads(capsys.readouterr().out))
        names.append((tmp_path / folder / "names.json").read_text(encoding="utf-8"))

    assert names[0] == names[1]
    assert [answer["files"] for answer in answers] == [["model.py", "names.json"]] * 2
    assert [answer["maps"] for answer in answers] == [
        ["resnet18", "resnet18-transformers"],
        ["resnet18"],
    ]


def test_a_drawing_that_no_map_is_for_is_exported_without_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "nin", "-o", str(tmp_path)]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["files"], answer["maps"]) == (["model.py"], [])


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("alexnet", "scores"),
        ("vgg16", "scores"),
        ("googlenet", "fc"),
        ("resnet50", "fc"),
        ("vit-b-16", "head"),
    ],
)
def test_the_page_says_where_the_number_of_classes_is_set(
    name: str, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = PAGE.replace("\n ", "").split("last layer of")[1].split(";\n")[0]
    place = next(part for part in told.split("; of") if f"`{name}`" in part)
    assert f"`blocks.{last}.out_features`" in place
    sets = ["--set", "blocks.label.classes=7", "--set", f"blocks.{last}.out_features=7"]

    assert main(["check", name, "--json", *sets]) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []


def test_sizes_without_a_map_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "gpt2", "-o", str(tmp_path), "--config", "config.json"]) == 2

    assert "expected --map beside it" in capsys.readouterr().err


def test_names_are_shown_in_words_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "names", "gpt2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main(["weights", "names", "gpt2", "--json"]) == 0
    names = json.loads(capsys.readouterr().out)["names"]

    assert len(lines) == len(names) == 148
    assert lines[0].split() == ["embedding.weight", "transformer.wte.weight"]
    assert names["layers.11.widen.weight"] == {
        "theirs": ["transformer.h.11.mlp.c_fc.weight"],
        "how": "transpose",
        "shape": [3072, 768],
    }


def test_the_list_of_maps_is_shown_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert [line.split()[0] for line in lines] == list(shipped_maps())


@pytest.mark.parametrize("name", shipped_maps())
def test_a_map_has_a_rule_for_every_weight_of_its_drawings(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for document in find_map(name).documents:
        command = ["weights", "names", name, "--for", document, "--json"]
        assert main(command) == 0
        named = json.loads(capsys.readouterr().out)["names"]
        trainable = sum(
            torch.Size(row["shape"]).numel()
            for ours, row in named.items()
            if not re.search(r"running_|num_batches", ours)
        )
        experiment = next(one for one in published() if one.name == document).read()

        assert trainable == check(experiment, builtin_catalog()).parameters


# The page


def rows() -> list[list[str]]:
    """The names in each cell of each row of the page's tables."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    return [[re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:-1]] for line in lines]


def test_the_page_lists_the_maps_and_their_drawings() -> None:
    listed = {row[0][0]: tuple(row[1]) for row in rows() if len(row) == 3 and row[0] and row[1]}

    shipped = {name: find_map(name).documents for name in shipped_maps()}
    assert {name: listed.get(name) for name in shipped} == shipped
    without = {one.name for one in published()} - {d for ds in shipped.values() for d in ds}
    assert without == {"nin"}
    assert "There is none for `nin`" in PAGE


@pytest.mark.parametrize(("column", "name"), [(0, "gpt2"), (1, "llama")])
def test_the_page_lists_what_each_size_of_a_reference_sets(column: int, name: str) -> None:
    known = find_map(name)
    settings = [row for row in rows() if any("blocks." in word for word in row[2])]

    for row in settings:
        for key in row[column]:
            assert set(known.settings[key]) <= {*row[2], "blocks.layers.kv_heads"}, key


@pytest.mark.parametrize("name", shipped_maps())
def test_every_size_of_a_map_is_a_setting_of_its_drawings(name: str) -> None:
    known = find_map(name)
    catalog = builtin_catalog()
    for exhibit in (one for one in published() if one.name in known.documents):
        for address in (address for places in known.settings.values() for address in places):
            value = "true" if address.endswith("bias") else "1"
            assert set_at(exhibit.read(), f"{address}={value}", catalog)


def test_the_drawing_that_the_page_makes_small_has_no_problem(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("netwright check"))

    assert main(shlex.split(line)[1:]) == 0

    assert json.loads(capsys.readouterr().out)["problems"] == []
