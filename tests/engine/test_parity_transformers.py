"""Published text and picture networks give what transformers' own classes give."""

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from tests.engine.references import assert_same, exported, scores

# Nothing here needs a network, and a test must not wait for one.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

transformers = pytest.importorskip("transformers")

WORDS = 97

GPT2_SIZES = {
    "three layers": {"n_layer": 3, "n_embd": 48, "n_head": 4, "n_positions": 40},
    "one layer": {"n_layer": 1, "n_embd": 32, "n_head": 2, "n_positions": 16},
    "another hidden size and eps": {
        "n_layer": 2, "n_embd": 48, "n_head": 3, "n_positions": 24, "n_inner": 100,
        "layer_norm_epsilon": 1e-3,
    },
}  # fmt: skip

LLAMA = {
    "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 8, "intermediate_size": 172,
    "max_position_embeddings": 96,
}  # fmt: skip

LLAMA_SIZES = {
    "as LLaMA 7B": {},
    "keys in groups": {"num_key_value_heads": 2, "rms_norm_eps": 1e-5},
    "one head of keys, theta of LLaMA 3": {"num_key_value_heads": 1, "rope_theta": 500_000.0},
    "one layer with biases": {
        "num_hidden_layers": 1, "attention_bias": True, "mlp_bias": True,
    },
    "a tied head": {"tie_word_embeddings": True},
}  # fmt: skip


def shaken(model: nn.Module) -> nn.Module:
    """Give every weight a value of its own: norms begin as ones and biases as zeros."""
    torch.manual_seed(5)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            start = 1.0 if weight.dim() == 1 and name.endswith("weight") else 0.0
            weight.normal_(start, 0.2 if weight.dim() < 2 else 0.08)
    return model.eval()


def kept(model: nn.Module, folder: Path) -> tuple[Path, Path]:
    """Save a model as transformers does, and return its configuration and its weights."""
    model.save_pretrained(folder)
    return folder / "config.json", folder / "model.safetensors"


def gpt2(**sizes: object) -> nn.Module:
    """A GPT-2 with random weights."""
    ends = {"bos_token_id": 1, "eos_token_id": 2}
    config = transformers.GPT2Config(vocab_size=WORDS, **ends, **sizes)
    return shaken(transformers.GPT2LMHeadModel(config))


def llama(**sizes: object) -> nn.Module:
    """A LLaMA with random weights."""
    config = transformers.LlamaConfig(vocab_size=WORDS, **{**LLAMA, **sizes})
    return shaken(transformers.LlamaForCausalLM(config))


def text(length: int) -> Tensor:
    """Three texts of random tokens."""
    return torch.randint(0, WORDS, (3, length), generator=torch.Generator().manual_seed(1))


def theirs(model: nn.Module, x: Tensor) -> Tensor:
    """What the model of transformers says."""
    with torch.no_grad():
        return model(x).logits


@pytest.mark.parametrize("sizes", GPT2_SIZES.values(), ids=GPT2_SIZES)
def test_an_exported_gpt2_with_the_weights_of_transformers_says_the_same(
    sizes: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = gpt2(**sizes)
    config, weights = kept(reference, tmp_path / "ref")

    model = exported(
        capsys, tmp_path / "out", "gpt2", "--map", "gpt2", "--config", config, "--weights", weights
    )

    for length in (int(str(sizes["n_positions"])), 7):
        assert_same(scores(model, text(length)), theirs(reference, text(length)))


@pytest.mark.parametrize("document", ["llama-7b", "llama2-70b"])
@pytest.mark.parametrize("sizes", LLAMA_SIZES.values(), ids=LLAMA_SIZES)
def test_an_exported_llama_with_the_weights_of_transformers_says_the_same(
    sizes: dict[str, object],
    document: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    reference = llama(**sizes)
    config, _ = kept(reference, tmp_path / "ref")

    model = exported(
        capsys, tmp_path / "out", document, "--map", document, "--config", config,
        "--weights", tmp_path / "ref",
    )  # fmt: skip

    assert_same(scores(model, text(96)), theirs(reference, text(96)))


def test_sizes_can_be_set_by_hand_as_the_page_lists_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = llama(num_key_value_heads=4, rms_norm_eps=1e-5)
    _, weights = kept(reference, tmp_path / "ref")
    settings = {
        "tokens.vocabulary": WORDS, "next.classes": WORDS, "head.out_features": WORDS,
        "tokens.length": 96, "next.length": 96, "embedding.embedding_dim": 64, "layers.repeat": 2,
        "layers.heads": 8, "layers.kv_heads": 4, "layers/feed_forward.hidden_features": 172,
        "norm.eps": 1e-5, "layers/norm1.eps": 1e-5, "layers/norm2.eps": 1e-5,
    }  # fmt: skip
    options = [word for at, to in settings.items() for word in ("--set", f"blocks.{at}={to}")]

    model = exported(
        capsys, tmp_path / "out", "llama-7b", "--map", "llama", "--weights", weights, *options
    )

    assert_same(scores(model, text(50)), theirs(reference, text(50)))


def test_weights_in_several_files_and_without_the_prefix_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = gpt2(**GPT2_SIZES["three layers"])
    config, weights = kept(reference, tmp_path / "ref")
    # As the published file of GPT-2 has them: no prefix, and the masks of an older release.
    bare = {name.removeprefix("transformer."): value for name, value in load_file(weights).items()}
    bare.pop("lm_head.weight", None)
    bare["h.0.attn.bias"] = torch.ones(1, 1, 40, 40)
    names = sorted(bare)
    parts = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, held in parts.items():
        save_file({name: bare[name] for name in held}, tmp_path / file)
    index = tmp_path / "model.safetensors.index.json"
    listed = {name: file for file, held in parts.items() for name in held}
    index.write_text(json.dumps({"weight_map": listed}), encoding="utf-8")

    model = exported(
        capsys, tmp_path / "out", "gpt2", "--map", "gpt2", "--config", config, "--weights", index
    )

    assert_same(scores(model, text(40)), theirs(reference, text(40)))


def test_names_beside_the_model_rename_a_state_dict_without_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from studio.resources import resource

    reference = gpt2(**GPT2_SIZES["three layers"])
    config, _ = kept(reference, tmp_path / "ref")
    model = exported(capsys, tmp_path / "out", "gpt2", "--map", "gpt2", "--config", config)
    names = json.loads((tmp_path / "out" / "names.json").read_text(encoding="utf-8"))["names"]
    page = resource("help/published-weights.md").read_text(encoding="utf-8")
    shown: dict[str, object] = {"torch": torch}
    exec(page.split("```python\n")[1].split("```")[0], shown)

    model.load_state_dict(shown["renamed"](names, reference.state_dict()))

    assert_same(scores(model, text(40)), theirs(reference, text(40)))


def test_an_exported_vision_transformer_agrees_with_the_one_of_transformers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = transformers.ViTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=100,
        image_size=48, patch_size=16, num_labels=5,
    )  # fmt: skip
    reference = shaken(transformers.ViTForImageClassification(config))
    config_file, weights = kept(reference, tmp_path / "ref")
    classes = ("--set", "blocks.head.out_features=5", "--set", "blocks.label.classes=5")

    model = exported(
        capsys, tmp_path / "out", "vit-b-16", "--map", "vit-b-16-transformers", "--config",
        config_file, "--weights", weights, *classes,
    )  # fmt: skip

    x = torch.randn(2, 3, 48, 48)
    assert_same(scores(model, x), theirs(reference, x))


@pytest.mark.parametrize(
    ("name", "sizes", "repeats"),
    [
        ("resnet18", {"layer_type": "basic", "depths": [2, 2, 2, 2]}, ()),
        # ResNet-34 from the drawing of ResNet-18.
        ("resnet18", {"layer_type": "basic", "depths": [3, 4, 6, 3]}, (3, 3, 5, 2)),
        ("resnet50", {"layer_type": "bottleneck", "depths": [3, 4, 6, 3]}, ()),
    ],
    ids=["resnet18", "resnet34", "resnet50"],
)
def test_an_exported_residual_network_agrees_with_the_one_of_transformers(
    name: str,
    sizes: dict[str, object],
    repeats: tuple[int, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from tests.engine.references import narrow

    widths = [8 * (4 if name == "resnet50" else 1) * 2**stage for stage in range(4)]
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=widths, num_labels=10, **sizes
    )
    reference = transformers.ResNetForImageClassification(config)
    for norm in (one for one in reference.modules() if isinstance(one, nn.BatchNorm2d)):
        norm.momentum = 1.0
    x = torch.randn(4, 3, 64, 64)
    reference.train()(x)
    reference.eval()
    _, weights = kept(reference, tmp_path / "ref")
    options = [
        word
        for number, repeat in enumerate(repeats, start=1)
        for word in ("--set", f"blocks.layer{number}.repeat={repeat}")
    ]

    model = exported(
        capsys, tmp_path / "out", narrow(name, 8, 10, tmp_path), "--map", f"{name}-transformers",
        "--weights", weights, *options,
    )  # fmt: skip

    assert_same(scores(model, x), theirs(reference, x))
