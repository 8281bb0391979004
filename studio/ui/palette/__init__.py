"""The palette: every block by family, to search, to read about and to drag onto the canvas."""
