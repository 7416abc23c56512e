"""One folder per thing a person can do: listeners.py, usecase.py, views.py."""
