"""The panels, one declaration in each file."""
