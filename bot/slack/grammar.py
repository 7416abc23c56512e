"""What people type after /voice or @Understudy, as values (pure). Rules: docs/reference/commands.md."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches

from pipeline.errors import BadHandle

HANDLE = re.compile(r"[a-z][a-z0-9-]{1,30}")
HANDLE_WITH_VERSION = re.compile(r"([a-z][a-z0-9-]{1,30})(?:@v(\d+))?")
# Phones turn quotes and double dashes into typographic ones.
TYPOGRAPHIC = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})
DASHES = ("--", "—", "–", "-")
MENTIONED_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Typed:
    """One command, wherever it was typed. delivery: unique per thing typed; trigger_id only with slash commands.

    words: what follows the verb, flags taken out. thread_ts: set when typed as a mention inside a thread.
    """

    team_id: str
    channel_id: str
    user: str
    delivery: str
    verb: str
    words: tuple[str, ...] = ()
    flags: dict[str, str] = field(default_factory=dict)
    trigger_id: str | None = None
    thread_ts: str | None = None

    @property
    def rest(self) -> str:
        """Everything after the first word."""
        return " ".join(self.words[1:])


def split_verb(text: str) -> tuple[str, str]:
    verb, _, rest = text.strip().partition(" ")
    return verb.lower(), rest.strip()


def split_flags(rest: str, known: Collection[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Words and flags: `x=v`, `--x v`, `—x v` and `-x v` for known names; anything else stays a word."""
    words, flags, tokens = [], {}, rest.split()
    position = 0
    while position < len(tokens):
        token = tokens[position].translate(TYPOGRAPHIC)
        name, has_value, value = token.partition("=")
        bare = name.lstrip("-—–").lower()
        if has_value and bare in known and value:
            flags[bare] = value.strip("\"'")
        elif token.startswith(DASHES) and bare in known and position + 1 < len(tokens):
            position += 1
            flags[bare] = tokens[position].strip("\"'")
        else:
            words.append(tokens[position])
        position += 1
    return tuple(words), flags


def parse_handle(word: str) -> str:
    """A handle as stored. Case, quotes and a leading @ do not matter. Raises BadHandle."""
    cleaned = word.translate(TYPOGRAPHIC).strip("\"'`*").lstrip("@").lower()
    if not HANDLE.fullmatch(cleaned):
        raise BadHandle(word)
    return cleaned


def parse_model(word: str) -> tuple[str, int | None]:
    """`founder@v2` as ("founder", 2). Raises BadHandle."""
    cleaned = word.translate(TYPOGRAPHIC).strip("\"'`*").lower()
    match = HANDLE_WITH_VERSION.fullmatch(cleaned)
    if match is None:
        raise BadHandle(word)
    return match[1], int(match[2]) if match[2] else None


def mentioned_user(word: str) -> str | None:
    match = MENTIONED_USER.match(word)
    return match[1] if match else None


def nearest(word: str, choices: Collection[str]) -> str | None:
    close = get_close_matches(word.lower(), list(choices), n=1, cutoff=0.6)
    return close[0] if close else None
