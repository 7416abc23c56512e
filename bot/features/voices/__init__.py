"""Create, list and look at voices."""
