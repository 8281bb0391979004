"""Faults: each ends its run with the block named, and the next run trains."""

import pytest

from studio.engine.train import train
from studio.runs.events import Ended, EpochEnded, Event, Failed, Started
from studio.runs.spec import ColumnInfo, RunSpec
from tests.engine import programs


def failure(spec: RunSpec) -> Failed:
    """Run into the fault; it is the last event but one, and the next run is none the worse."""
    events = list(train(spec))
    told = [event for event in events if isinstance(event, Failed)]

    assert len(told) == 1, events
    assert events[-2] is told[0]
    assert isinstance(events[-1], Ended)
    assert events[-1].reason == "failed"
    assert _reason(list(train(programs.run(epochs=1)))) == "finished"
    return told[0]


def _reason(events: list[Event]) -> str:
    assert isinstance(events[-1], Ended)
    return events[-1].reason


def changed(old: str, new: str) -> RunSpec:
    assert old in programs.MLP
    return programs.run(program=programs.program(programs.MLP.replace(old, new)))


def test_an_error_in_forward_names_the_block_of_its_line() -> None:
    told = failure(changed("nn.Linear(16, 3)", "nn.Linear(17, 3)"))

    assert told.kind == "error"
    assert told.block == "fc2"
    assert told.message == "FC2: mat1 and mat2 shapes cannot be multiplied (32x16 and 17x3)"
    assert "logits = self.fc2(h)" in told.details
    assert told.step == 1


def test_an_error_deep_in_a_layer_names_the_block_that_called_it() -> None:
    told = failure(changed("nn.BatchNorm1d(16)", "nn.BatchNorm2d(16)"))

    assert told.block == "norm"
    assert told.message.startswith("NORM: expected 4D input")


CUSTOM = programs.MLP.replace(
    "class Small",
    """class Broken(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1

    @staticmethod
    def backward(ctx, grad):
        return grad[:, :3] @ grad


class Small""",
).replace("h = self.norm(h)  # norm", "h = Broken.apply(self.norm(h))  # norm")


def test_an_error_going_backward_names_the_block_that_went_forward() -> None:
    told = failure(programs.run(program=programs.program(CUSTOM)))

    assert told.kind == "error"
    assert told.block == "norm"


def test_a_network_that_cannot_be_built_says_so() -> None:
    told = failure(changed("nn.Linear(4, 16)", "nn.Linear(4, -16)"))

    assert told.kind == "error"
    assert "negative" in told.message


def test_a_loss_that_is_no_number_names_the_first_block_that_made_it() -> None:
    told = failure(changed("h = self.fc1(x)  # fc1", "h = self.fc1(x) / 0  # fc1"))

    assert told.kind == "nan"
    assert told.block == "fc1"
    assert told.message == (
        "The loss is no longer a number at step 1; FC1 is the first block that is not finite"
    )
    assert told.hint == "Lower the learning rate (now 0.01) or clip the gradient norm"


def test_a_loss_that_grows_beyond_all_bounds_is_noticed() -> None:
    job = programs.objective(optimizer="torch.optim.SGD(params, lr=lr)", lr=1e30)

    told = failure(programs.run(objectives=(job,)))

    assert told.kind == "nan"
    assert told.step >= 2
    assert told.block


@pytest.mark.parametrize(
    "error",
    [
        'torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")',
        'RuntimeError("DefaultCPUAllocator: not enough memory")',
        "MemoryError()",
    ],
)
def test_running_out_of_memory_tells_the_batch_size_to_lower(error: str) -> None:
    grown = f"h = self.norm(h) if h.mean() > 1e9 else (_ for _ in ()).throw({error})  # norm"

    told = failure(changed("h = self.norm(h)  # norm", grown))

    assert told.kind == "out-of-memory"
    assert told.block == "norm"
    assert told.message == "The device has no more memory for NORM"
    assert told.hint == "Lower the batch size (now 32) or make the network smaller"


def only_room_for(samples: int) -> RunSpec:
    room = f"len(h) <= {samples}"
    grown = f"h = self.norm(h) if {room} else (_ for _ in ()).throw(MemoryError())  # norm"
    return changed("h = self.norm(h)  # norm", grown)


def test_samples_are_judged_in_smaller_batches_where_memory_has_no_room_for_large_ones() -> None:
    spec = only_room_for(32)

    events = list(train(spec))

    assert spec.batch_size == 32
    (samples,) = (event.samples for event in events if isinstance(event, Started))
    assert samples["validation"] > 32, "all fits into one batch"
    assert _reason(events) == "finished"
    wanted = list(train(programs.run()))
    told, told_wanted = (
        [event.values["validation/loss"] for event in some if isinstance(event, EpochEnded)]
        for some in (events, wanted)
    )
    assert told == pytest.approx(told_wanted, rel=1e-5)


def test_a_batch_that_cannot_be_trained_on_ends_the_run_with_its_own_size() -> None:
    told = failure(only_room_for(31))

    assert told.hint == "Lower the batch size (now 32) or make the network smaller"


def test_really_running_out_of_memory_is_told_as_such() -> None:
    huge = "h = self.norm(h) + torch.empty(1 << 50)[0]  # norm"

    told = failure(changed("h = self.norm(h)  # norm", huge))

    assert (told.kind, told.block) == ("out-of-memory", "norm")


def test_a_device_that_is_lost_is_told_as_such() -> None:
    lost = 'RuntimeError("CUDA error: device-side assert triggered\\nCUDA kernel errors might")'
    broken = f"h = self.norm(h) if h.mean() > 1e9 else (_ for _ in ()).throw({lost})  # norm"

    told = failure(changed("h = self.norm(h)  # norm", broken))

    assert (told.kind, told.block) == ("device", "norm")
    assert told.message == "The device stopped near NORM: an index is out of range"
    assert "on the CPU the block is named exactly" in told.hint


def load_nothing(params: object) -> dict[str, object]:
    """Fail as a file that is gone would."""
    raise FileNotFoundError("samples.csv: there is no such file")


def test_a_loader_that_fails_is_told_in_its_own_words() -> None:
    told = failure(programs.run(data=programs.data(load="tests.engine.test_faults:load_nothing")))

    assert told.kind == "data"
    assert told.message == (
        "Clouds: the data could not be loaded: samples.csv: there is no such file"
    )


def test_data_that_differ_from_their_declaration_are_refused() -> None:
    columns = (
        ColumnInfo(name="x", role="input", shape=(5,)),
        ColumnInfo(name="class", role="target", shape=(), dtype="int", limit=3),
    )

    told = failure(programs.run(data=programs.data(columns=columns)))

    assert told.kind == "data"
    assert told.message == "Clouds, column x: expected 5 a sample, received 4"


def test_a_network_without_weights_says_what_to_add() -> None:
    job = programs.objective(blocks=("loss",))

    told = failure(programs.run(objectives=(job,)))

    assert told.message.startswith("main: expected weights to train, received none")


def test_an_optimizer_that_does_not_exist_is_told() -> None:
    told = failure(programs.run(objectives=(programs.objective(optimizer="torch.optim.Best()"),)))

    assert "has no attribute 'Best'" in told.message


def test_a_look_that_fails_does_not_end_the_run() -> None:
    spec = programs.run(
        program=programs.program(tapped=programs.MLP.replace("self.fc1", "self.no"))
    )

    events = list(train(spec))

    assert _reason(events) == "finished"
    assert "no longer watched" in next(e.message for e in events if type(e).__name__ == "Note")
