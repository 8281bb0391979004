"""The Runs page: what was trained, found again, compared and continued."""
