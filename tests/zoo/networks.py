"""The specimens: small networks that learn, and some that cannot, each with what is wrong with it.

Half of each kind is held out: no limit was looked at, and none was chosen, with those in view. All
limits come from the papers that the rules name; what the first half decided is how patient a rule
is and when it keeps quiet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from studio.core.experiment import Choice, Data, Experiment
from studio.core.params import Value
from tests.helpers.builders import Drawing, Part

from .training import CATALOG

Build = Callable[[], Experiment]


@dataclass(frozen=True, slots=True)
class Specimen:
    """A network: what is wrong with it (a rule, empty for nothing), and which remedy mends it."""

    name: str
    build: Build
    wrong: str = ""
    mended_by: str = ""
    """How the label of the remedy begins."""
    held_out: bool = False


def net(
    title: str,
    entry: Part,
    *hidden: Part,
    out: int,
    source: str,
    data: Mapping[str, Value] | None = None,
    loss: str = "loss.cross_entropy",
    split: Mapping[str, Value] | None = None,
    optimizer: Choice | None = None,
    weights: Mapping[str, Mapping[str, Value]] | None = None,
    **settings: Value,
) -> Experiment:
    """Return blocks in a row with a head of ``out`` numbers; ``weights`` by block id."""
    drawing = Drawing(title, CATALOG)
    last = drawing.chain(entry, *hidden, ("nn.linear", {"out_features": out}))
    values: dict[str, Value] = {"form": "value", "width": out}
    target: dict[str, Value] = {"classes": out} if loss != "loss.mse" else values
    drawing.loss(last, loss, **target)
    for id_, own in (weights or {}).items():
        node = replace(drawing.graph.nodes[id_], weights=own)
        drawing.graph = drawing.graph.put(node)
    settings = {"batch_size": 64, "epochs": 20, "checkpoint_secs": 0, **settings}
    made = drawing.experiment(source, optimizer=optimizer, **settings)
    return replace(made, data=Data(Choice(source, data or {}), split or {}))


CLOUD: Part = ("io.vector", {"features": 8})
DIGIT: Part = ("io.image", {"channels": 1, "height": 8, "width": 8})
FLAT: tuple[Part, ...] = ("nn.flatten",)
ADAM, SGD = Choice("adam", {"lr": 1e-3}), Choice("sgd", {"lr": 0.1, "momentum": 0.0})


def dense(width: int, activation: str = "nn.relu", layers: int = 1) -> tuple[Part, ...]:
    """Return layers of one width, each with an activation."""
    return (("nn.linear", {"out_features": width}), activation) * layers


def digits(*hidden: Part, optimizer: Choice = ADAM, **settings: Any) -> Experiment:
    """Return a network for the digits of 8×8 pixels."""
    return net("Digits", DIGIT, *hidden, out=10, source="digits", optimizer=optimizer, **settings)


def clouds(*hidden: Part, optimizer: Choice = ADAM, **settings: Any) -> Experiment:
    """Return a network for the clouds."""
    return net(
        "Clouds", CLOUD, *hidden, out=4, source="zoo_clouds", optimizer=optimizer, **settings
    )


def wave(*hidden: Part, optimizer: Choice = ADAM, **settings: Any) -> Experiment:
    """Return a regression of the wave."""
    return net(
        "Wave", CLOUD, *hidden, out=1, source="zoo_wave", loss="loss.mse", optimizer=optimizer,
        **settings,
    )  # fmt: skip


def recall(*hidden: Part, optimizer: Choice = ADAM, **settings: Any) -> Experiment:
    """Return a reader of 8 symbols that is to name the first."""
    entry = ("io.tokens", {"length": 9, "vocabulary": 9})
    return net("Recall", entry, *hidden, out=8, source="recall", optimizer=optimizer, **settings)


def conv(channels: int) -> tuple[Part, ...]:
    """Return a convolution with ReLU and pooling."""
    size = {"out_channels": channels, "kernel_size": (3, 3), "padding": (1, 1)}
    return (("nn.conv2d", size), "nn.relu", "nn.max_pool2d")


def wide_start(count: int, spread: float) -> dict[str, dict[str, Value]]:
    """Return first weights that are far too large for so many linear layers."""
    return {f"fc{place}": {"initial": "normal", "spread": spread} for place in range(1, count + 1)}


def spirals() -> Experiment:
    """Return a straight line between two spirals."""
    entry = ("io.vector", {"features": 2})
    return net("Spirals", entry, out=2, source="spirals", optimizer=Choice("adam", {"lr": 1e-2}))


def pushed() -> Experiment:
    """Return a network whose ReLU is always given what is far below zero."""
    drawing = Drawing("Pushed", CATALOG)
    before = drawing.chain(DIGIT, "nn.flatten", ("nn.linear", {"out_features": 64}))
    shift = drawing.place("nn.subtract")
    drawing.wire(before, shift)
    drawing.wire(drawing.place("nn.constant", value=50.0), shift)
    scores = drawing.chain("nn.relu", ("nn.linear", {"out_features": 10}), after=shift)
    drawing.loss(scores, classes=10)
    return drawing.experiment("digits", optimizer=ADAM, batch_size=64, epochs=20, checkpoint_secs=0)


def diabetes(*widths: int) -> Experiment:
    """Return a regression of how far an illness goes, of which much is chance."""
    hidden = [part for width in widths for part in dense(width, layers=2)]
    entry = ("io.vector", {"features": 10})
    return net(
        "Diabetes", entry, *hidden, out=1, source="diabetes", loss="loss.mse", optimizer=ADAM,
        batch_size=32, epochs=120 if widths else 60,
    )  # fmt: skip
