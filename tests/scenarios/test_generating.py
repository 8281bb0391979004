"""``netwright generate``: what a person types and what is written."""

import json
from pathlib import Path

import pytest

from studio.cli import main


def generated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["generate", *arguments, "--json"]) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    small = ("data.source.windows=200", "training.epochs=1", "training.checkpoint_secs=0")
    settings = [word for one in small for word in ("--set", one)]
    assert main(["train", "llama-kjv", *settings, "--out", str(tmp_path / "run"), "--json"]) == 0
    capsys.readouterr()
    return str(tmp_path / "run")


def test_a_run_writes_the_same_text_with_and_without_a_cache(
    run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (run, "--prompt", "And God", "--tokens", "30", "--top-k", "8", "--seed", "4")

    kept = generated(capsys, *asked)
    anew = generated(capsys, *asked, "--no-cache")

    assert len(str(kept["text"])) == 30
    assert (kept["text"], kept["tokens"]) == (anew["text"], anew["tokens"])
    assert (kept["cached"], anew["cached"], anew["cache_bytes"]) == (True, False, 0)
    assert main(["generate", *asked]) == 0
    assert capsys.readouterr().out == f"{kept['text']}\n"


def test_the_likeliest_text_needs_no_seed_and_one_beam_is_the_same(
    run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (run, "--prompt", "And", "--tokens", "12", "--temperature", "0")

    texts = {str(generated(capsys, *asked, "--seed", seed)["text"]) for seed in "012"}

    assert len(texts) == 1
    assert len(str(generated(capsys, run, "--prompt", "And", "--beams", "3")["text"])) == 200


def test_an_encoder_and_decoder_answers_the_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    small = ("--set", "data.source.samples=50")

    answer = generated(
        capsys, "transformer-phonemes", *small, "--prompt", "hello", "--tokens", "5", "--seed", "1"
    )

    assert answer["cached"]
    assert 1 <= len(answer["tokens"]) <= 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("lenet-digits",), "Text needs an input of tokens"),
        (("llama-kjv",), "expected a beginning to go on with"),
        (("llama-kjv", "--prompt", "é"), "'é' is not among the 63 tokens"),
        (("llama-kjv", "--prompt", "a", "--top-p", "0"), "top p: expected more than 0"),
        (("llama-kjv", "--prompt", "a", "--beams", "2", "--top-k", "3"), "expected no top k"),
        (("llama-kjv", "--prompt", "a", "--config", "x.json"), "expected --map beside it"),
        (("llama-kjv", "--prompt", "a", "--weights", "nowhere"), "no such run"),
        (("no-such",), "no-such"),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_refused_with_a_sentence(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", *arguments]) == 2
    assert words in capsys.readouterr().err
