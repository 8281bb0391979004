"""Deeds: the rows of the action table, one module per menu. A value here is found by being here."""
