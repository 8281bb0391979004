"""Text from drawings: who can write, with or without a cache, and what is refused."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from studio.app.gallery import find_experiment
from studio.compile.run import plan_data
from studio.compile.source import compile_network
from studio.core.addresses import set_at
from studio.core.fileio import open_file
from studio.engine.build import Network
from studio.engine.decoding import Beams, beam_search
from studio.engine.language import NoLanguageError, recognise, shifted
from studio.engine.reading import TextReader, reading
from studio.engine.writer import Report, Wish, Writer
from studio.runs.spec import ColumnInfo
from tests.helpers.builders import CATALOG


def drawn(name: str, *settings: str) -> tuple[nn.Module, list[ColumnInfo]]:
    """A network of the gallery with random weights, and the columns it takes."""
    experiment = open_file(find_experiment(name))
    for setting in settings:
        experiment = set_at(experiment, setting, CATALOG)
    program = compile_network(experiment, CATALOG)
    columns = {column.name: column for column in plan_data(experiment.data, CATALOG).columns}
    torch.manual_seed(0)
    module = Network(program, name).module.eval()
    with torch.no_grad():  # first weights say nearly the same of every token
        for weight in module.parameters():
            weight.mul_(3.0 if weight.ndim > 1 else 1.0)
    return module, [columns[argument.column] for argument in program.inputs]


def random_source(writer: Writer, columns: list[ColumnInfo]) -> Tensor | None:
    """A source to answer, of which the last tokens are padding."""
    if writer.language.source is None:
        return None
    column = columns[writer.language.source]
    source_BS = torch.randint(4, column.limit, (1, *column.shape))
    source_BS[:, -2:] = 0
    return source_BS


def written(writer: Writer, begun: Tensor, source: Tensor | None, **wish: object) -> list[int]:
    report = Report()
    for _ in writer.write(begun, Wish(**wish), report, source):
        pass
    return report.tokens


CACHED = {
    "GPT": ("gpt-kjv", ()),
    "LLaMA, two groups": ("llama-kjv", ()),
    "LLaMA, one group": ("llama-kjv", ("blocks.layers.kv_heads=1",)),
    "mixture of experts": ("moe-kjv", ()),
    "encoder and decoder": ("transformer-phonemes", ()),
}


@pytest.mark.parametrize(("name", "settings"), CACHED.values(), ids=CACHED)
def test_a_cache_changes_no_score_and_no_text(name: str, settings: tuple[str, ...]) -> None:
    module, columns = drawn(name, *settings)
    writer = Writer(module, columns)
    source = random_source(writer, columns)
    text_BT = torch.randint(4, writer.language.vocabulary, (2, 11))

    with reading(module, writer.language, source) as kept:
        assert kept.cache is not None
        with_cache = [kept.scores(text_BT[:, :end]) for end in (4, 5, 6, 11)]
    with reading(module, writer.language, source, cache=False) as plain:
        whole = [plain.scores(text_BT[:, :end]) for end in (4, 5, 6, 11)]

    for one, other in zip(with_cache, whole, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)
    begun = text_BT[:1, :2]
    for wish in ({"temperature": 0.0}, {"seed": 3}, {"beams": 3}):
        same = {"tokens": 9, **wish}
        assert written(writer, begun, source, **same) == written(
            writer, begun, source, **same, cache=False
        )


def test_an_encoder_reads_the_source_once() -> None:
    module, columns = drawn("transformer-phonemes")
    writer = Writer(module, columns)
    asked: list[str] = []
    with reading(module, writer.language, random_source(writer, columns)) as reader:
        inside = module.encoder[0].attention
        inside.register_forward_hook(lambda *_: asked.append("encoder"))
        for end in (1, 2, 3, 4):
            reader.scores(torch.randint(4, 60, (1, 4))[:, :end])

    assert asked == ["encoder"]


def test_beyond_what_it_can_look_back_the_window_moves_on() -> None:
    module, columns = drawn("llama-kjv")
    writer = Writer(module, columns)
    begun = torch.randint(4, 60, (1, 60))

    assert written(writer, begun, None, tokens=12, temperature=0.0) == written(
        writer, begun, None, tokens=12, temperature=0.0, cache=False
    )


@pytest.mark.parametrize(("groups", "share"), [(4, 1), (2, 2), (1, 4)])
def test_the_cache_shrinks_with_the_number_of_groups(groups: int, share: int) -> None:
    module, columns = drawn("llama-kjv", f"blocks.layers.kv_heads={groups}")
    writer, report = Writer(module, columns), Report()

    for _ in writer.write(writer.prompt("In the"), Wish(tokens=5), report):
        pass

    # Two layers, keys and values of 64 features, 6 + 4 steps read, four bytes each.
    assert report.cache_bytes * share == 2 * 2 * 64 * 10 * 4


@pytest.mark.parametrize("name", ["seq2seq-attention", "characters"])
def test_a_recurrent_network_reads_all_anew_and_says_so(name: str) -> None:
    module, columns = drawn(name)
    writer, report = Writer(module, columns), Report()
    source = random_source(writer, columns)
    begun = torch.tensor([[5]])

    said = [tokens[0] for tokens in writer.write(begun, Wish(tokens=4), report, source)]

    assert len(said) == 4
    assert not report.cached
    assert report.cache_bytes == 0


def test_torch_s_own_attention_reads_all_anew_and_rightly() -> None:
    class Torch(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(11, 8)
            self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0)
            self.head = nn.Linear(8, 11)

        def forward(self, text_BT: Tensor) -> Tensor:
            later = nn.Transformer.generate_square_subsequent_mask(text_BT.shape[1])
            x_BTD = self.layer(self.embedding(text_BT), src_mask=later, is_causal=True)
            scores_BTV: Tensor = self.head(x_BTD)
            return scores_BTV

    torch.manual_seed(0)
    module = Torch().eval()
    language = recognise(module, [TEXT])

    with reading(module, language) as reader:
        assert reader.cache is None
        tokens_1T = torch.tensor([[1, 2, 3]])
        torch.testing.assert_close(reader.scores(tokens_1T), module(tokens_1T)[:, -1])


TEXT = ColumnInfo(name="text", role="input", shape=(9,), dtype="int", limit=11)


def test_the_text_is_found_where_source_and_answer_have_one_vocabulary() -> None:
    module, columns = drawn("transformer-phonemes")

    language = recognise(module, columns)

    assert columns[language.text].name == "phonemes"
    assert language.source is not None
    assert columns[language.source].name == "letters"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lenet-digits", "this network has image"),
        ("syllables-lstm", "this network says B×5"),
        ("forecast-lstm", "Text needs an input of tokens"),
    ],
)
def test_a_network_that_does_not_write_is_told_what_is_missing(name: str, words: str) -> None:
    module, columns = drawn(name)

    with pytest.raises(NoLanguageError, match=words):
        Writer(module, columns)


def test_a_network_that_looks_ahead_is_refused() -> None:
    module, columns = drawn("gpt-kjv", "blocks.layers/attention.causal=false")

    with pytest.raises(NoLanguageError, match=r"depend on later tokens.*set causal"):
        Writer(module, columns)


def test_a_text_is_followed_by_its_target_one_step_on() -> None:
    text_BT = torch.tensor([[1, 5, 6, 0], [1, 7, 0, 0]])

    assert shifted(text_BT, torch.tensor([[5, 6, 2, 0], [7, 2, 0, 0]]))
    assert not shifted(text_BT, text_BT)


# transformers

os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_the_weights_of_transformers_write_what_transformers_writes(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("transformers")
    from tests.engine import test_parity_transformers as parity
    from tests.engine.references import exported

    make: Callable[[], nn.Module] = {
        "gpt2": lambda: parity.gpt2(n_layer=2, n_embd=32, n_head=2, n_positions=40),
        "llama": lambda: parity.llama(num_key_value_heads=2),
    }[kind]
    reference = make()
    document = {"gpt2": "gpt2", "llama": "llama-7b"}[kind]
    config, _ = parity.kept(reference, tmp_path / "ref")
    model = exported(
        capsys, tmp_path / "out", document, "--map", document, "--config", config,
        "--weights", tmp_path / "ref",
    ).eval()  # fmt: skip
    column = ColumnInfo(name="text", role="input", shape=(40,), dtype="int", limit=parity.WORDS)
    writer = Writer(model, [column])
    begun = torch.tensor([[5, 17, 3]])
    ends = {"eos_token_id": None, "pad_token_id": 0, "do_sample": False, "max_new_tokens": 20}

    greedy = reference.generate(begun, **ends)[0, 3:].tolist()
    beams = reference.generate(begun, **ends, num_beams=4)[0, 3:].tolist()

    with reading(model, writer.language) as reader:
        assert isinstance(reader, TextReader)
        assert reader.cache is not None
        assert beam_search(reader, begun, Beams(4), most=20) == beams
    assert written(writer, begun, None, tokens=20, temperature=0.0) == greedy
