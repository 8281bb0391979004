"""Predictions beside what is right: the views of the panel, one a file."""
