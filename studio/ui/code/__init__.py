"""The code view: the generated program beside the drawing."""
