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
DASHES = ("-", "—", "–")
ON = "yes"
QUOTES = "\"'"
MENTIONED = re.compile(r"<(?:@|#|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>")
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
    verb, *rest = text.split(maxsplit=1) or [""]
    return verb.lower(), "".join(rest).strip()


def split_flags(
    rest: str, known: Collection[str], switches: Collection[str] = ()
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Words and flags: `x=v`, `--x v`, `—x v` and `-x v` for known names; anything else stays a word.

    A value may be several words between quotes: author="Jane Doe". switches: names that need no value: `--x`, `—x`,
    `-x`, `x=yes`, and the bare name as the very last word, where it is hardly part of a sentence.
    """
    words: list[str] = []
    flags: dict[str, str] = {}
    tokens = rest.split()
    if len(tokens) > 1 and tokens[-1].lower() in switches:
        flags[tokens.pop().lower()] = ON
    while tokens:
        token = tokens.pop(0)
        name, has_value, value = token.partition("=")
        bare = name.lstrip("".join(DASHES)).lower()
        if bare in switches and (value or (token.startswith(DASHES) and not has_value)):
            flags[bare] = flag_value(value, tokens) if value else ON
        elif has_value and bare in known and value:
            flags[bare] = flag_value(value, tokens)
        elif token.startswith(DASHES) and not has_value and bare in known and tokens:
            flags[bare] = flag_value(tokens.pop(0), tokens)
        else:
            words.append(token)
    return tuple(words), flags


def flag_value(first: str, tokens: list[str]) -> str:
    """The value that starts with `first`; further words of a quoted one are taken off `tokens`."""
    parts = [first.translate(TYPOGRAPHIC)]
    quote = parts[0][0]
    ends = [number for number, token in enumerate(tokens) if token.translate(TYPOGRAPHIC).endswith(quote)]
    if quote in QUOTES and ends and not (len(first) > 1 and parts[0].endswith(quote)):
        parts += [token.translate(TYPOGRAPHIC) for token in tokens[: ends[0] + 1]]
        del tokens[: ends[0] + 1]
    return " ".join(parts).strip(QUOTES)


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


def mentioned(word: str) -> str | None:
    """The Slack id of a channel, a user group or a person."""
    match = MENTIONED.fullmatch(word)
    return match[1] if match else None


def nearest(word: str, choices: Collection[str]) -> str | None:
    close = get_close_matches(word.lower(), list(choices), n=1, cutoff=0.6)
    return close[0] if close else None
