"""The data catalogue: each file declares sources and holds their loaders; NumPy is imported when a loader runs."""
