"""Seeing: what the engine has to look at so that every rule can be asked."""

from studio.runs.spec import Watch

PROBES = ("gradients", "updates", "activations", "attention", "codes")
"""The probes whose news the rules read."""

WATCH = Watch(probes={probe: {} for probe in PROBES})
