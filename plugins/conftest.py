"""The rules of the house, taken over for the tests of the shipped plug-ins."""

from tests.helpers.house_rules import home, pytest_runtest_setup, pytest_runtest_teardown

__all__ = ["home", "pytest_runtest_setup", "pytest_runtest_teardown"]
