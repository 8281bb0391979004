"""The experiment and its laws: what is drawn, how it changes, what is wrong with it.

Standard library only.
"""
