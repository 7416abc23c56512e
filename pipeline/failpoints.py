"""Named lines at which a test may end or freeze the process. Nothing happens at them unless a test asked for it.

Here and not in the shell, so that the database may use them too (docs/decisions/0020-how-paying-once-is-proven.md).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal

# remote: at the provider or in Slack. Between its "before" and the next commit nobody can know what the world did.
Failpoint = Literal[
    "commit.before",
    "commit.after",
    "work.claimed",
    "approve.decided",
    "upload.before_remote",
    "upload.after_remote",
    "submit.before_remote",
    "submit.after_remote",
    "find.after_remote",
    "watch.after_remote",
    "cancel.before_remote",
    "cancel.after_remote",
    "delete.after_remote",
    "post.claimed",
    "post.before_remote",
    "post.after_remote",
]

Action = Callable[[Failpoint], None]

_action: Final[ContextVar[Action | None]] = ContextVar("failpoint action", default=None)


def failpoint(name: Failpoint) -> None:
    action = _action.get()
    if action is not None:
        action(name)


@contextmanager
def at_failpoints(action: Action) -> Iterator[None]:
    """Calls action at each failpoint that is reached in the block, and in the tasks started in it."""
    token = _action.set(action)
    try:
        yield
    finally:
        _action.reset(token)
