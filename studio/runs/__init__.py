"""The record of a run: what was asked, what happened, how to hold and replay it.

Neither Qt nor torch.
"""
