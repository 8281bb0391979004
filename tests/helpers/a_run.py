"""Events as an engine tells them, made up but realistic: for charts, not for claims."""

from collections.abc import Iterator

import numpy as np

from studio.runs.arrays import array_from_numpy
from studio.runs.events import (
    EpochEnded,
    Event,
    LayerRow,
    Points,
    Progress,
    Snapshot,
    Started,
    StateChanged,
)
from studio.runs.histograms import BINS

LAYERS = ("conv1", "conv2", "fc1", "fc2")


def started(
    *, layers: tuple[str, ...] = LAYERS, attentions: tuple[str, ...] = ("attn1",)
) -> Started:
    return Started(
        run="r1", title="LeNet on digits", time=0.0, device="cpu", device_name="CPU, 1 thread",
        seed=0, parameters=61_706, epochs=6, steps_per_epoch=50,
        samples={"train": 1257, "validation": 270, "test": 270},
        layers=tuple((name, name) for name in layers),
        attentions=tuple((name, name) for name in attentions),
    )  # fmt: skip


def points(name: str, values: np.ndarray, first: int = 1) -> Points:
    steps = range(first, first + len(values))
    return Points(name=name, steps=tuple(steps), values=tuple(values.tolist()))


def attention(step: int, *, block: str = "attn1", heads: int = 2, size: int = 6) -> Snapshot:
    weights = np.random.default_rng(step).random((heads, size, size)).astype(np.float32)
    weights /= weights.sum(axis=2, keepdims=True)
    arrays = {
        "weights": array_from_numpy(weights),
        "tokens": array_from_numpy(np.arange(size)),
    }
    return Snapshot(kind="attention", block=block, step=step, arrays=arrays)


def embedding(step: int, *, block: str = "fc1", samples: int = 300, scale: float = 1.0) -> Snapshot:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, samples)
    middles = np.array([[0, 4, 0], [-4, -3, 0], [4, -3, 0]])
    cloud = (middles[labels] + rng.normal(size=(samples, 3)) * 0.5) * scale
    arrays = {
        "points": array_from_numpy(cloud.astype(np.float32)),
        "labels": array_from_numpy(labels),
        "explained": array_from_numpy(np.array([0.8], np.float32)),
    }
    return Snapshot(kind="embedding", block=block, step=step, arrays=arrays)


def images(step: int, *, block: str = "decoder", samples: int = 12) -> Snapshot:
    pixels = np.random.default_rng(step).integers(0, 256, (samples, 1, 8, 8), np.uint8)
    return Snapshot(
        kind="images", block=block, step=step, arrays={"images": array_from_numpy(pixels)}
    )


def histogram(step: int, *, block: str = "fc1", kind: str = "weights") -> Snapshot:
    counts = np.random.default_rng(step).integers(0, 50, 2 * BINS + 2)
    arrays = {"counts": array_from_numpy(counts)}
    return Snapshot(kind=f"histogram-{kind}", block=block, step=step, arrays=arrays)


def features(step: int, *, block: str = "conv1") -> Snapshot:
    random = np.random.default_rng(step)
    arrays = {
        "maps": random.integers(0, 256, (6, 8, 8), np.uint8),
        "filters": random.integers(0, 256, (6, 1, 3, 3), np.uint8),
        "input": random.integers(0, 256, (1, 10, 10), np.uint8),
        "limits": np.array([0.0, 1.0, -0.5, 0.5, 0.0, 255.0], np.float32),
    }
    return Snapshot(
        kind="features",
        block=block,
        step=step,
        arrays={name: array_from_numpy(value) for name, value in arrays.items()},
        notes={"order": "maps filters input", "sample": "0"},
    )


def through_time(step: int, *, block: str = "lstm") -> Snapshot:
    norms = np.logspace(-3, 0, 12, dtype=np.float32)
    arrays = {"norms": array_from_numpy(norms)}
    return Snapshot(kind="through-time", block=block, step=step, arrays=arrays)


def predictions(step: int, *, samples: int = 40) -> Snapshot:
    random = np.random.default_rng(step)
    scores = random.random((samples, 3), np.float32)
    arrays = {
        "scores": scores / scores.sum(axis=1, keepdims=True),
        "classes": random.integers(0, 3, samples),
        "rows": np.arange(samples),
        "shown": np.arange(min(samples, 12)),
        "inputs": random.integers(0, 256, (min(samples, 12), 1, 8, 8), np.uint8),
    }
    return Snapshot(
        kind="predictions",
        block="class",
        step=step,
        arrays={name: array_from_numpy(value) for name, value in arrays.items()},
        notes={"inputs": "image", "as": "images"},
    )


def a_run(*, steps: int = 300) -> Iterator[Event]:
    """Yield a whole run of six epochs."""
    rng = np.random.default_rng(0)
    yield started()
    yield StateChanged(state="running")
    for first in range(1, steps, 50):
        now = np.arange(first, first + 50)
        yield points("train/loss", 2.3 * np.exp(-now / 90) + rng.random(50) * 0.1, first)
        yield points("train/accuracy", 1 - np.exp(-now / 90), first)
        yield points("lr", np.full(50, 0.01), first)
        yield points("throughput", np.array([2000.0]), first + 49)
        for step in range(first, first + 50, 10):
            values = tuple((rng.random(len(LAYERS)) * 0.1 + 0.01).tolist())
            yield LayerRow(name="grad_norm", step=step, values=values)
        yield attention(first)
        yield embedding(first)
        yield images(first)
        yield histogram(first)
        yield features(first)
        yield through_time(first)
        yield predictions(first)
        means = {"validation/loss": 2.4 * float(np.exp(-first / 90)), "validation/accuracy": 0.9}
        yield EpochEnded(epoch=first // 50 + 1, step=first + 49, values=means)
        yield Progress(
            step=first + 49, epoch=first // 50 + 1, samples_per_sec=2000.0, seconds_left=41.0,
            watching_share=0.012,
        )  # fmt: skip
