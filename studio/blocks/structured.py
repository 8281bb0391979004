"""Structured output: answers whose parts are judged together."""

from studio.api import (
    BlockSpec,
    Inferred,
    Metric,
    Params,
    Port,
    Shape,
    ShapeError,
    Shapes,
    count,
    gives,
    size,
)

from ._forms import LOSS, MASK, expect_mask, expect_sequence

_EMISSIONS = Port("emissions", "float", (3,), help="One score for each tag of each step")
_CRF = "studio.engine.nn.crf:LinearChainCRF"


def _crf(shapes: Shapes, _: Params) -> Inferred:
    emissions, target = shapes["emissions"], shapes["target"]
    tags = expect_sequence(emissions)
    expect_mask(shapes, emissions)
    if target.dims != emissions.dims[:2]:
        wanted = "×".join(str(dim) for dim in emissions.dims[:2])
        raise ShapeError(f"expected a tag for each step, {wanted}, received {target}", "target")
    if target.limit is not None and target.limit != tags:
        raise ShapeError(
            f"expected one score for each of {target.limit} tags, received {tags}", "emissions"
        )
    weights = {
        "start_transitions": (tags,),
        "end_transitions": (tags,),
        "transitions": (tags, tags),
    }
    return Inferred({"loss": Shape(())}, {"tags": tags}, weights, _steps(emissions) * tags * tags)


def _steps(emissions: Shape) -> int:
    return count(emissions.dims[1:2])


def _crf_call(shapes: Shapes, _: Params) -> str:
    return "{self}({emissions}, {target}" + (", {mask})" if "mask" in shapes else ")")


def _decoded(shapes: Shapes) -> str:
    return "{self}.decode({emissions}" + (", {mask})" if "mask" in shapes else ")")


def _accuracy(shapes: Shapes, _: Params) -> str:
    right = f"({_decoded(shapes)} == {{target}})"
    if "mask" in shapes:
        return f"({right} & {{mask}}).sum() / {{mask}}.sum().clamp(min=1)"
    return f"{right}.float().mean()"


def _sequences(shapes: Shapes, _: Params) -> str:
    return "{mask}[:, 0].sum()" if "mask" in shapes else ""


def _how_many(shapes: Shapes, _: Params) -> str:
    return "{mask}.sum()" if "mask" in shapes else ""


def _viterbi(shapes: Shapes, p: Params) -> Inferred:
    emissions, tags = shapes["emissions"], p.whole("tags")
    expect_mask(shapes, emissions)
    if expect_sequence(emissions) != tags:
        raise ShapeError(
            f"expected one score for each of {tags} tags as the CRF has, received "
            f"{size(emissions.dims[2], 'the tags')}",
            "emissions",
        )
    macs = _steps(emissions) * tags * tags
    return gives(Shape(emissions.dims[:2], "int", tags), macs=macs)


def _viterbi_call(shapes: Shapes, _: Params) -> str:
    return _decoded(shapes)


CRF = BlockSpec(
    id="loss.crf",
    title="Linear-chain CRF",
    family="Loss",
    role="loss",
    stem="crf",
    inputs=(_EMISSIONS, Port("target", "int", (2,), help="The right tag of each step"), MASK),
    outputs=LOSS,
    infer=_crf,
    init="LinearChainCRF({tags})",
    call=_crf_call,
    needs=(_CRF,),
    over=_sequences,
    metrics=(Metric("accuracy", _accuracy, unit="%", over=_how_many),),
    formula="L = log Σ_y e^s(y) − s(t), s(y) = start(y₁) + Σₜ (xₜ[yₜ] + A[yₜ₋₁, yₜ]) + end(y_T)",
    help=(
        "Judges the tags of a sequence together: beside each step's own scores it learns how "
        "gladly one tag follows another, so that impossible sequences become improbable. The sum "
        "over all sequences is computed step by step. Put Viterbi beside it, with its weights, "
        "to get the best tags; the accuracy shown is that of these."
    ),
    paper="Lafferty, McCallum, Pereira 2001: Conditional random fields; pytorch-crf: CRF",
    synonyms=("crf", "conditional random field", "tagging", "named entities", "ner", "sequence"),
)

VITERBI = BlockSpec(
    id="nn.viterbi",
    title="Viterbi",
    family="Output",
    stem="viterbi",
    inputs=(_EMISSIONS, MASK),
    infer=_viterbi,
    call=_viterbi_call,
    borrows=("loss.crf",),
    formula="y = argmax_y s(y) with the s of the CRF",
    help=(
        "Gives the sequence of tags with the highest score of all, found step by step from the "
        "best ways to each tag. It has no weights of its own but uses those of the CRF that it "
        "shares with. Where the mask has no step the tag is 0."
    ),
    paper="Viterbi 1967: Error bounds for convolutional codes; pytorch-crf: CRF.decode",
    synonyms=("decode", "decoding", "crf", "best path", "tagging", "dynamic programming"),
)
