"""A map of weights says which name is which, and what does not fit."""

import json
from pathlib import Path

import pytest

from studio.app.gallery import published
from studio.app.weight_maps import find_map, shipped_maps, sized
from studio.compile.naming import Sizes, WeightMap, match, names_for, read_map
from studio.core.errors import FileError, StudioError
from tests.helpers.builders import CATALOG, lenet

RULES = [
    {"ours": "first.{*}", "theirs": "net.block0.{*}"},
    {"ours": "layers[.{i}].conv{k}.{*}", "theirs": "net.block{i+1}.conv{k-1}.{*}"},
    {"ours": "head.weight", "theirs": "net.head.weight", "how": "transpose"},
    {"ours": "head.weight", "theirs": "net.table.weight", "note": "the table serves"},
    {"ours": "token", "theirs": "net.token", "how": "squeeze"},
    {"ours": "qkv.{*}", "theirs": ["net.q.{*}", "net.k.{*}", "net.v.{*}"]},
]

SIZES: dict[str, tuple[Sizes, str, Sizes]] = {
    # Ours, its shape, theirs, its shape.
    "first.bias": ((3,), "net.block0.bias", (3,)),
    "layers.0.conv1.weight": ((4, 3, 1, 1), "net.block1.conv0.weight", (4, 3, 1, 1)),
    "layers.11.conv2.weight": ((4, 4, 3, 3), "net.block12.conv1.weight", (4, 4, 3, 3)),
    "layers.conv1.bias": ((4,), "net.block1.conv0.bias", (4,)),
    "head.weight": ((10, 4), "net.head.weight", (4, 10)),
    "token": ((1, 4), "net.token", (1, 1, 4)),
}


def made(**more: object) -> WeightMap:
    """A map with every kind of rule."""
    known = {"title": "Test", "reference": "a test", "documents": [], "rules": RULES, **more}
    return read_map(json.dumps(known).encode(), "test.json")


@pytest.mark.parametrize("ours", SIZES)
def test_a_rule_finds_the_name_and_the_shape_of_the_reference(ours: str) -> None:
    sizes, theirs, given = SIZES[ours]

    matched = match(made(), {ours: sizes}, {theirs: given})

    assert matched.refusal() == ""
    assert [taken.theirs for taken in matched.taken] == [(theirs,)]


def test_several_weights_are_joined_to_one() -> None:
    parts: dict[str, Sizes] = {
        "net.q.weight": (4, 4),
        "net.k.weight": (2, 4),
        "net.v.weight": (2, 4),
    }

    assert match(made(), {"qkv.weight": (8, 4)}, parts).refusal() == ""
    assert "expected 9×4" in match(made(), {"qkv.weight": (9, 4)}, parts).refusal()


def test_of_several_rules_the_first_counts_whose_name_is_there() -> None:
    both: dict[str, Sizes] = {"net.head.weight": (4, 10), "net.table.weight": (10, 4)}
    table: dict[str, Sizes] = {"net.table.weight": (10, 4)}

    assert match(made(), {"head.weight": (10, 4)}, both).taken[0].theirs == ("net.head.weight",)
    spare = match(made(), {"head.weight": (10, 4)}, table)
    assert spare.taken[0].theirs == ("net.table.weight",)
    assert spare.notes == ["head.weight: the table serves"]


def test_a_file_may_leave_the_prefix_out() -> None:
    known = made(prefix="net.", tied={"net.copy": "net.token"}, unused={"net.mask{i}": "a mask"})
    ours: dict[str, Sizes] = {"token": (1, 4)}

    bare = match(known, ours, {"token": (1, 1, 4), "copy": (1, 1, 4), "mask7": (9,)})

    assert bare.refusal() == ""
    assert bare.tied == {"copy": "token"}


def test_what_batch_normalisation_counts_may_be_missing() -> None:
    matched = match(made(), {"first.num_batches_tracked": ()}, {})

    assert matched.refusal() == ""
    assert matched.taken[0].theirs == ()


@pytest.mark.parametrize(
    ("ours", "theirs", "sentence"),
    [
        (
            {"first.bias": (3,)},
            {},
            "1 weight missing:\n  net.block0.bias: expected 3 for first.bias, found nothing",
        ),
        (
            {"last.bias": (3,)},
            {},
            "1 weight missing:\n  last.bias: the map has no rule for this weight of the drawing",
        ),
        (
            {"head.weight": (10, 4)},
            {"net.head.weight": (10, 4)},
            "1 weight of another shape:\n"
            "  net.head.weight: expected 4×10 for head.weight, received 10×4",
        ),
        (
            {"first.bias": (3,)},
            {"net.block0.bias": (3,), "net.extra": ()},
            "1 weight unknown:\n  net.extra: the drawing has no place for it",
        ),
    ],
)
def test_what_does_not_fit_is_named(
    ours: dict[str, Sizes], theirs: dict[str, Sizes], sentence: str
) -> None:
    assert match(made(), ours, theirs).refusal() == sentence


def test_of_many_weights_that_do_not_fit_the_first_are_named() -> None:
    theirs: dict[str, Sizes] = {f"w{number}": (1,) for number in range(10)}

    lines = match(made(), {}, theirs).refusal().splitlines()

    assert lines[0] == "10 weights unknown:"
    assert lines[-1] == "  and 4 more"
    assert len(lines) == 8


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "this is not a map of weights"),
        (b"\xff", "this is not a map of weights"),
        (b'{"title": "x"}', "missing required field `reference`"),
        (
            b'{"title": "x", "reference": "y", "documents": [], "rules": '
            b'[{"ours": "a", "theirs": "b", "how": "turn"}]}',
            "Invalid enum value 'turn'",
        ),
        (
            b'{"title": "x", "reference": "y", "documents": [], "rules": '
            b'[{"ours": "a{i}.b{i}", "theirs": "b"}]}',
            "expected each letter once in a{i}.b{i}",
        ),
    ],
)
def test_a_broken_map_is_explained(content: bytes, sentence: str) -> None:
    with pytest.raises(FileError) as refused:
        read_map(content, "mine.json")

    assert str(refused.value).startswith("mine.json: ")
    assert sentence in str(refused.value)


def test_names_are_told_by_the_first_rule() -> None:
    names = names_for(made(), {"head.weight": (10, 4), "unheard": (1,)})

    assert [(one.ours, one.theirs, one.how) for one in names] == [
        ("head.weight", ("net.head.weight",), "transpose")
    ]


@pytest.mark.parametrize("name", shipped_maps())
def test_a_map_that_is_shipped_is_found_by_name_and_by_its_documents(name: str) -> None:
    known = find_map(name)

    assert known.documents
    assert all(document in find_map(document).documents for document in known.documents)
    assert find_map(str(shipped_maps()[name])) == known


def test_a_map_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(
        FileError, match="bert: there is no such map; expected a file or one of alex"
    ):
        find_map("bert")


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("gpt2", {"activation_function": "relu"}, 'expected activation_function to be "gelu_new"'),
        ("llama", {"rope_parameters": {"rope_type": "yarn"}}, 'rope_type to be "default"'),
        ("llama", {"rope_scaling": {"type": "linear"}}, "expected rope_scaling to be null"),
        ("llama", {"vocab_size": 9}, "expected the id or title of a block, received tokens"),
        ("resnet18", {}, "has no configuration file to read sizes from"),
        ("llama", [], "expected names with values"),
    ],
)
def test_a_configuration_that_the_drawing_is_not_is_refused(
    name: str, values: object, sentence: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(values), encoding="utf-8")

    with pytest.raises(StudioError, match=sentence):
        sized(lenet(), find_map(name), config, CATALOG)


def test_a_configuration_of_an_older_release_sets_every_size(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    values = {"hidden_size": 64, "num_attention_heads": 8, "rope_theta": 5e5, "rope_scaling": None}
    config.write_text(json.dumps(values | {"rms_norm_eps": 1e-5}), encoding="utf-8")
    drawing = next(one for one in published() if one.name == "llama2-70b").read()

    after = sized(drawing, find_map("llama"), config, CATALOG)

    inside = after.composites["decoder_layer"].graph.nodes
    assert after.graph.nodes["embedding"].params["embedding_dim"] == 64
    # Without a number of their own there are as many heads of keys as of queries.
    assert after.graph.nodes["layers"].params == {"heads": 8, "kv_heads": 8}
    assert inside["attention"].params["rope_base"] == 500_000
    assert inside["norm1"].params["eps"] == inside["norm2"].params["eps"] == 1e-5
    assert after.graph.nodes["norm"].params["eps"] == 1e-5


def test_names_of_older_releases_of_transformers_are_known_too() -> None:
    known = find_map("vit-b-16-transformers")

    named = {names for _, names in known.sources("layers.3.attention.in_proj_bias")}

    new, old = "vit.layers.3.attention", "vit.encoder.layer.3.attention.attention"
    assert named == {
        tuple(f"{new}.{part}_proj.bias" for part in "qkv"),
        tuple(f"{old}.{part}.bias" for part in ("query", "key", "value")),
    }
