"""The tests: unit (no Qt, no torch), engine, ui, scenarios; golden files; helpers; benchmarks."""
