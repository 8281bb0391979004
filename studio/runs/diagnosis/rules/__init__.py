"""The rules, one family a file; a rule is found by being there."""
