"""Memory: what the engine takes of the machine's and of its device's, cheap enough to be told."""

import psutil
import torch


def in_use(device: torch.device) -> dict[str, int]:
    """Return the fields of a Progress that tell it, in bytes; no call waits for the device."""
    told = {"memory": psutil.Process().memory_info().rss}
    if device.type == "cuda":
        told["device_memory"] = torch.cuda.memory_allocated(device)
        told["device_peak"] = torch.cuda.max_memory_allocated(device)
    elif device.type == "mps":
        told["device_memory"] = torch.mps.current_allocated_memory()
    return told


def forget_peak(device: torch.device) -> None:
    """Let the peak be of what comes."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
