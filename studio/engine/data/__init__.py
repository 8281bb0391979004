"""Samples: loaded by name, checked against what was declared, divided by seed, put on a device."""
