"""The block catalogue, one family per file."""
