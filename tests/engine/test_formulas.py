"""Blocks without weights, and losses, compute what torch.nn or their formula does."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.helpers.computed import computed, measured

GENERATOR = torch.Generator().manual_seed(3)
A, B, C = (torch.randn(6, 5, generator=GENERATOR) for _ in range(3))
X_BTD = torch.randn(6, 4, 8, generator=GENERATOR)
X_BCHW = torch.randn(6, 4, 6, 6, generator=GENERATOR)
CLASSES = torch.tensor([0, 4, 2, 2, 1, 3])
TOKENS = torch.tensor([[0, 7, 2, 0], [1, 1, 7, 3], [5, 0, 0, 6]] * 2)
YES = torch.tensor([0, 1, 1, 0, 1, 0])
SHARES = torch.rand(6, 5, generator=GENERATOR).softmax(1)
P = torch.rand(6, 5, generator=GENERATOR)

LOSSES: list[tuple[str, dict[str, object], Callable[[], Tensor]]] = [
    ("loss.l1", {"prediction": A, "target": B}, lambda: nn.L1Loss()(A, B)),
    (
        "loss.smooth_l1",
        {"prediction": A, "target": B, "beta": 0.3},
        lambda: nn.SmoothL1Loss(beta=0.3)(A, B),
    ),
    ("loss.smooth_l1", {"prediction": A, "target": B, "beta": 0.0}, lambda: (A - B).abs().mean()),
    (
        "loss.huber",
        {"prediction": A, "target": B, "delta": 1e6},
        lambda: 0.5 * (A - B).square().mean(),
    ),
    (
        "loss.huber",
        {"prediction": A, "target": B, "delta": 0.3},
        lambda: nn.HuberLoss(delta=0.3)(A, B),
    ),
    (
        "loss.cross_entropy",
        {"scores": A, "target": CLASSES, "class_weights": "1, 2, 0.5 3 4"},
        lambda: nn.CrossEntropyLoss(weight=torch.tensor([1, 2, 0.5, 3, 4]))(A, CLASSES),
    ),
    (
        "loss.cross_entropy",
        {"scores": X_BTD, "target": TOKENS, "ignore_index": 0},
        lambda: nn.CrossEntropyLoss(ignore_index=0)(X_BTD.transpose(1, 2), TOKENS),
    ),
    (
        "loss.soft_cross_entropy",
        {"scores": A, "target": SHARES},
        lambda: nn.CrossEntropyLoss()(A, SHARES),
    ),
    (
        "loss.bce_with_logits",
        {"scores": A, "target": P, "pos_weight": 3.0},
        lambda: nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0))(A, P),
    ),
    (
        "loss.bce_with_logits",
        {"scores": A[:, :1], "target": YES},
        lambda: nn.BCEWithLogitsLoss()(A[:, 0], YES.float()),
    ),
    ("loss.bce", {"probabilities": P, "target": SHARES}, lambda: nn.BCELoss()(P, SHARES)),
    (
        "loss.nll",
        {"log_probs": A.log_softmax(1), "target": CLASSES, "ignore_index": 2},
        lambda: nn.NLLLoss(ignore_index=2)(A.log_softmax(1), CLASSES),
    ),
    (
        "loss.nll",
        {"log_probs": X_BTD.log_softmax(2), "target": TOKENS},
        lambda: nn.CrossEntropyLoss()(X_BTD.transpose(1, 2), TOKENS),
    ),
    (
        "loss.multi_margin",
        {"scores": A, "target": CLASSES, "margin": 0.7, "p": "2"},
        lambda: nn.MultiMarginLoss(p=2, margin=0.7)(A, CLASSES),
    ),
    (
        "loss.multi_label_margin",
        {"scores": X_BTD[:, 0], "target": TOKENS.repeat(1, 2)},
        lambda: nn.MultiLabelMarginLoss()(X_BTD[:, 0], TOKENS.repeat(1, 2)),
    ),
    (
        "loss.kl_div",
        {"log_probs": A.log_softmax(1), "target": SHARES},
        lambda: (SHARES * (SHARES.log() - A.log_softmax(1))).sum(1).mean(),
    ),
    (
        "loss.kl_div",
        {"log_probs": A.log_softmax(1), "target": B.log_softmax(1), "log_target": True},
        lambda: nn.KLDivLoss(reduction="batchmean")(A.log_softmax(1), B.softmax(1)),
    ),
    (
        "loss.gaussian_kl",
        {"mean": A, "log_var": B},
        lambda: (
            torch.distributions.kl_divergence(
                torch.distributions.Normal(A, (B / 2).exp()), torch.distributions.Normal(0.0, 1.0)
            )
            .sum(1)
            .mean()
        ),
    ),
    (
        "loss.triplet",
        {"anchor": A, "positive": B, "negative": C, "margin": 0.4},
        lambda: nn.TripletMarginLoss(margin=0.4)(A, B, C),
    ),
    (
        "loss.contrastive",
        {"x1": A, "x2": B, "target": YES, "margin": 4.0},
        lambda: (
            torch.where(
                YES == 1, F.pairwise_distance(A, B), (4.0 - F.pairwise_distance(A, B)).clamp(min=0)
            )
            .square()
            .mean()
        ),
    ),
    (
        "loss.cosine_embedding",
        {"x1": A, "x2": B, "target": YES},
        lambda: nn.CosineEmbeddingLoss()(A, B, 2 * YES - 1),
    ),
    (
        "loss.distillation",
        {"scores": A, "teacher": B, "temperature": 3.0},
        lambda: (
            9
            * ((B / 3).softmax(1) * ((B / 3).softmax(1).log() - (A / 3).softmax(1).log()))
            .sum(1)
            .mean()
        ),
    ),
    (
        "loss.distillation",
        {"scores": X_BTD, "teacher": X_BTD.flip(0), "temperature": 1.0},
        lambda: nn.KLDivLoss(reduction="batchmean")(
            X_BTD.log_softmax(2).flatten(0, 1), X_BTD.flip(0).softmax(2).flatten(0, 1)
        ),
    ),
    *(
        (
            "loss.gan",
            {"scores": A, "wanted": wanted},
            lambda wanted=wanted: nn.BCEWithLogitsLoss()(A, torch.full_like(A, wanted == "real")),
        )
        for wanted in ("real", "fake")
    ),
    *(
        (
            "loss.gan",
            {"scores": A, "wanted": wanted, "form": "least squares"},
            lambda wanted=wanted: nn.MSELoss()(A, torch.full_like(A, wanted == "real")),
        )
        for wanted in ("real", "fake")
    ),
    (
        "loss.pairwise_ranking",
        {"chosen": A, "rejected": B},
        lambda: -torch.log(torch.sigmoid(A - B)).mean(),
    ),
]


@pytest.mark.parametrize(("kind", "given", "wanted"), LOSSES, ids=lambda value: str(value)[:24])
def test_a_loss_is_that_of_torch(kind: str, given, wanted) -> None:
    loss, _ = measured(kind, **given)

    torch.testing.assert_close(loss, wanted())


@pytest.mark.parametrize("symmetric", [True, False])
def test_info_nce_finds_partners_in_both_directions(symmetric: bool) -> None:
    loss, metrics = measured("loss.info_nce", query=A, key=B, temperature=0.5, symmetric=symmetric)

    scores = torch.stack([F.cosine_similarity(a, B) for a in A]) / 0.5
    there = -scores.log_softmax(1).diag().mean()
    back = -scores.log_softmax(0).diag().mean()
    torch.testing.assert_close(loss, (there + back) / 2 if symmetric else there)
    hits = [int(row.argmax()) == place for place, row in enumerate(scores)]
    assert metrics["matched"] == pytest.approx(sum(hits) / 6)


def test_ignored_tokens_count_neither_right_nor_wrong() -> None:
    scores = F.one_hot(TOKENS, 8).float()
    scores[0, 1] = -scores[0, 1]

    _, metrics = measured("loss.cross_entropy", scores=scores, target=TOKENS, ignore_index=0)

    counted = int((TOKENS != 0).sum())
    assert metrics["accuracy"] == pytest.approx((counted - 1) / counted)


def test_top_5_accuracy_is_shown_where_it_is_wanted() -> None:
    scores = torch.arange(8.0).expand(6, 8)
    classes = torch.tensor([7, 3, 2, 0, 5, 4])

    _, metrics = measured("loss.cross_entropy", scores=scores, target=classes, top_5=True)
    _, plain = measured("loss.cross_entropy", scores=scores, target=classes)

    assert metrics["top-5 accuracy"] == pytest.approx(4 / 6)
    assert list(plain) == ["accuracy"]


def test_two_classes_are_told_apart_by_one_score() -> None:
    _, metrics = measured("loss.bce_with_logits", scores=2.0 * YES[:, None] - 1, target=YES)

    assert metrics["accuracy"] == 1


BLOCKS: list[tuple[str, dict[str, object], Callable[[], Tensor]]] = [
    ("nn.elu", {"x": A, "alpha": 0.5}, lambda: nn.ELU(0.5)(A)),
    ("nn.silu", {"x": A}, lambda: nn.SiLU()(A)),
    ("nn.softplus", {"x": A, "beta": 2.0}, lambda: nn.Softplus(2.0)(A)),
    ("nn.log_softmax", {"x": A}, lambda: nn.LogSoftmax(-1)(A)),
    ("nn.hardswish", {"x": A}, lambda: nn.Hardswish()(A)),
    ("nn.mish", {"x": A}, lambda: nn.Mish()(A)),
    ("nn.prelu", {"x": A}, lambda: nn.PReLU()(A)),
    ("nn.rms_norm", {"x": A}, lambda: nn.RMSNorm(5, eps=1e-6)(A)),
    ("nn.rms_norm", {"x": A}, lambda: A / (A.square().mean(1, keepdim=True) + 1e-6).sqrt()),
    ("nn.group_norm", {"x": X_BCHW}, lambda: nn.GroupNorm(2, 4)(X_BCHW)),
    ("nn.instance_norm1d", {"x": X_BTD}, lambda: nn.InstanceNorm1d(4)(X_BTD)),
    ("nn.instance_norm2d", {"x": X_BCHW}, lambda: nn.InstanceNorm2d(4)(X_BCHW)),
    (
        "nn.adaptive_avg_pool1d",
        {"x": X_BTD, "output_size": (3,)},
        lambda: nn.AdaptiveAvgPool1d(3)(X_BTD),
    ),
    (
        "nn.adaptive_avg_pool2d",
        {"x": X_BCHW, "output_size": (4, 5)},
        lambda: nn.AdaptiveAvgPool2d((4, 5))(X_BCHW),
    ),
    (
        "nn.max_pool1d",
        {"x": X_BTD, "kernel_size": (3,), "stride": (2,)},
        lambda: nn.MaxPool1d(3, 2)(X_BTD),
    ),
    ("nn.avg_pool1d", {"x": X_BTD}, lambda: nn.AvgPool1d(2)(X_BTD)),
    ("nn.one_hot", {"x": TOKENS}, lambda: torch.eye(8)[TOKENS]),
    ("nn.padding_mask", {"x": TOKENS}, lambda: TOKENS != 0),
    ("nn.subtract", {"x1": A, "x2": B}, lambda: A - B),
    ("nn.divide", {"x1": A, "x2": B}, lambda: A / B),
    (
        "nn.matmul",
        {"x1": X_BTD, "x2": X_BTD, "transpose": True},
        lambda: torch.einsum("btd,bsd->bts", X_BTD, X_BTD),
    ),
    ("nn.mean", {"x": X_BTD, "dim": 1, "keepdim": True}, lambda: X_BTD.mean(1, keepdim=True)),
    ("nn.slice", {"x": X_BTD, "dim": 1, "start": -3, "stop": -1}, lambda: X_BTD[:, 1:3]),
    ("nn.slice", {"x": X_BCHW, "step": 2}, lambda: X_BCHW[..., ::2]),
    ("nn.pick", {"x": X_BCHW, "dim": 2, "index": -2}, lambda: X_BCHW[:, :, -2]),
    ("nn.split", {"x": X_BTD, "first": 3}, lambda: X_BTD[..., :3]),
    ("nn.split3", {"x": X_BCHW}, lambda: X_BCHW[..., :2]),
    ("nn.split4", {"x": X_BTD, "dim": 1}, lambda: X_BTD[:, :1]),
    ("nn.stop_gradient", {"x": A}, lambda: A),
    ("nn.gradient_reversal", {"x": A, "scale": 0.3}, lambda: A),
    ("nn.reparameterise", {"mean": A, "log_var": B, "noise": "training"}, lambda: A),
    ("nn.gaussian_noise", {"x": A}, lambda: A),
    ("nn.drop_path", {"x": A}, lambda: A),
    (
        "nn.scaled_dot_product_attention",
        {"q": X_BTD, "k": X_BTD, "v": X_BTD, "causal": True},
        lambda: (
            (X_BTD @ X_BTD.mT / math.sqrt(8) + torch.full((4, 4), -math.inf).triu(1)).softmax(2)
            @ X_BTD
        ),
    ),
]


@pytest.mark.parametrize(("kind", "given", "wanted"), BLOCKS, ids=lambda value: str(value)[:24])
def test_a_block_without_weights_is_that_of_torch(kind: str, given, wanted) -> None:
    torch.testing.assert_close(computed(kind, **given), wanted())


def test_gradients_stop_or_turn_round() -> None:
    x = A.clone().requires_grad_()

    computed("nn.gradient_reversal", x=x, scale=0.3).sum().backward()

    torch.testing.assert_close(x.grad, torch.full_like(x, -0.3))
    assert not computed("nn.stop_gradient", x=x).requires_grad


def test_drop_path_drops_whole_samples_and_keeps_the_mean() -> None:
    x = torch.ones(4000, 3, 2)

    y = computed("nn.drop_path", x=x, p=0.25, training=True)

    per_sample = y.flatten(1)
    assert torch.equal(per_sample.amin(1), per_sample.amax(1))
    kept = per_sample[:, 0] > 0
    torch.testing.assert_close(per_sample[kept], torch.full_like(per_sample[kept], 1 / 0.75))
    assert kept.float().mean() == pytest.approx(0.75, abs=0.04)


@pytest.mark.parametrize(("kind", "axes"), [("nn.dropout1d", 3), ("nn.dropout2d", 4)])
def test_channel_dropout_drops_whole_channels(kind: str, axes: int) -> None:
    x = torch.ones(200, 10, *(4,) * (axes - 2))

    channels = computed(kind, x=x, p=0.3, training=True).flatten(2)

    assert torch.equal(channels.amin(2), channels.amax(2))
    assert channels.unique().tolist() == pytest.approx([0.0, 1 / 0.7])


def test_drop_connect_leaves_out_weights_and_not_neurons() -> None:
    x = torch.ones(1, 50)
    torch.manual_seed(0)

    training = computed("nn.drop_connect", x=x, out_features=400, training=True)
    using = computed("nn.drop_connect", x=x, out_features=400, p=1.0)

    assert torch.count_nonzero(training) == 400
    assert torch.count_nonzero(using) == 400


def test_codes_are_drawn_with_the_mean_and_variance_that_are_told() -> None:
    mean, log_var = torch.full((20000, 1), 2.0), torch.full((20000, 1), math.log(0.09))
    torch.manual_seed(0)

    z = computed("nn.reparameterise", mean=mean, log_var=log_var)

    assert z.mean() == pytest.approx(2.0, abs=0.02)
    assert z.std() == pytest.approx(0.3, abs=0.01)


def test_noise_has_the_deviation_that_is_told() -> None:
    torch.manual_seed(0)

    y = computed("nn.gaussian_noise", x=torch.zeros(20000, 1), std=0.5, training=True)

    assert y.std() == pytest.approx(0.5, abs=0.02)
