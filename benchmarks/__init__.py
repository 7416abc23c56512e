"""Speed and size, each as a ratio to a baseline measured in the same run. Never part of a test's verdict."""
