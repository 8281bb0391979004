"""What more than one test needs."""
