"""Gestures: what the pointer does between press and release, one class each, all cancellable."""
