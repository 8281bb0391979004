"""The diagnosis on real trainings: the zoo, and what the engine tells the rules."""

from collections.abc import Iterator
from math import log

import numpy as np
import pytest
import torch

from studio.engine.data.targets import facts_of, thinned
from studio.engine.nn.latent import VectorQuantizer
from studio.engine.probes.codes import _used
from studio.runs.diagnosis.judging import diagnose
from studio.runs.handle import Engine
from studio.runs.spec import ColumnInfo
from tests.zoo.networks import Specimen
from tests.zoo.specimens import BROKEN, HEALTHY
from tests.zoo.training import trained
from tests.zoo.trials import tried


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(in_process=True) as engine:
        yield engine


def name_of(specimen: Specimen) -> str:
    return specimen.name


def test_the_zoo_is_large_and_half_of_it_is_held_out() -> None:
    for specimens in (HEALTHY, BROKEN):
        held_out = sum(one.held_out for one in specimens)
        assert len(specimens) >= 12
        assert held_out >= len(specimens) // 2


@pytest.mark.parametrize("specimen", HEALTHY, ids=name_of)
def test_a_healthy_network_is_left_alone(engine: Engine, specimen: Specimen) -> None:
    case = trained(engine, specimen.build())

    assert [finding.rule.id for finding in diagnose(case)] == []


@pytest.mark.parametrize("specimen", BROKEN, ids=name_of)
def test_a_broken_network_is_seen_through_and_its_remedy_mends_it(
    engine: Engine, specimen: Specimen
) -> None:
    trial = tried(engine, specimen)

    assert trial.hit, trial.rules
    if specimen.mended_by:
        assert trial.mended, f"{trial.remedy}: {trial.before} → {trial.after}"


def test_a_run_tells_of_its_target_what_an_independent_count_says(engine: Engine) -> None:
    specimen = next(one for one in BROKEN if one.wrong == "balance.classes")
    case = trained(engine, specimen.build())

    assert case.started is not None
    (facts,) = case.started.targets
    shares = np.array(facts.counts) / sum(facts.counts)
    assert sum(facts.counts) == case.started.samples["train"]
    assert facts.entropy == pytest.approx(float(-(shares * np.log(shares)).sum()))


def test_even_classes_have_the_entropy_of_guessing() -> None:
    column = ColumnInfo(name="class", role="target", shape=(), dtype="int", limit=4)

    facts = facts_of(column, torch.arange(400) % 4)

    assert facts.entropy == pytest.approx(log(4))
    assert facts.counts == (100, 100, 100, 100)


def test_the_variance_of_a_target_is_that_of_numpy() -> None:
    values = torch.randn(500, 3) * torch.tensor([1.0, 2.0, 3.0])
    column = ColumnInfo(name="y", role="target", shape=(3,))

    assert facts_of(column, values).variance == pytest.approx(
        float(values.double().numpy().var(axis=0).mean())
    )


def test_tokens_are_counted_without_those_that_are_left_out() -> None:
    column = ColumnInfo(name="next", role="target", shape=(2,), dtype="int", limit=3)

    facts = facts_of(column, torch.tensor([[0, 1], [0, -100], [1, -100]]))

    assert facts.entropy == pytest.approx(log(2))
    assert facts.counts == ()  # of several a sample, no class is a sample's own


def test_the_share_of_codes_in_use_is_that_of_the_codes_themselves() -> None:
    torch.manual_seed(0)
    book = VectorQuantizer(32, 4)
    book.codebook.data.normal_()
    x = torch.randn(50, 3, 4) * 0.3

    answers, _, codes = book(x)

    assert float(_used(answers, 32)) == pytest.approx(len(codes.unique()) / 32)


def test_of_very_many_numbers_some_are_looked_at_evenly() -> None:
    rows = thinned(torch.arange(3_000_000), ())

    assert 900_000 < len(rows) < 1_100_000
    assert rows[-1] > 2_999_000
    assert len(thinned(torch.arange(1000), (8,))) == 1000
