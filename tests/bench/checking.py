"""Check, compile and files of large drawings."""

import time
from collections.abc import Callable, Iterator
from statistics import median

from studio.app.catalogue import builtin_catalog
from studio.compile.source import compile_network
from studio.core.check import Checker
from studio.core.edits import SetParam
from studio.core.experiment import Experiment
from studio.core.fileio import dumps, loads
from tests.helpers.builders import Drawing


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield what was measured, in milliseconds of CPU, and the budget."""
    catalog = builtin_catalog()
    large, half = _chain(1000), _chain(500)
    checker = Checker(catalog)
    checker.check(large)
    middle = [id_ for id_ in large.graph.nodes if id_.startswith("fc")][250]
    edits = [SetParam((middle,), "bias", value) for value in (False, True) * 5]
    times = []
    for edit in edits:
        changed = edit(large)
        times.append(_milliseconds(lambda: checker.check(changed)))  # noqa: B023
        large = changed
    yield "check after one edit, 1,000 blocks", f"{median(times):.1f} ms", "≤ 16 ms"
    checked = Checker(catalog).check(half)
    spent = _milliseconds(lambda: compile_network(half, catalog, checked))
    yield "source of 500 blocks", f"{spent:.1f} ms", "≤ 30 ms"
    spent = _milliseconds(lambda: loads(dumps(large)))
    yield "save and reopen 1,000 blocks", f"{spent:.1f} ms", ""


def _chain(blocks: int) -> Experiment:
    net = Drawing("Chain")
    net.chain(
        ("io.vector", {"features": 16}),
        *(("nn.linear", {"out_features": 16}), "nn.relu") * (blocks // 2),
    )
    return net.experiment()


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e3
