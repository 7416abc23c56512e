"""The shell: Slack, HTTP, scheduler and command line around the core."""
