"""Expressions: arithmetic over the names of a composite, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import ParamError
from studio.core.expressions import evaluate, is_expression, is_repeat, names_in, value_of
from studio.core.params import Value

NAMES: dict[str, Value] = {
    "d_model": 512, "heads": 8, "rate": 0.5, "causal": True, "kernel": (3, 3), "mode": "gelu",
    "later": "=heads",
}  # fmt: skip
WORDS = "heads rate causal mode kernel not and or if else == != < 'gelu' ( ) + - * / % 2 0 , min"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=4*d_model", 2048),
        ("= d_model / heads", 64),
        ("=d_model // 100 + -1", 4),
        ("=d_model % 10", 2),
        ("=round(d_model * rate, 0)", 256),
        ("=max(heads, 3) - min(1, 2)", 7),
        ("=int(d_model / 3)", 170),
        ("=rate / 4", 0.125),
        ("=not causal", False),
        ("=causal", True),
        ("=causal and heads > 4", True),
        ("=False or heads == 7", False),
        ("='gelu' if causal else 'relu'", "gelu"),
        ("=mode == 'relu'", False),
        ("=2*heads if not causal else heads", 8),
    ],
)
def test_an_expression_has_a_value(text: str, value: object) -> None:
    found = evaluate(text, NAMES)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("=4*", "expected arithmetic such as 4*d_model, received =4*"),
        ("=1/0", "division by zero"),
        ("=1e308*1e308*0.5 + 2**3", "expected arithmetic over numbers and names"),
        ("=wide", "expected one of the names"),
        ("=causal+1", "expected a number, received causal, which is True"),
        ("=not heads", "expected on or off, received heads, which is 8"),
        ("=heads and causal", "expected on or off, received heads"),
        ("=1 if heads else 2", "expected on or off, received heads"),
        ("=mode < 3", "expected two of a kind to compare, received 'gelu' and 3"),
        ("=mode * 3", "expected a number, received mode, which is 'gelu'"),
        ("=1 < heads < 9", "expected arithmetic over numbers and names"),
        ("=kernel if causal else 3", "expected one of the names"),
        ("=later if causal else 3", "expected one of the names"),
        ("=[1][0]", "expected arithmetic over numbers and names"),
        ("=f'{heads}'", "expected arithmetic over numbers and names"),
        ("=open('x')", "expected arithmetic over numbers and names, received open"),
        ("=().__class__", "expected arithmetic over numbers and names"),
        ("=1e999", "too large"),
        ("=max()", "expected arithmetic over numbers and names"),
        ("=" + "(" * 3000, "expected arithmetic"),
        ("=" + "-" * 100_000 + "1", "expected arithmetic"),
        ("=" + "1+" * 200 + "1", "expected arithmetic"),
        ("=1\0", "expected arithmetic"),
        ("=round(1, 0.5)", "expected arithmetic"),
    ],
)
def test_what_is_no_arithmetic_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ParamError, match=r".") as refusal:
        evaluate(text, NAMES)

    assert sentence in str(refusal.value)


@given(
    st.text(alphabet="0123456789.+-*/%()dheamrt_ ,='<", max_size=30)
    | st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)
)
def test_any_text_has_a_finite_value_or_is_refused(text: str) -> None:
    try:
        value = evaluate(text, NAMES)
    except ParamError:
        return
    assert isinstance(value, str) or value - value == 0


def test_a_name_alone_stands_for_any_value() -> None:
    assert value_of("=causal", NAMES) is True
    assert value_of("= kernel", NAMES) == (3, 3)
    assert value_of("=heads+1", NAMES) == 9
    assert value_of("heads", NAMES) == "heads"


def test_names_and_repeats_are_told_apart() -> None:
    assert names_in("=max(a, 3)*b") == {"a", "b"}
    assert names_in("=a b") == frozenset()
    assert is_expression("=a")
    assert not is_expression("a")
    assert [is_repeat(value) for value in (1, "=n", 0, True, "n", 1.0)] == [True] * 2 + [False] * 4
