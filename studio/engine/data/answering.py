"""Answers to what is asked of data beside a run; whatever goes wrong is told, the run goes on."""

from typing import assert_never

from msgspec.structs import replace

from studio.core.fields import Examination
from studio.core.params import Params
from studio.engine.faults import sentence
from studio.runs.events import Preview
from studio.runs.questions import (
    Answer,
    Examine,
    Examined,
    Inspect,
    Inspected,
    Predict,
    Predicted,
    Question,
    Show,
    Varied,
    Vary,
)
from studio.runs.rehearsal import Rehearse, Rehearsed

from .calling import function_named
from .load import Load
from .own import GLIMPSE, glimpse

MEMORY = "The data need more memory than there is"
SOME = f"The first {GLIMPSE:,} rows are looked at here; training reads all of them"


def answer(question: Question, load: Load) -> Preview | Answer:
    """Return the answer to a question; what cannot be answered is said in its ``error``."""
    try:
        return _answered(question, load)
    except MemoryError:
        return _failed(question, MEMORY)
    except Exception as error:  # noqa: BLE001 - told to the person; the run goes on
        return _failed(question, sentence(error))


def _answered(question: Question, load: Load) -> Preview | Answer:
    from .augment import vary
    from .inspect import inspect
    from .predict import predict

    match question:
        case Show():
            return _shown(question, load)
        case Examine():
            return _examined(question)
        case Inspect():
            return inspect(question.request, glimpse(question.data), load)
        case Vary():
            return vary(question, load)
        case Predict():
            return predict(question)
        case Rehearse():
            from studio.engine.rehearsal import rehearse

            return rehearse(question, load)
        case _:
            assert_never(question)


def _shown(question: Show, load: Load) -> Preview:
    """Return some samples; of a table that is too large to be read at once, from its beginning."""
    from .show import preview

    data = glimpse(question.data)
    seen = preview(question.request, data, samples=question.samples, load=load)
    if data is question.data:
        return seen
    return replace(seen, samples={}, notes=(*seen.notes, SOME))


def _examined(question: Examine) -> Examined:
    kinds = (question.kinds,) if question.kinds else ()
    found = function_named(question.examine)(Params(question.params), *kinds)
    if not isinstance(found, Examination):
        raise TypeError(f"expected an Examination, received {type(found).__name__}")
    return Examined(
        request=question.request,
        fields=found.fields,
        rows=found.rows,
        exact=found.exact,
        params=dict(found.params),
        notes=found.notes,
        missing=found.missing,
    )


def _failed(question: Question, why: str) -> Preview | Answer:
    request = question.request
    match question:
        case Show():
            return Preview(request=request, arrays={}, error=why)
        case Examine():
            return Examined(request=request, error=why)
        case Inspect():
            return Inspected(request=request, error=why)
        case Vary():
            return Varied(request=request, error=why)
        case Predict():
            return Predicted(request=request, error=why)
        case Rehearse():
            return Rehearsed(request=request, error=why)
        case _:
            assert_never(question)
