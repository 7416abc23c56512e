"""What all features share of Slack."""
