"""Tensors: the only place that knows torch. Nothing heavy is imported until the engine starts."""
