"""Losses that compare samples with samples, or distributions with distributions."""

from studio.api import (
    BlockSpec,
    Inferred,
    Metric,
    Param,
    Params,
    Port,
    ShapeError,
    Shapes,
)

from ._forms import LOSS, SCALAR
from ._source import call

_MARGIN = Param("margin", 1.0, low=0.0, high=1e6, help="How far apart is far enough")


def _equal(shapes: Shapes, *ports: str) -> Inferred:
    """Refuse values of different shape at these ports."""
    first = shapes[ports[0]]
    for port in ports[1:]:
        if shapes[port].dims != first.dims:
            raise ShapeError(f"expected {first} as {ports[0]}, received {shapes[port]}", port)
    return SCALAR


def _kl(shapes: Shapes, _: Params) -> Inferred:
    return _equal(shapes, "log_probs", "target")


def _kl_call(shapes: Shapes, p: Params) -> str:
    rows = ".flatten(0, -2)" if shapes["target"].rank > 2 else ""
    return call(
        "F.kl_div",
        f"{{log_probs}}{rows}",
        f"{{target}}{rows}",
        reduction=("batchmean", "mean"),
        log_target=(p.flag("log_target"), False),
    )


def _gaussian_kl(shapes: Shapes, _: Params) -> Inferred:
    if shapes["mean"].rank < 2:
        raise ShapeError(f"expected a mean for each feature, received {shapes['mean']}", "mean")
    return _equal(shapes, "mean", "log_var")


def _triplet(shapes: Shapes, _: Params) -> Inferred:
    _vectors(shapes, "anchor")
    return _equal(shapes, "anchor", "positive", "negative")


def _vectors(shapes: Shapes, port: str) -> None:
    if shapes[port].rank != 2:
        raise ShapeError(f"expected vectors B×D, received {shapes[port]}", port)


def _pairs(shapes: Shapes, _: Params) -> Inferred:
    target = shapes["target"]
    _vectors(shapes, "x1")
    if target.rank != 1 or (target.limit or 2) > 2:
        raise ShapeError(f"expected 1 for alike and 0 for different, received {target}", "target")
    return _equal(shapes, "x1", "x2")


def _info_nce(shapes: Shapes, p: Params) -> Inferred:
    if p.real("temperature") == 0:
        raise ShapeError("expected a temperature above 0, received 0")
    _vectors(shapes, "query")
    return _equal(shapes, "query", "key")


def _info_nce_call(_: Shapes, p: Params) -> str:
    scores = "F.normalize({query}, dim=1) @ F.normalize({key}, dim=1).t() / {temperature}"
    own = "torch.arange(len({query}), device={query}.device)"
    if not p.flag("symmetric"):
        return f"F.cross_entropy({scores}, {own})"
    lines = (
        f"{{loss}} = {scores}",
        f"{{loss}} = F.cross_entropy({{loss}}, {own}) + F.cross_entropy({{loss}}.t(), {own})",
        "{loss} = 0.5 * {loss}",
    )
    return "\n".join(lines)


def _ranking(shapes: Shapes, _: Params) -> Inferred:
    return _equal(shapes, "chosen", "rejected")


KL_DIVERGENCE = BlockSpec(
    id="loss.kl_div",
    title="KL divergence",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("log_probs", "float", (2, 3), help="Logarithms of probabilities, from LogSoftmax"),
        Port("target", "float", (2, 3), help="The probabilities that they should be"),
    ),
    outputs=LOSS,
    params=(Param("log_target", False, title="target in logs", help="The target is logarithms"),),
    infer=_kl,
    call=_kl_call,
    formula="L = Σₖ t_k·(log t_k − log p_k), mean over the batch",
    help=(
        "How much longer messages get if written for the wrong distribution: 0 where both agree. "
        "It is not symmetric: what the target holds possible must be possible. Distillation and "
        "reward training use it."
    ),
    paper="Kullback, Leibler 1951: On information and sufficiency; PyTorch: F.kl_div",
    synonyms=("kullback-leibler", "relative entropy", "distillation", "divergence"),
)

GAUSSIAN_KL = BlockSpec(
    id="loss.gaussian_kl",
    title="Gaussian KL",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("mean", "float", help="Centres of the codes"),
        Port("log_var", "float", help="Logarithms of their variances"),
    ),
    outputs=LOSS,
    infer=_gaussian_kl,
    call=(
        "-0.5 * (1 + {log_var} - {mean}.square() - {log_var}.exp()).flatten(1).sum(dim=1).mean()"
    ),
    formula="L = −½·Σ(1 + log σ² − μ² − σ²), mean over the batch",
    help=(
        "The divergence of a variational autoencoder's codes from the standard normal. It keeps "
        "the codes close together, so that a random one decodes to something sensible. It is a "
        "sum over features: weigh it against a reconstruction that is a mean."
    ),
    paper="Kingma, Welling 2013: Auto-encoding variational Bayes, appendix B",
    synonyms=("vae", "elbo", "latent", "kullback-leibler", "prior"),
)

TRIPLET = BlockSpec(
    id="loss.triplet",
    title="Triplet",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("anchor", "float", (2,)),
        Port("positive", "float", (2,), help="Of the same kind as the anchor"),
        Port("negative", "float", (2,), help="Of another kind"),
    ),
    outputs=LOSS,
    params=(_MARGIN,),
    infer=_triplet,
    call="F.triplet_margin_loss({anchor}, {positive}, {negative}, margin={margin})",
    formula="L = mean of max(0, ‖a − p‖ − ‖a − n‖ + margin)",
    help=(
        "Asks that a vector lies nearer to one of its kind than to one of another kind, by a "
        "margin. What is learned is a distance, so that kinds never seen in training can be told "
        "apart, such as faces."
    ),
    paper="Schroff, Kalenichenko, Philbin 2015: FaceNet; PyTorch: F.triplet_margin_loss",
    synonyms=("metric learning", "embedding", "face", "similarity", "siamese"),
)

CONTRASTIVE = BlockSpec(
    id="loss.contrastive",
    title="Contrastive",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("x1", "float", (2,)),
        Port("x2", "float", (2,)),
        Port("target", "int", (1,), help="1 for alike, 0 for different"),
    ),
    outputs=LOSS,
    params=(_MARGIN,),
    infer=_pairs,
    call=(
        "torch.where({target} == 1, F.pairwise_distance({x1}, {x2}), "
        "F.relu({margin} - F.pairwise_distance({x1}, {x2}))).square().mean()"
    ),
    formula="L = mean of d² for pairs alike, else max(0, margin − d)²; d = ‖x₁ − x₂‖",
    help=(
        "Draws pairs that are alike together and pushes others apart until they are a margin "
        "away. Both vectors come from one network used twice."
    ),
    paper="Hadsell, Chopra, LeCun 2006: Dimensionality reduction by learning an invariant mapping",
    synonyms=("siamese", "metric learning", "pairs", "similarity"),
)

COSINE = BlockSpec(
    id="loss.cosine_embedding",
    title="Cosine embedding",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("x1", "float", (2,)),
        Port("x2", "float", (2,)),
        Port("target", "int", (1,), help="1 for alike, 0 for different"),
    ),
    outputs=LOSS,
    params=(Param("margin", 0.0, low=-1.0, high=1.0, help="Cosine that different pairs may have"),),
    infer=_pairs,
    call="F.cosine_embedding_loss({x1}, {x2}, 2 * {target} - 1, margin={margin})",
    formula="L = mean of 1 − cos(x₁, x₂) for pairs alike, else max(0, cos(x₁, x₂) − margin)",
    help=(
        "Turns vectors that are alike in the same direction, and others away from each other. "
        "Their length does not matter, as for texts of different length."
    ),
    paper="PyTorch: torch.nn.functional.cosine_embedding_loss",
    synonyms=("cosine similarity", "siamese", "direction", "pairs"),
)

INFO_NCE = BlockSpec(
    id="loss.info_nce",
    title="InfoNCE",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("query", "float", (2,), help="One view of each sample"),
        Port("key", "float", (2,), help="Another view of it, in the same place of the batch"),
    ),
    outputs=LOSS,
    params=(
        Param("temperature", 0.1, low=0.0, high=100.0, help="Low looks at the hardest others"),
        Param("symmetric", False, help="Also the other way round, as CLIP does"),
    ),
    infer=_info_nce,
    call=_info_nce_call,
    metrics=(
        Metric(
            "matched",
            "((F.normalize({query}, dim=1) @ F.normalize({key}, dim=1).t()).argmax(1) == "
            "torch.arange(len({query}), device={query}.device)).float().mean()",
            per_batch=True,  # among how many it is found is the batch's doing
        ),
    ),
    formula="L = −log softmaxⱼ(cos(qᵢ, kⱼ)/τ)[i], mean over the batch",
    help=(
        "Each sample shall find its partner among all others of the batch: a classification "
        "without labels. Large batches make it harder and better. SimCLR compares two views of a "
        "picture, CLIP a picture and its text."
    ),
    paper="van den Oord, Li, Vinyals 2018: Predictive coding; Radford et al. 2021: CLIP",
    synonyms=("contrastive", "simclr", "clip", "nt-xent", "self-supervised", "retrieval"),
)

RANKING = BlockSpec(
    id="loss.pairwise_ranking",
    title="Pairwise ranking",
    family="Loss",
    role="loss",
    stem="loss",
    inputs=(
        Port("chosen", "float", help="Reward of the answer that people liked better"),
        Port("rejected", "float", help="Reward of the other one"),
    ),
    outputs=LOSS,
    infer=_ranking,
    call="F.softplus({rejected} - {chosen}).mean()",
    metrics=(Metric("accuracy", "({chosen} > {rejected}).float().mean()", unit="%"),),
    formula="L = mean of −log σ(r_chosen − r_rejected)",
    help=(
        "For rewards learned from comparisons: the probability that the better one wins shall be "
        "large. Only differences count, so the zero of the reward is free."
    ),
    paper="Bradley, Terry 1952; Ouyang et al. 2022: Training language models with human feedback",
    synonyms=("reward model", "rlhf", "bradley-terry", "preference", "ranknet"),
)
