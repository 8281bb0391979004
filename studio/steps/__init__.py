"""The steps from a person's own data to what a network reads: each file declares a family.

NumPy and scikit-learn are imported when a step is done, which is in the engine alone.
"""
