"""Slack's limits on blocks, messages, views and manifests, including those slack_sdk does not check."""
