"""The published Transformer gives what torch's own encoder and decoder give."""

import json
import math
import runpy
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from studio.cli import main
from tests.engine.references import assert_same

WORDS, D, HEADS, HIDDEN, STEPS = 60, 32, 4, 48, 12

SIZES = {
    "source.vocabulary": WORDS,
    "source.length": STEPS,
    "answer.vocabulary": WORDS,
    "answer.length": STEPS,
    "next.classes": WORDS,
    "next.length": STEPS,
    "source_embedding.embedding_dim": D,
    "encoder.heads": HEADS,
    "decoder.heads": HEADS,
    "encoder.hidden": HIDDEN,
    "decoder.hidden": HIDDEN,
    "encoder.repeat": 2,
    "decoder.repeat": 3,
    "root.value": math.sqrt(D),
}


class Translator(nn.Module):
    """Vaswani et al. 2017 from torch's layers: one table, scaled, with sines and cosines."""

    def __init__(self) -> None:
        super().__init__()
        sizes = (D, HEADS, HIDDEN, 0.0)
        self.embedding = nn.Embedding(WORDS, D)
        layer = nn.TransformerEncoderLayer(*sizes, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        answer = nn.TransformerDecoderLayer(*sizes, batch_first=True)
        self.decoder = nn.TransformerDecoder(answer, 3)
        place = torch.arange(STEPS)[:, None] / 10_000 ** (torch.arange(0, D, 2) / D)
        self.table = torch.stack([place.sin(), place.cos()], dim=2).flatten(1)

    def forward(self, answer: Tensor, source: Tensor) -> Tensor:
        """Return the scores of the next word at every place of the answer."""
        memory = self.encoder(self.embedding(source) * math.sqrt(D) + self.table)
        given = self.embedding(answer) * math.sqrt(D) + self.table
        later = torch.ones(STEPS, STEPS, dtype=torch.bool).triu(1)
        return self.decoder(given, memory, tgt_mask=later) @ self.embedding.weight.T


def test_an_exported_transformer_with_the_weights_of_torch_says_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(2)
    reference = Translator().eval()
    with torch.no_grad():
        for weight in reference.parameters():
            weight.add_(torch.randn_like(weight) * 0.05)
    save_file(reference.state_dict(), tmp_path / "ref.safetensors")
    options = [word for at, to in SIZES.items() for word in ("--set", f"blocks.{at}={to}")]

    out = str(tmp_path / "out")
    weights = str(tmp_path / "ref.safetensors")
    command = ["export", "transformer-base", "-o", out, "--map", "transformer-base"]
    code = main([*command, "--weights", weights, *options])
    told = capsys.readouterr()

    assert code == 0, told.err
    assert json.loads(told.out)["files"] == ["model.py", "weights.safetensors", "names.json"]
    model = runpy.run_path(f"{out}/model.py")["build"]().eval()
    # Token 0 fills up short sentences, and the drawing leaves it out of every look.
    answer, source = torch.randint(1, WORDS, (2, 3, STEPS))
    with torch.no_grad():
        assert_same(model(answer, source), reference(answer, source))
