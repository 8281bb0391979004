"""The story of an experiment, typeset beside the canvas."""
