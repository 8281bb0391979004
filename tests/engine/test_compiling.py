"""A compiled network learns the same under the same names; what cannot be compiled is said."""

from pathlib import Path

import pytest
import torch

from studio.engine import compiling, tuning
from studio.engine.calls import Calls
from studio.engine.compiling import Compiled
from studio.engine.train import Training
from studio.runs import events as told
from studio.runs.checkpoints import checkpoints_in
from studio.runs.spec import Computing, Keeping, RunSpec, Ways
from tests.engine import programs

COMPILED = Computing(compile=True)


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile with what needs no other compiler; all else is as ever."""
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(compiling, "BACKEND", "aot_eager")
    monkeypatch.setattr(tuning, "ROUND_SECS", 0.0)


def run(folder: Path | None = None, text: str = programs.MLP, **changes: object) -> RunSpec:
    fields: dict[str, object] = {
        "program": programs.program(text),
        "computing": COMPILED,
        "keeping": Keeping(every_secs=0.0),
    }
    return programs.run(folder, **{**fields, **changes})


def trained(spec: RunSpec, checkpoint: str = "") -> tuple[list[told.Event], Training]:
    training = Training(spec, checkpoint=checkpoint)
    return [event for events in training.steps() for event in events], training


def losses(events: list[told.Event]) -> tuple[float, ...]:
    ended = events[-1]
    assert isinstance(ended, told.Ended), ended
    assert ended.reason == "finished", events
    return ended.losses


def notes_in(events: list[told.Event]) -> str:
    return "\n".join(event.message for event in events if isinstance(event, told.Note))


def test_compiled_it_learns_the_same_and_its_weights_keep_their_names() -> None:
    plain, written = trained(run(computing=Computing()))

    events, training = trained(run())

    assert losses(events) == pytest.approx(losses(plain), rel=1e-4)
    assert training.weights().keys() == written.weights().keys()
    started = next(event for event in events if isinstance(event, told.Started))
    assert started.ways == Ways(compiled=True)
    assert "Compiled, it takes" in notes_in(events)


def test_the_steps_are_computed_by_what_was_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []

    def count(self: Compiled, *inputs: torch.Tensor) -> object:
        called.append(len(inputs[0]))
        return self._compiled(*inputs)

    monkeypatch.setattr(Compiled, "__call__", count)
    events, _ = trained(run(computing=Computing(ways=Ways(compiled=True))))

    assert len(called) == len(losses(events))  # and not to judge what is held out


def test_a_compiled_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    _, whole = trained(run(tmp_path))
    training = Training(run(tmp_path))
    running = training.steps()
    while training.step < 5:
        next(running)
    training.keep()
    while not checkpoints_in(tmp_path):
        next(running)
    running.close()
    (checkpoint,) = checkpoints_in(tmp_path)

    _, resumed = trained(run(tmp_path), str(checkpoint.path))

    expected = whole.weights()
    assert all(torch.equal(value, expected[name]) for name, value in resumed.weights().items())


def test_what_cannot_be_compiled_is_said_and_trains_on(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, _ = trained(run(computing=Computing()))

    def refuse(graph: object, inputs: object) -> object:
        raise RuntimeError("no such kernel on this machine.")

    monkeypatch.setattr(compiling, "BACKEND", refuse)
    events, _ = trained(run())

    assert "The network is not compiled: no such kernel on this machine" in notes_in(events)
    assert losses(events) == losses(plain)


def test_parts_that_run_as_written_are_said() -> None:
    text = programs.MLP.replace(
        "        logits = self.fc2(h)",
        "        torch._dynamo.graph_break()\n        logits = self.fc2(h)",
    )

    events, _ = trained(run(text=text))

    assert "A part of the network runs as written, not compiled" in notes_in(events)
    assert losses(events)


def test_a_block_that_fails_is_named_though_it_was_compiled() -> None:
    text = programs.MLP.replace("self.fc2(h)", "self.fc2(h[:, 1:])")

    events, _ = trained(run(text=text, computing=Computing(ways=Ways(compiled=True))))

    (failed,) = (event for event in events if isinstance(event, told.Failed))
    assert failed.block == "fc2"


def test_a_compiler_that_fails_in_the_middle_leaves_the_run_going() -> None:
    training = Training(run(computing=Computing(ways=Ways(compiled=True))))
    events: list[told.Event] = []
    for news in training.steps():
        events += news
        if training.step == 4:
            session = training._session
            assert session is not None
            assert isinstance(session.calls, Calls)
            session.calls._compiled._compiled = _fails

    assert losses(events)
    assert notes_in(events).count("The network is not compiled any more: it broke") == 1


def _fails(*inputs: torch.Tensor) -> object:
    raise RuntimeError("it broke")
