"""The data catalogue: each file declares sources and holds their loaders.

NumPy and scikit-learn are imported when a loader runs, which is in the engine alone.
"""
