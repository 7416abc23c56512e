"""The upload page: files past Slack, in pieces, by a signed link."""
