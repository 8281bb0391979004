"""The gallery: every exhibit with a picture, its story in a line and its figure."""
