"""Training a network of the zoo, as the window would, and reading its record."""

from msgspec.structs import replace

from studio.app.catalogue import declarations
from studio.compile.run import plan_run
from studio.core.catalog import Catalog
from studio.core.experiment import Experiment
from studio.runs.commands import Start
from studio.runs.diagnosis.case import Case
from studio.runs.diagnosis.seeing import WATCH as SEEN
from studio.runs.handle import Engine
from studio.runs.record import Record

from .data import CLOUDS, WAVE

CATALOG = Catalog((*declarations(), CLOUDS, WAVE))
"""Everything that ships, and the samples of the zoo."""

WATCH = replace(SEEN, budget=0.5)
"""What the findings panel asks for. These runs take less than a second: so that as much is seen of
one as of a minute of training, watching may cost half of the time."""


def trained(engine: Engine, experiment: Experiment) -> Case:
    """Train an experiment to its end, kept nowhere, and return what is known of it."""
    engine.send(Start(spec=plan_run(experiment, CATALOG, run_id="zoo", watch=WATCH)))
    record = Record()
    while record.ended is None:
        assert engine.alive, "the engine died"
        record.feed(engine.wait(0.5))
    failed = record.failed
    assert failed is None or failed.kind == "nan", f"{failed.message}\n{failed.details}"
    return Case(record, experiment, CATALOG)
