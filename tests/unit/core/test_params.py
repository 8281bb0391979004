"""Parameters: what fits, in which words it is refused, how it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import ParamError
from studio.core.params import Param, Params, complete, show

SIZES = Param("kernel_size", (3, 3), length=2, low=1, title="kernel")
SHAPE = Param("shape", (-1,), low=-1)
EITHER = Param("mode", "mean", choices=("mean", "max"))


@pytest.mark.parametrize(
    ("param", "given", "kept"),
    [
        (Param("n", 3), "4", 4),
        (Param("n", 3), 4.0, 4),
        (Param("p", 0.5), "0.25", 0.25),
        (Param("p", 0.5), 1, 1.0),
        (Param("on", True), "off", False),
        (Param("on", True), False, False),
        (SIZES, 5, (5, 5)),
        (SIZES, "5x7", (5, 7)),
        (SIZES, "5×7", (5, 7)),
        (SIZES, [5, 7], (5, 7)),
        (SHAPE, "16, 7 7", (16, 7, 7)),
        (EITHER, "max", "max"),
        (Param("stride", None, length=2, optional=True), "", None),
        (Param("stride", None, length=2, optional=True), "2", (2, 2)),
        (Param("column", ""), "", ""),
    ],
)
def test_a_value_is_kept_as_its_parameter_keeps_it(param: Param, given: object, kept) -> None:
    assert param.fit(given) == kept
    assert type(param.fit(given)) is type(kept)


@pytest.mark.parametrize(
    ("param", "given", "sentence"),
    [
        (Param("n", 3, low=1, high=9), 0, "n: expected a whole number from 1 to 9, received 0"),
        (Param("n", 3, low=1), -1, "n: expected a whole number of at least 1, received -1"),
        (Param("n", 3, high=9), 10, "n: expected a whole number of at most 9, received 10"),
        (Param("n", 3), 2.5, "n: expected a whole number, received 2.5"),
        (Param("n", 3), "many", "n: expected a whole number, received many"),
        (Param("n", 3), True, "n: expected a whole number, received True"),
        (Param("n", 3), 10**400, "n: expected a whole number"),
        (Param("p", 0.5), "nan", "p: expected a number, received nan"),
        (Param("p", 0.5), "inf", "p: expected a number, received inf"),
        (Param("p", 0.5), 10**400, "p: expected a number"),
        (Param("p", 0.5), True, "p: expected a number, received True"),
        (Param("p", 0.5), "half", "p: expected a number, received half"),
        (Param("on", True), "maybe", "on: expected true or false, received maybe"),
        (Param("text", "a"), 3, "text: expected text, received 3"),
        (Param("n", 3), None, "n: expected a whole number, received nothing"),
        (SIZES, (3, 3, 3), "kernel: expected 2 whole numbers such as 3 or 3×3"),
        (SIZES, "", "kernel: expected 2 whole numbers"),
        (SIZES, (0, 3), "of at least 1, received 0"),
        (EITHER, "last", "mode: expected one of mean, max, received last"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(param, given, sentence: str) -> None:
    with pytest.raises(ParamError) as refusal:
        param.fit(given)

    assert sentence in str(refusal.value)


@given(
    st.sampled_from([Param("n", 3, low=1), Param("p", 0.5), SIZES, SHAPE, EITHER, Param("t", "")]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
)
def test_fitting_keeps_or_refuses_and_is_stable(param: Param, value: object) -> None:
    try:
        kept = param.fit(value)
    except ParamError:
        return

    assert param.fit(kept) == kept


def test_the_default_decides_the_kind() -> None:
    kinds = {
        "choice": EITHER,
        "bool": Param("a", True),
        "int": Param("a", 1),
        "float": Param("a", 1.0),
        "text": Param("a", ""),
        "sizes": SIZES,
    }

    assert {kind: param.kind for kind, param in kinds.items()} == {kind: kind for kind in kinds}
    assert Param("a", None, length=2, optional=True).kind == "sizes"


def test_completing_takes_the_default_where_nothing_fits() -> None:
    declared = (Param("n", 3, low=1), SIZES)

    assert complete(declared, {"n": -4, "kernel_size": 5, "other": 1}) == {
        "n": 3,
        "kernel_size": (5, 5),
    }


def test_params_are_looked_up_by_type() -> None:
    params = Params({"n": 3, "p": 1, "on": True, "t": "a", "s": (1, 2)})

    assert (params.whole("n"), params.real("p"), params.flag("on")) == (3, 1.0, True)
    assert (params.text("t"), params.sizes("s")) == ("a", (1, 2))
    assert (len(params), next(iter(params)), params["n"]) == (5, "n", 3)
    with pytest.raises(AssertionError):
        params.whole("t")


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "on"), (False, "off"), ((3, 5), "3×5"), (0.001, "0.001"), (None, "none"), (7, "7")],
)
def test_values_are_shown_as_people_write_them(value, words: str) -> None:
    assert show(value) == words


def test_a_parameter_reads_well() -> None:
    assert str(SIZES) == "kernel_size = 3×3"
    assert SIZES.label == "kernel"
    assert Param("batch_size", 64).label == "batch size"
