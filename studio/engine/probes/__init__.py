"""Looking at a network while it learns, without changing a bit of what it learns."""
