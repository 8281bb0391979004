"""How fast the studio is, as ratios measured in one run: ``make bench``."""
