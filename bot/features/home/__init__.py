"""The app's home tab: the voices, what is running, and this month's money."""
