"""The whole loop, played on a sandbox as people would."""
