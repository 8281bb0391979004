"""Experiment -> Python text that runs with torch alone. Needs neither torch nor Qt."""
