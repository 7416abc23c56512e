"""Slack's Web API methods, grouped as Slack groups them."""
