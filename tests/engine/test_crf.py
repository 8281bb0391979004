"""The CRF against all sequences of tags, written out; Viterbi gives the best of them."""

from itertools import product
from pathlib import Path

import pytest
import torch
from torch import Tensor

from studio.compile.project import inputs_of
from studio.compile.source import compile_network
from studio.core.check import check
from studio.core.experiment import Experiment
from studio.core.taking_part import Share
from studio.engine.exporting import export
from studio.engine.nn.crf import LinearChainCRF
from tests.helpers.builders import CATALOG, Drawing
from tests.helpers.gradients import expect_true_gradients
from tests.helpers.programs import built

LENGTHS = (4, 1, 3)
MASK_BT = torch.arange(4) < torch.tensor(LENGTHS)[:, None]
TAGS_BT = torch.tensor([[0, 2, 1, 1], [2, 0, 0, 0], [1, 0, 2, 0]])


def crf(tags: int = 3) -> LinearChainCRF:
    made = LinearChainCRF(tags)
    with torch.no_grad():
        for weight in made.parameters():
            weight.normal_()
    return made


def scored(model: LinearChainCRF, emissions_TK: Tensor, path: tuple[int, ...]) -> Tensor:
    """Return the score of one sequence of tags, straight from the formula."""
    score = model.start_transitions[path[0]] + model.end_transitions[path[-1]]
    for t, tag in enumerate(path):
        score = score + emissions_TK[t, tag]
        if t:
            score = score + model.transitions[path[t - 1], tag]
    return score


def all_scores(model: LinearChainCRF, emissions_TK: Tensor) -> dict[tuple[int, ...], Tensor]:
    steps, tags = emissions_TK.shape
    return {p: scored(model, emissions_TK, p) for p in product(range(tags), repeat=steps)}


def written_out(model: LinearChainCRF, emissions_BTK: Tensor) -> Tensor:
    """Return the mean loss of the three sequences from all their paths."""
    losses = []
    for emissions_TK, tags_T, length in zip(emissions_BTK, TAGS_BT, LENGTHS, strict=True):
        scores = all_scores(model, emissions_TK[:length])
        right = scores[tuple(tags_T[:length].tolist())]
        losses.append(torch.stack(list(scores.values())).logsumexp(0) - right)
    return torch.stack(losses).mean()


def test_the_loss_is_that_of_all_paths_written_out() -> None:
    model, emissions_BTK = crf(), torch.randn(3, 4, 3)

    torch.testing.assert_close(
        model(emissions_BTK, TAGS_BT, MASK_BT), written_out(model, emissions_BTK)
    )


def test_the_gradient_is_that_of_all_paths_written_out() -> None:
    model, emissions_BTK = crf(), torch.randn(3, 4, 3, requires_grad=True)
    wanted = [emissions_BTK, *model.parameters()]

    ours = torch.autograd.grad(model(emissions_BTK, TAGS_BT, MASK_BT), wanted)
    theirs = torch.autograd.grad(written_out(model, emissions_BTK), wanted)

    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)


def test_the_gradients_are_those_of_finite_differences() -> None:
    expect_true_gradients(crf(), torch.randn(3, 4, 3), TAGS_BT, MASK_BT)


def test_decoding_finds_the_best_of_all_paths() -> None:
    model, emissions_BTK = crf(), torch.randn(3, 4, 3)

    tags_BT = model.decode(emissions_BTK, MASK_BT)

    for emissions_TK, tags_T, length in zip(emissions_BTK, tags_BT, LENGTHS, strict=True):
        scores = all_scores(model, emissions_TK[:length])
        assert tuple(tags_T[:length].tolist()) == max(scores, key=lambda path: scores[path].item())
        assert not tags_T[length:].any()


def test_what_stands_behind_the_end_changes_nothing() -> None:
    model, emissions_BTK = crf(), torch.randn(3, 4, 3)
    other_BTK = emissions_BTK.masked_fill(~MASK_BT[:, :, None], 100.0)
    other_BT = TAGS_BT.masked_fill(~MASK_BT, -100)

    assert torch.equal(model(emissions_BTK, TAGS_BT, MASK_BT), model(other_BTK, other_BT, MASK_BT))
    assert torch.equal(model.decode(emissions_BTK, MASK_BT), model.decode(other_BTK, MASK_BT))


def test_a_sequence_without_steps_counts_nowhere() -> None:
    model, emissions_BTK = crf(), torch.randn(3, 4, 3)
    empty_BT = MASK_BT.clone()
    empty_BT[1] = False

    loss = model(emissions_BTK, TAGS_BT, empty_BT)

    there = [0, 2]
    torch.testing.assert_close(loss, model(emissions_BTK[there], TAGS_BT[there], MASK_BT[there]))


def test_without_transitions_it_is_cross_entropy_at_every_step() -> None:
    model, emissions_BTK = LinearChainCRF(3), torch.randn(3, 4, 3)
    for weight in model.parameters():
        torch.nn.init.zeros_(weight)

    losses_BT = torch.nn.functional.cross_entropy(
        emissions_BTK.transpose(1, 2), TAGS_BT, reduction="none"
    )

    torch.testing.assert_close(model(emissions_BTK, TAGS_BT), losses_BT.sum(1).mean())


def tagger(*, masked: bool = True) -> Experiment:
    """Return an embedding, a linear layer, a CRF, and Viterbi with its weights."""
    net = Drawing("Tagger")
    words = net.place("io.tokens", length=5, vocabulary=11)
    scores = net.chain(
        ("nn.embedding", {"embedding_dim": 6}), ("nn.linear", {"out_features": 4}), after=words
    )
    loss, best = net.place("loss.crf", title="crf"), net.place("nn.viterbi", title="tags")
    net.wire(scores, f"{loss}.emissions")
    net.wire(scores, f"{best}.emissions")
    net.wire(net.place("io.target", form="tokens", classes=4, length=5), f"{loss}.target")
    if masked:
        mask = net.chain("nn.padding_mask", after=words)
        net.wire(mask, f"{loss}.mask")
        net.wire(mask, f"{best}.mask")
    return Share((best,), loss)(net.experiment())


@pytest.mark.parametrize("masked", [True, False])
def test_viterbi_answers_with_the_weights_of_the_crf(masked: bool) -> None:
    experiment = tagger(masked=masked)
    checked = check(experiment, CATALOG)
    assert not checked.problems
    program = compile_network(experiment, CATALOG, checked)
    module = built(program)
    words_BT = torch.randint(1, 11, (3, 5)).masked_fill(torch.arange(5) > 2, 0 if masked else 1)
    target_BT = torch.randint(0, 4, (3, 5))

    given = dict(zip(program.outputs, module(words_BT), strict=True))
    late = {**given, program.targets[0].name: target_BT}
    arguments = [late[name] for name in program.loss_arguments]
    module.losses(*arguments)["crf"].backward()

    tags_BT = next(value for name, value in given.items() if name.startswith("tags"))
    right = tags_BT == target_BT
    right = right[:, :3] if masked else right
    torch.testing.assert_close(module.metrics(*arguments)["accuracy"], right.float().mean())
    assert all(weight.grad is not None for weight in module.parameters())
    assert checked.parameters == 11 * 6 + 6 * 4 + 4 + 4 + 4 + 16


def test_a_tagger_is_the_same_as_onnx(tmp_path: Path) -> None:
    experiment = tagger()

    # It is run before it is written, for a batch of another size; a difference is refused.
    program = compile_network(experiment, CATALOG)
    export(program, inputs_of(experiment, CATALOG), tmp_path / "m.onnx", "onnx", None)

    assert (tmp_path / "m.onnx").stat().st_size > 0


def test_viterbi_wants_as_many_scores_as_the_crf_has_tags() -> None:
    net = Drawing("Unfit")
    words = net.place("io.sequence", length=5, features=3)
    loss, best = net.place("loss.crf", title="crf"), net.place("nn.viterbi", title="tags")
    net.wire(words, f"{loss}.emissions")
    net.wire(net.place("io.target", form="tokens", classes=3, length=5), f"{loss}.target")
    net.wire(net.chain(("nn.linear", {"out_features": 4}), after=words), f"{best}.emissions")

    (problem,) = check(Share((best,), loss)(net.experiment()), CATALOG).problems

    assert (
        problem.message == "tags: expected one score for each of 3 tags as the CRF has, received 4"
    )
