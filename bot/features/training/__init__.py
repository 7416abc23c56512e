"""A paid training run, from the queue to a model that can draft, through any crash."""
