"""Devices: which there are, what they are called, which one a run takes, and how many threads."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path

import torch

from studio.core.text import plural

CPU = "cpu"


def devices() -> dict[str, str]:
    """Return every usable device with the name to show, the fastest first."""
    found: dict[str, str] = {}
    if torch.cuda.is_available():
        found["cuda"] = torch.cuda.get_device_name()
    if torch.backends.mps.is_available():
        found["mps"] = f"{_processor()} graphics"
    found[CPU] = f"{_processor()}, {plural(thread_count(), 'thread')}"
    return found


def choose(wanted: str) -> tuple[torch.device, str]:
    """Return the device for a run, and a sentence when it is not the one asked for."""
    found = devices()
    if wanted in found:
        return torch.device(wanted), ""
    taken = next(iter(found))
    if wanted == "auto":
        return torch.device(taken), ""
    return torch.device(CPU), (
        f"This machine has no usable {wanted.upper()} device; training on {found[CPU]} instead"
    )


def prepare(device: torch.device, threads: int = 0) -> None:
    """Make the calling thread compute the same way, however the engine was launched.

    One core is left to the window; the number of threads changes how sums are put together, and
    with it the last bits of a loss.
    """
    torch.set_num_threads(threads or thread_count())
    if device.type == "cuda":
        # cuBLAS reads this when it is first used.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True
        torch.use_deterministic_algorithms(True, warn_only=True)


def wait(device: torch.device) -> None:
    """Return when the device has done all it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def random_state(device: torch.device) -> dict[str, torch.Tensor]:
    """Return the state of the generators that weights, dropout and noise draw from."""
    state = {CPU: torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        state["mps"] = torch.mps.get_rng_state()
    return state


def restore_random_state(device: torch.device, state: Mapping[str, torch.Tensor]) -> None:
    """Let the generators go on from there; one of another device begins as it would."""
    torch.set_rng_state(state[CPU])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)
    elif device.type == "mps" and "mps" in state:
        torch.mps.set_rng_state(state["mps"])


def thread_count() -> int:
    """Return how many threads the engine computes with: one less than the cores it may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (usable or 1) - 1)


def _processor() -> str:
    """Return the name of the processor as its maker writes it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
