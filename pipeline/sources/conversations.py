"""Training rows in the shapes providers use: prompt and completion, chat messages, ShareGPT conversations."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.sources.fields import plain

ASSISTANT = frozenset({"assistant", "gpt", "model", "bot", "chatgpt"})
USER = frozenset({"user", "human", "prompter"})


class Exchange(NamedTuple):
    prompt: str
    completion: str


def last_exchange(value: Mapping[str, object]) -> Exchange | None:
    """The last answer and the last question before it; None when the object is no conversation."""
    turns = value.get("messages") or value.get("conversations") or value.get("conversation")
    if not isinstance(turns, list):
        return None
    spoken = [_turn(turn) for turn in turns if isinstance(turn, dict)]
    answers = [at for at, (role, _) in enumerate(spoken) if role in ASSISTANT]
    if not answers:
        return Exchange("", "")
    return Exchange(_question(spoken[: answers[-1]]), spoken[answers[-1]][1])


def _question(before: Sequence[tuple[str, str]]) -> str:
    return next((words for role, words in reversed(before) if role in USER), "")


def _turn(turn: Mapping[str, object]) -> tuple[str, str]:
    role = plain(turn.get("role") or turn.get("from")).lower()
    content = turn.get("content") if "content" in turn else turn.get("value")
    return role, _words(content)


def _words(content: object) -> str:
    """A text, or a list of parts of which some are texts."""
    if not isinstance(content, list):
        return plain(content)
    parts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(part for part in parts if isinstance(part, str))
