"""Decoding: draws and searches are those that a person works out by hand."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from studio.engine.decoding import Beams, Choice, beam_search, probabilities, sample

SCORES_BV = torch.tensor([[0.4, 0.3, 0.2, 0.1]]).log()


class Table:
    """Says what follows by a random table of the last two tokens, and counts what it is asked."""

    def __init__(self, words: int, seed: int = 0) -> None:
        random = torch.Generator().manual_seed(seed)
        self.scores_VVV = 2 * torch.randn(words, words, words, generator=random)

    def scores(self, tokens_BT: Tensor) -> Tensor:
        return self.scores_VVV[tokens_BT[:, -2], tokens_BT[:, -1]]

    def select(self, rows_B: Tensor) -> None:
        """Nothing is kept."""

    def log_probability(self, tokens: list[int]) -> float:
        """The sum of the log probabilities of all but the first two tokens."""
        text_1T = torch.tensor([tokens])
        return sum(
            float(self.scores(text_1T[:, :end]).log_softmax(1)[0, tokens[end]])
            for end in range(2, len(tokens))
        )


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (Choice(), [0.4, 0.3, 0.2, 0.1]),
        (Choice(temperature=0), [1, 0, 0, 0]),
        (Choice(temperature=0.5), [16 / 30, 9 / 30, 4 / 30, 1 / 30]),
        (Choice(top_k=2), [4 / 7, 3 / 7, 0, 0]),
        (Choice(top_k=9), [0.4, 0.3, 0.2, 0.1]),
        (Choice(top_p=0.65), [4 / 7, 3 / 7, 0, 0]),
        (Choice(top_p=0.75), [4 / 9, 3 / 9, 2 / 9, 0]),
        (Choice(top_p=0.01), [1, 0, 0, 0]),
        (Choice(top_k=3, top_p=0.5), [4 / 7, 3 / 7, 0, 0]),
        (Choice(never=(0,)), [0, 3 / 6, 2 / 6, 1 / 6]),
        (Choice(temperature=0, never=(0, 1)), [0, 0, 1, 0]),
    ],
    ids=str,
)
def test_the_next_token_is_drawn_as_worked_out_by_hand(choice: Choice, wanted: list[float]) -> None:
    assert probabilities(SCORES_BV, choice)[0].tolist() == pytest.approx(wanted)


def test_the_share_is_counted_in_the_order_of_the_probabilities_not_of_the_tokens() -> None:
    likely_BV = probabilities(SCORES_BV.flip(1).repeat(2, 1), Choice(top_p=0.65))

    assert likely_BV.tolist() == [pytest.approx([0, 0, 3 / 7, 4 / 7])] * 2


def test_draws_are_as_frequent_as_their_probabilities_and_fixed_by_the_seed() -> None:
    class Always:
        def scores(self, tokens_BT: Tensor) -> Tensor:
            return SCORES_BV.repeat(len(tokens_BT), 1)

        def select(self, rows_B: Tensor) -> None:
            """Nothing is kept."""

    begun_BT = torch.zeros(4000, 1, dtype=torch.long)
    before = torch.get_rng_state()

    def drawn(seed: int) -> Tensor:
        (next_B,) = sample(Always(), begun_BT, Choice(), most=1, stop=None, seed=seed)
        return next_B

    counts = drawn(3).bincount(minlength=4) / 4000
    assert counts.tolist() == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.03)
    assert torch.equal(drawn(3), drawn(3))
    assert not torch.equal(drawn(3), drawn(4))
    assert torch.equal(before, torch.get_rng_state())


def test_the_likeliest_is_taken_step_by_step() -> None:
    table, tokens = Table(7), [2, 5]
    for _ in range(6):
        tokens.append(int(table.scores_VVV[tokens[-2], tokens[-1]].argmax()))

    begun = torch.tensor([[2, 5]])
    said = sample(table, begun, Choice(temperature=0), most=6, stop=None, seed=0)
    assert [int(next_B[0]) for next_B in said] == tokens[2:]
    assert beam_search(table, begun, Beams(1), most=6) == tokens[2:]


def test_a_text_that_has_stopped_says_no_more_and_the_others_go_on() -> None:
    table = Table(5, seed=1)
    begun = torch.tensor([[a, b] for a in range(5) for b in range(5)])

    said_BT = torch.stack(list(sample(table, begun, Choice(), most=30, stop=3, seed=0)), dim=1)

    assert said_BT.shape[1] < 30
    for said in said_BT.tolist():
        assert 3 in said
        assert set(said[said.index(3) :]) == {3}


@pytest.mark.parametrize("length_power", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("stop", [None, 1])
@pytest.mark.parametrize("seed", range(3))
def test_enough_beams_find_what_looking_at_every_text_finds(
    seed: int, stop: int | None, length_power: float
) -> None:
    table, most = Table(3, seed), 4

    def worth(text: tuple[int, ...]) -> float:
        return table.log_probability([0, 2, *text]) / len(text) ** length_power

    texts = [
        text
        for length in range(1, most + 1)
        for text in itertools.product(range(3), repeat=length)
        if stop not in text[:-1] and (length == most or text[-1] == stop)
    ]
    best = max(texts, key=worth)

    found = beam_search(
        table, torch.tensor([[0, 2]]), Beams(81, length_power), most=most, stop=stop
    )

    assert tuple(found) == tuple(token for token in best if token != stop)


def test_more_beams_find_a_text_that_the_likeliest_step_misses() -> None:
    table = Table(3)
    table.scores_VVV[:] = -math.inf
    table.scores_VVV[0, 0] = torch.tensor([0.0, 0.55, 0.45]).log()
    table.scores_VVV[0, 1] = torch.tensor([0.5, 0.5, 0.0]).log()
    table.scores_VVV[0, 2] = torch.tensor([0.0, 0.0, 1.0]).log()
    begun = torch.tensor([[0, 0]])

    assert beam_search(table, begun, Beams(1), most=2)[0] == 1
    assert beam_search(table, begun, Beams(2), most=2) == [2, 2]


def test_what_must_never_be_said_is_not() -> None:
    begun = torch.tensor([[0, 2]])

    assert 1 not in beam_search(Table(3), begun, Beams(4, never=(1,)), most=6)
    drawn = sample(Table(3), begun, Choice(never=(1,)), most=40, stop=None, seed=0)
    assert 1 not in [int(next_B) for next_B in drawn]
