"""Why a run failed, by the row where the provider names one, and what to do about it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.models.blocks import Block

from bot.features.training.blame import BAD_ROWS, UNSAFE
from bot.features.training.ending import (
    BASE_GONE,
    CLOSED,
    FAILED,
    METHOD_GONE,
    NO_FUNDS,
    NO_FUNDS_SAID,
    NOT_ALLOWED,
    PAIRS_GONE,
    UNKNOWN,
    VERSION_GONE,
)
from bot.features.training.forgetting import FILES_KEPT
from bot.features.training.progress_views import CANCEL
from bot.features.training.retrying import RETRIED, ROW_LEFT_OUT
from bot.features.training.run_words import named, run
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import person, quoted, shortened, usd
from pipeline.blamed_rows import NUMBER, BlamedRow
from pipeline.domain.origins import Text

RETRY: Final = "training.retry"
LEAVE_OUT: Final = "training.leave_out_row"
OPEN_ROW: Final = "training.open_row"
ASK: Final = "spending.ask"
WORDS_SHOWN: Final = 300  # of what a provider said
ROW_CHARS: Final = 1300  # shown of a prompt, and of a text
# By codes that are no provider's words: what it means and what to do.
OURS: Final[Mapping[str, str]] = {
    CLOSED: (
        "Your {provider} organisation can't start fine-tunes any more. Ask again with another provider; "
        "your own server is one."
    ),
    NOT_ALLOWED: "{provider} may not see texts of this sensitivity, so none were sent. Ask again with your own server.",
    UNKNOWN: "No provider called {provider} is set up any more. Nothing was sent.",
    BASE_GONE: "{provider} no longer offers this base. Nothing was sent; ask again with another one.",
    METHOD_GONE: "{provider} no longer trains in this way. Nothing was sent; ask again with examples, from the base.",
    PAIRS_GONE: (
        "The better-than pairs that were approved are gone: something in them was withdrawn or forgotten. "
        "Nothing was sent; take the feedback into a round again and ask anew."
    ),
    VERSION_GONE: (
        "The version that it was to go on from was retired, deleted, or has learned from something withdrawn. "
        "Nothing was sent; ask again, with examples from the base."
    ),
}
REASON: Final = re.compile(r"^\W*(.*?)[\s.]*$", re.DOTALL)


def failed(facts: Facts) -> Message:
    text = f"🛑 {run(facts)} failed. {explanation(facts)}"
    details = f"Cost so far: {usd(facts['actual_microusd'])}. Everything else held for it is free again."
    blocks: list[Block] = [section(f"{text}\n{details}"), *row_blocks(facts)]
    if facts["code"] not in OURS:
        words = quoted(shortened(facts["words"] or "", WORDS_SHOWN))
        blocks.append(context(f"{named(facts['provider'])} says: `{named(facts['code'] or 'no code')}` {words}"))
    return Message(text=text, blocks=blocks)


def row_blocks(facts: Facts) -> list[Block]:
    """Buttons for the row that is named, or each of those that are the most likely with its own."""
    row = facts.get("row")
    if row and "title" in row:
        return [buttons(*row_buttons(facts, row))]
    return [
        block
        for likely in facts.get("likely", ())
        for block in (
            section(f"Row {likely['number']}: “{named(likely['title'])}”"),
            buttons(*row_buttons(facts, likely), block_id=f"row-{likely['split']}-{likely['number']}"),
        )
    ]


def row_buttons(facts: Facts, row: Mapping[str, Any]) -> list[Any]:
    value = f"{facts['job_id']}:{row['split']}:{row['number']}"
    return [
        button(f"Leave out row {row['number']} and resend", LEAVE_OUT, value, style="primary"),
        button("Open row", OPEN_ROW, value),
    ]


def explanation(facts: Facts) -> str:
    """What it means and what to do, by the provider's code."""
    provider, code = named(facts["provider"]), facts["code"] or ""
    if code in OURS:
        return OURS[code].format(provider=provider)
    if code in NO_FUNDS:
        return f"The balance at {provider} is too low. Somebody must top it up there; then ask for approval again."
    if code in UNSAFE:
        return unsafe(facts, provider)
    if code in BAD_ROWS:
        return bad_row(facts, provider)
    return "The texts and all choices are kept; ask for approval again when the cause is gone."


def unsafe(facts: Facts, provider: str) -> str:
    likely = facts.get("likely", ())
    refused = f"{provider}'s safety check refused the file and doesn't say which rows."
    if not likely:
        return f"{refused} None of my own findings points at one. Leave texts out in the dataset thread and ask again."
    listed = "The most likely one is listed." if len(likely) == 1 else f"The {len(likely)} most likely are listed."
    return f"{refused} {listed}"


def bad_row(facts: Facts, provider: str) -> str:
    words = facts["words"] or ""
    found, row = NUMBER.search(words), facts.get("row")
    if found is None:
        return f"{provider} rejected the file. Change or leave out what it names in the dataset thread and ask again."
    title = f" (“{named(row['title'])}”)" if row and "title" in row else ""
    reason = REASON.sub(r"\1", words[found.end() :])
    why = f": {quoted(shortened(reason, WORDS_SHOWN))}" if reason else ""
    return f"{provider} rejected row {int(found[1])}{title}{why}."


def no_funds(facts: Facts) -> Message:
    text = (
        f"The balance at {named(facts['provider'])} is too low, so {run(facts)} was not taken. "
        f"The approval and its {usd(facts['ceiling_microusd'])} are untouched. Somebody must top up there; "
        "I send it again when you press Retry."
    )
    actions = buttons(
        button("Retry", RETRY, facts["job_id"], style="primary"), button("Cancel", CANCEL, facts["job_id"])
    )
    said = f"{named(facts['provider'])} says: {quoted(shortened(facts['words'] or 'nothing more', WORDS_SHOWN))}"
    return Message(text=text, blocks=[section(text), actions, context(said)])


def retried(facts: Facts) -> Message:
    return plain(f"{person(facts['user'])} said to try {run(facts)} again. It is in the queue; nothing was paid yet.")


def row_left_out(facts: Facts) -> Message:
    row, next_number = facts["row"], facts["next_number"]
    text = (
        f"{person(facts['user'])} left out “{named(facts['title'])}” (row {row}). Round {next_number} has all the "
        "others and is being prepared. Nothing is sent until somebody approves it: ask when its report stands."
    )
    ask = button("Ask for approval", ASK, facts["handle"])
    return Message(text=text, blocks=[section(text), buttons(ask)])


def files_kept(facts: Facts) -> Message:
    files = ", ".join(f"`{named(file)}`" for file in facts["files"]) or "the uploaded rows"
    return plain(
        f"{named(facts['provider'])} refuses to delete the rows of {run(facts)} (`{named(facts['code'])}`): {files}. "
        "An operator should delete them there; I try again every day."
    )


def opened(row: BlamedRow, text: Text) -> str:
    """One row, for the one person who asked."""
    return (
        f"*Row {row.number} — {named(row.title)}* (only you see this)\n"
        f"*Asked:* {quoted(shortened(text.prompt, ROW_CHARS))}\n*Text:* {quoted(shortened(text.completion, ROW_CHARS))}"
    )


TEMPLATES = {
    FAILED: failed,
    NO_FUNDS_SAID: no_funds,
    RETRIED: retried,
    ROW_LEFT_OUT: row_left_out,
    FILES_KEPT: files_kept,
}
