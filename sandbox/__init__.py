"""A Slack workspace on this machine: Web API, Socket Mode, signed HTTP, a control API and a page."""
