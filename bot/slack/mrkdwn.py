"""Text from people, files and models made safe for Slack, and small pieces of Slack's own markup (pure)."""

import re
from collections.abc import Sequence
from datetime import datetime

# What a cut may leave behind: the start of an entity, of a mention or of a link.
TORN = re.compile(r"(?:&[a-z]{0,3}|<[^<>]*)$")

# Signs nobody sees: they turn the direction of what follows ("gpj.exe"), part a word where nothing shows, or are no
# writing at all. Joiners that Persian, Indic scripts and emoji need stay.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

SMALLEST_SHOWN = 100  # micro-dollars: the least that four digits can tell from nothing


def escape(text: str) -> str:
    """Characters that Slack reads as control, as entities: nobody can mention a channel through a title.

    Signs that cannot be seen and turn or hide what stands beside them are taken out.
    """
    return UNSEEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """What a person typed, from what Slack sends for it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def quoted(text: str) -> str:
    """Text inside *bold* or “quotes”: escaped, and without marks that would end the formatting."""
    return escape(text).replace("*", "∗").replace("`", "ˋ")


def person(user: str) -> str:
    """A user id as a mention; anything else (someone outside Slack) as plain words."""
    return f"<@{user}>" if re.fullmatch(r"[UW][A-Z0-9]+", user) else escape(user)


def listed(people: Sequence[str]) -> str:
    """Mentions in a row: A, B and C."""
    named = [person(one) for one in people]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def inert(text: str) -> str:
    """Escaped, and without signs that Slack would set bold or as a quotation on one side only."""
    return escape(text).replace("*", "∗").replace("_", "‗").replace("`", "ˋ").replace("~", "∼")


def channel(channel_id: str) -> str:
    return f"<#{channel_id}>" if re.fullmatch(r"[CGD][A-Z0-9]+", channel_id) else escape(channel_id)


def moment(at: datetime | str) -> str:
    """A time in the reader's own zone."""
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%-d %b %Y %H:%M} UTC>"


def day(at: datetime | str) -> str:
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"<!date^{int(at.timestamp())}^{{date_short}}|{at:%-d %b %Y}>"


def clipped(text: str, length: int) -> str:
    """Finished mrkdwn cut to `length` characters, never inside an entity or a mention."""
    return text if len(text) <= length else TORN.sub("", text[: length - 1]) + "…"


def shortened(text: str, length: int) -> str:
    """At most `length` characters, cut at a word, with an ellipsis."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    return flat[: length - 1].rsplit(" ", 1)[0] + "…"


def usd(microusd: int) -> str:
    """$8.80; under a dime up to four digits, so that a cent is not rounded away; nothing is $0, and less says so."""
    if microusd == 0:
        return "$0"
    if abs(microusd) < SMALLEST_SHOWN:
        return "under $0.0001"
    if abs(microusd) < 100_000:
        cents = f"{microusd / 1_000_000:.4f}".rstrip("0")
        return f"${cents}" if len(cents.split(".")[1]) >= 2 else f"${microusd / 1_000_000:.2f}"
    return f"${microusd / 1_000_000:,.2f}"
