"""Diagnosis: what the record of a run says is wrong with it, where, why, and what mends it."""
