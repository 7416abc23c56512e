"""What a refusal of Slack's Web API means: its code, and whether the same call may succeed later."""

from slack_sdk.errors import SlackApiError

# Slack's words for "try later"; every other error is a definite no that a repeat would not change.
PASSING_ERRORS = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)


def code_of(error: SlackApiError) -> str:
    """Slack's own word; empty when the answer was no JSON (a proxy's or a load balancer's page)."""
    told = error.response.data
    return str(told.get("error", "")) if isinstance(told, dict) else ""


def is_too_fast(error: SlackApiError) -> bool:
    return error.response.status_code == 429 or code_of(error) in ("ratelimited", "rate_limited")


def is_passing(error: SlackApiError) -> bool:
    return is_too_fast(error) or error.response.status_code >= 500 or code_of(error) in PASSING_ERRORS
