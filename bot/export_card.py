"""The card of an export: what a voice is, what it learned from and who agreed, in Markdown for people (pure)."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pipeline.domain.exports import VoiceRows
from pipeline.domain.voices import Voice

SENSITIVE: Final = {"public": "public writing", "internal": "internal", "private": "private: only on a server of yours"}


def card(voice: Voice, rows: VoiceRows) -> str:
    return "\n".join([*head(voice, rows), *texts(rows), *versions(rows), *feedback(rows), *files(), ""])


def head(voice: Voice, rows: VoiceRows) -> Iterator[str]:
    yield f"# {voice.handle}"
    yield ""
    yield f"A writing voice for {voice.purpose}. Drafts in this voice are AI-written; they are not the owner's words."
    yield ""
    yield f"* Owner: {plain(voice.owner)}; steward: {plain(voice.steward)}"
    yield f"* Kind of writing: {SENSITIVE[voice.sensitivity]}"
    yield f"* May draft: {', '.join(map(plain, voice.drafters)) or 'everybody in its workspace'}"
    if voice.works_if:
        yield f"* It works if: {plain(voice.works_if)}"
    yield f"* Made on {day(voice.created_at.isoformat())}"
    yield ""
    yield "## Consent"
    yield ""
    consents = rows.of("consent")
    for row in consents:
        until = f", until {day(row['expires_at'])}" if row["expires_at"] else ""
        limits = f"; limits: {plain(row['limits'])}" if row["limits"] else ""
        yield f"* {row['state']} on {day(row['decided_at'] or row['asked_at'])}{until}{limits}"
    if not consents:
        yield "Nobody was asked yet."


def texts(rows: VoiceRows) -> Iterator[str]:
    yield ""
    yield "## Texts"
    yield ""
    numbers = {row["id"]: row["number"] for row in rows.of("round")}
    in_force = {row["dataset_id"] for row in rows.of("round")}
    sets = [row for row in rows.of("dataset") if row["id"] in in_force]
    if not sets:
        yield "None are prepared."
        return
    yield from table(
        ("round", "texts", "examples", "tokens", "hash"),
        [
            (numbers[row["round_id"]], row["kept"], row["examples"], row["train_tokens"], f"`{row['content_hash']}`")
            for row in sets
        ],
    )


def versions(rows: VoiceRows) -> Iterator[str]:
    if not rows.of("voice_model"):
        return
    yield ""
    yield "## Versions"
    yield ""
    yield from table(
        ("version", "state", "base", "provider", "made"),
        [
            (f"v{row['version']}", row["state"], f"`{row['base']}`", plain(row["provider"]), day(row["created_at"]))
            for row in rows.of("voice_model")
        ],
    )


def feedback(rows: VoiceRows) -> Iterator[str]:
    drafts, rewrites, said = (len(rows.of(name)) for name in ("draft", "rewrite", "reaction"))
    yield ""
    yield "## Feedback"
    yield ""
    yield f"{drafts} drafts, {rewrites} better versions, {said} reactions, {len(rows.of('duel'))} duels."


def files() -> Iterator[str]:
    yield ""
    yield "## What is in this export"
    yield ""
    yield "* `sft.jsonl`: the examples of the newest round; `pairs.jsonl` and `kto.jsonl`: what its feedback comes to."
    yield "* `audit.csv`: who did what, when."
    yield "* `rows/` and `blobs/`: the rest, for `understudy import`. `manifest.json` has the hash of every part."


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"


def plain(text: str) -> str:
    """One line, without signs that Markdown reads."""
    flat = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in flat)


def day(at: str) -> str:
    return at[:10]
