"""Metrics for sequences of tokens, computed once over a whole part."""

from collections.abc import Iterator
from math import exp
from typing import TYPE_CHECKING

from studio.api import BlockSpec, Inferred, Param, Params, Port, Scoring, ShapeError, Shapes

from ._classes import IGNORED
from ._scores import CLASSES, NOTHING, expect_classes, picked, tokens_of

if TYPE_CHECKING:
    from ._scores import Kept

_HERE = "studio.blocks.metrics_sequences"
_INPUTS = (
    Port("answer", None, (2, 3), help="The tokens, or scores for each token of which the best is"),
    Port("target", "int", (2,), help="The right tokens"),
)
_END = Param(
    "end",
    -1,
    low=-1,
    high=10_000_000,
    title="end token",
    help="The token with which a sequence ends, so that lengths can differ; −1 is none: then the "
    "answer is judged where the target counts, or ends at <end> if it is written and has one",
)
_WRITTEN = Param(
    "written",
    False,
    help="Judge what the network answers by itself, its likeliest token at every step, and not its "
    "next one behind the right ones; known at the end of a run, of the test part",
)
_PARAMS = (IGNORED, _END, _WRITTEN)


def perplexity(kept: "Kept", _: Params) -> float | None:
    """Return the exponential of the mean surprise; of nothing, nothing is said."""
    (surprises,) = kept
    return exp(float(surprises.astype(float).mean())) if surprises.size else None


def exact(kept: "Kept", p: Params) -> float:
    """Return the share of sequences that are right from beginning to end."""
    right = [said == wanted for said, wanted in _pairs(kept, p)]
    return sum(right) / len(right)


def bleu(kept: "Kept", p: Params) -> float:
    """Return BLEU of the whole part, between 0 and 100, tokens taken as they are."""
    from sacrebleu.metrics import bleu as sacrebleu

    pairs = [(_text(said), _text(wanted)) for said, wanted in _pairs(kept, p)]
    said, wanted = [one for one, _ in pairs], [one for _, one in pairs]
    measure = sacrebleu.BLEU(tokenize="none", smooth_method="exp", force=True)
    return float(measure.corpus_score(said, [wanted]).score)


def rouge_l(kept: "Kept", p: Params) -> float:
    """Return the mean ROUGE-L F-measure, between 0 and 1."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"], tokenizer=_Spaces())
    found = [
        scorer.score(_text(wanted), _text(said))["rougeL"].fmeasure
        for said, wanted in _pairs(kept, p)
    ]
    return float(sum(found) / len(found))


def span_f1(kept: "Kept", p: Params) -> float | None:
    """Return the F1 of spans found whole; where there is none and none is found, nothing."""
    found = right = wanted = 0
    for said, tags in _pairs(kept, p):
        ours, theirs = set(_spans(said)), set(_spans(tags))
        found, wanted, right = found + len(ours), wanted + len(theirs), right + len(ours & theirs)
    return 2 * right / (found + wanted) if found + wanted else None


class _Spaces:
    """Cuts texts at spaces and leaves their words as they are."""

    def tokenize(self, text: str) -> list[str]:
        """Return the words of a text."""
        return text.split()


def _pairs(kept: "Kept", p: Params) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the answered and the right tokens of every sequence, without padding."""
    ignored, end = p.whole("ignore_index"), p.get("end", -1)
    for said, wanted in zip(*(array.tolist() for array in kept), strict=True):
        if end == -1:
            places = [place for place, token in enumerate(wanted) if token != ignored]
            yield [said[place] for place in places], [wanted[place] for place in places]
        else:
            yield _until(said, ignored, end), _until(wanted, ignored, end)


def _until(tokens: list[int], ignored: int, end: object) -> list[int]:
    cut = tokens[: tokens.index(end)] if end in tokens else tokens
    return [token for token in cut if token != ignored]


def _text(tokens: list[int]) -> str:
    return " ".join(map(str, tokens))


def _spans(tags: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield first place, last place and kind of every span of tags O, B-1, I-1, B-2, I-2, ….

    As in conlleval, an I that continues nothing begins a span.
    """
    start, kind = 0, 0
    for place, tag in enumerate([*tags, 0]):
        here = (tag + 1) // 2
        if kind and (tag % 2 or here != kind):
            yield start, place - 1, kind
            kind = 0
        if here and not kind:
            start, kind = place, here


def _sequences(shapes: Shapes, _: Params) -> Inferred:
    answer, target = shapes["answer"], shapes["target"]
    if answer.dtype == "bool" or (answer.rank == 3) != (answer.dtype == "float"):
        raise ShapeError(f"expected tokens B×T or scores B×T×tokens, received {answer}", "answer")
    steps = answer.dims[:2]
    if steps[:1] != target.dims[:1] or (answer.rank == 3 and steps != target.dims):
        raise ShapeError(f"expected answers for {target}, received {answer}", "answer")
    return NOTHING


def _tags(shapes: Shapes, p: Params) -> Inferred:
    if shapes["answer"].dims[:2] != shapes["target"].dims:
        raise ShapeError(
            f"expected a tag for each of {shapes['target']}, received {shapes['answer']}", "answer"
        )
    return _sequences(shapes, p)


def _tokens(shapes: Shapes, _: Params) -> str:
    return f"{tokens_of('answer', shapes['answer'])}, {{target}}"


def _surprises(shapes: Shapes, p: Params) -> str:
    rows = ("{scores}.flatten(0, -2)", "{target}.flatten()")
    given = ", ".join(rows if shapes["target"].rank > 1 else ("{scores}", "{target}"))
    each = f'F.cross_entropy({given}, ignore_index={{ignore_index}}, reduction="none")'
    return picked(f"{each}.view_as({{target}})", shapes, p)


PERPLEXITY = BlockSpec(
    id="metric.perplexity",
    title="Perplexity",
    family="Metric",
    role="metric",
    stem="perplexity",
    inputs=CLASSES,
    outputs=(),
    params=(IGNORED,),
    infer=expect_classes,
    call=_surprises,
    scoring=Scoring(f"{_HERE}:perplexity", higher_is_better=False),
    formula="exp(mean of −log softmax(scores)[target])",
    help=(
        "Among how many tokens the network seems to hesitate: guessing blindly among V gives V. "
        "Plain cross-entropy shows it by itself; this is for losses with smoothing or weights, of "
        "which the exponential would say something else."
    ),
    paper="Jelinek et al. 1977: Perplexity, a measure of the difficulty of speech recognition",
    synonyms=("ppl", "language model", "surprise", "bits"),
)

EXACT_MATCH = BlockSpec(
    id="metric.exact_match",
    title="Exact match",
    family="Metric",
    role="metric",
    stem="exact",
    inputs=_INPUTS,
    outputs=(),
    params=_PARAMS,
    infer=_sequences,
    call=_tokens,
    scoring=Scoring(f"{_HERE}:exact", unit="%", writes="written"),
    formula="share of sequences of which every token is right",
    help=(
        "How often the whole answer is right, where one wrong token spoils it: spelling, sums, "
        "names. Padding does not count. It is far below the accuracy of single tokens."
    ),
    paper="Rajpurkar et al. 2016: SQuAD",
    synonyms=("em", "sequence accuracy", "whole sequence"),
)

BLEU = BlockSpec(
    id="metric.bleu",
    title="BLEU",
    family="Metric",
    role="metric",
    stem="bleu",
    inputs=_INPUTS,
    outputs=(),
    params=_PARAMS,
    infer=_sequences,
    call=_tokens,
    scoring=Scoring(f"{_HERE}:bleu", requires=("sacrebleu", "metrics"), writes="written"),
    formula="BLEU = 100 · min(1, e^(1 − r/c)) · (p₁·p₂·p₃·p₄)^¼",
    help=(
        "How many runs of one to four tokens the translation shares with the right one, from 0 to "
        "100; short ones are punished. It is a figure of the whole part. Without "
        "written it is teacher-forced: higher than for sentences the network writes alone."
    ),
    paper="Papineni et al. 2002: BLEU; Post 2018: sacreBLEU",
    synonyms=("translation", "n-gram", "sacrebleu"),
)

ROUGE_L = BlockSpec(
    id="metric.rouge_l",
    title="ROUGE-L",
    family="Metric",
    role="metric",
    stem="rouge",
    inputs=_INPUTS,
    outputs=(),
    params=_PARAMS,
    infer=_sequences,
    call=_tokens,
    scoring=Scoring(f"{_HERE}:rouge_l", requires=("rouge_score", "metrics"), writes="written"),
    formula="F = 2·p·r / (p + r); p, r = longest common subsequence / length of answer, target",
    help=(
        "How long a chain of the right tokens appears in the same order, gaps allowed, from 0 to "
        "1. It is the mean over sequences. Summaries are judged with it."
    ),
    paper="Lin 2004: ROUGE; rouge-score by Google Research",
    synonyms=("summarisation", "summarization", "longest common subsequence"),
)

SPAN_F1 = BlockSpec(
    id="metric.span_f1",
    title="Span F1",
    family="Metric",
    role="metric",
    stem="spans",
    inputs=_INPUTS,
    outputs=(),
    params=(IGNORED,),
    infer=_tags,
    call=_tokens,
    scoring=Scoring(f"{_HERE}:span_f1", unit="%"),
    formula="F₁ over spans whose beginning, end and kind are right",
    help=(
        "For names and other spans marked by tags, numbered O, B-1, I-1, B-2, I-2, …: a span "
        "counts as found only whole. An I that continues nothing begins a span, as in conlleval."
    ),
    paper="Tjong Kim Sang, De Meulder 2003: CoNLL-2003 shared task",
    synonyms=("ner", "named entities", "bio", "iob", "conll", "seqeval", "tagging"),
)
