"""The plug-in host: find, judge, enable and take out what others add."""
