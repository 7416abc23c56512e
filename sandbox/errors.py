"""The two ways a request can be refused: as Slack says it, or as the control API says it."""

from collections.abc import Sequence


class SlackError(Exception):
    """A refusal in Slack's words; the Web API answers HTTP 200 with `ok: false`.

    needed and provided are only told with missing_scope; messages become response_metadata.messages.
    """

    def __init__(self, error: str, *, needed: str = "", provided: str = "", messages: Sequence[str] = ()) -> None:
        super().__init__(error)
        self.error = error
        self.needed = needed
        self.provided = provided
        self.messages = list(messages)


class ControlError(Exception):
    """Something a person could not have done in Slack, such as pressing a button that is not there."""

    def __init__(self, error: str, detail: str = "", *, status: int = 400) -> None:
        super().__init__(f"{error}: {detail}" if detail else error)
        self.error = error
        self.detail = detail
        self.status = status
