"""The round's card, what /voice data answers, and every message of the dataset thread by its name."""

from slack_sdk.models.blocks import Block

from bot.adding import SOURCE_MESSAGE
from bot.cards import DONE, REPORT, ROUND_CARD
from bot.features.datasets.files.asking import NOT_STEWARD, WISH
from bot.features.datasets.files.source_views import source
from bot.features.datasets.report.report_views import done_message, report
from bot.features.datasets.usecase import OPENED, Opened
from bot.features.datasets.words import named
from bot.origin_words import policy_words, way_words
from bot.slack.audited import audited
from bot.slack.message import Facts, Message, button, buttons, context, plain, section
from bot.slack.mrkdwn import channel, escape, person

ADD_SAMPLES = "datasets.open"  # the button on the voice's card
UPLOAD_HERE = "datasets.upload"
ASK_STEWARD = "datasets.ask_steward"

FORMATS = "WordPress exports, CSV, JSONL, .md, .txt, .docx, .html, .vtt or a .zip"
JOB_LINES = {
    "queued": "⏳ queued",
    "preflight": "📤 sending",
    "uploading": "📤 sending",
    "sending": "📤 sending",
    "in-doubt": "🔎 asking the provider whether it has the job",
    "validating": "🔎 provider is checking the file",
    "running": "🏋️ training",
    "evaluating": "🧪 testing",
    "ready": "✅ trained",
    "failed": "❌ training failed",
    "cancelled": "training cancelled",
    "expired": "not sent in time",
}
REHEARSED = {
    None: "not rehearsed",
    "pass": "rehearsed ✅",
    "refuse": "🛑 rehearsal found problems",
    "too-few": "too few to rehearse",
    "overridden": "rehearsal overridden",
}


def opened_text(opened: Opened) -> str:
    """data.open; in words while the card is not posted, so that there is nothing to link to."""
    told = f"Dataset thread: {thread_words(opened)}. Drop files there (any size up to 200 MB), or here (10 MB each)."
    if opened.upload_link is None:
        return told
    page = f"<{opened.upload_link}|open your upload page>"
    return f"{told}\nOr bring them in past Slack: {page}. The link is yours; don't pass it on."


def thread_words(opened: Opened) -> str:
    name = f"{escape(opened.handle)} · round {opened.number}"
    return f"<{opened.link}|{name}>" if opened.link else f"📚 *{name}* in {channel(opened.channel_id)}"


def pulling(name: str, opened: Opened) -> str:
    return f"I fetch `{named(name)}` and tell how far I am in the dataset thread: {thread_words(opened)}."


def opened_blocks(opened: Opened) -> tuple[Block, ...]:
    return (section(opened_text(opened), accessory=button("Upload here", UPLOAD_HERE, opened.round_id)),)


def opened_message(facts: Facts) -> Message:
    """The same, for somebody who pressed a button."""
    opened = Opened(**facts)
    return Message(opened_text(opened), opened_blocks(opened))


def card(facts: Facts) -> Message:
    head = f"📚 *{escape(facts['handle'])} · round {facts['number']}* — {round_standing(facts)}"
    if facts["read"]:
        return Message(head, (section(head), *where_from(facts)))
    return Message(head, (section(f"{head} Drop {FORMATS} in this thread."),))


def where_from(facts: Facts) -> tuple[Block, ...]:
    """How the texts came, and the policy on it that the set was made under."""
    if facts.get("origins") is None:
        return ()
    return (context(f"Texts from: {way_words(facts['ways'])} · policy: {policy_words(facts['origins'])}"),)


def round_standing(facts: Facts) -> str:
    if facts["job_state"]:
        before = facts["queued_before"]
        place = f", {before} in front" if facts["job_state"] == "queued" and before else ""
        return f"{facts['texts']:,} texts · {JOB_LINES[facts['job_state']]}{place}"
    if not facts["read"]:
        return "0 texts."
    if facts.get("cleaning"):
        done, total = facts["cleaning"]
        return f"cleaning … {done:,} of {total:,}"
    if not facts["is_prepared"]:
        return f"cleaning {facts['read']:,} texts …"
    if not facts["texts"]:
        return f"0 of {facts['read']:,} texts: everything is filtered out"
    state = f"*{len(facts['open_blockers'])} to decide before paying*" if facts["open_blockers"] else "clean"
    parts = [f"{facts['texts']:,} of {facts['read']:,} texts, {state}", REHEARSED[facts["rehearsal"]]]
    return " · ".join(filter(None, [*parts, audited(facts.get("audits", ()))]))


def not_steward(facts: Facts) -> Message:
    """data.not_steward, to the person who may not."""
    ask = button("Ask the steward", ASK_STEWARD, facts["wish"])
    return Message(facts["sentence"], (section(facts["sentence"]), buttons(ask)))


def wish(facts: Facts) -> Message:
    """What somebody would like the steward to do, in the thread where it can be done."""
    who, wanted = person(facts["user"]), escape(facts["wanted"])
    return plain(f"{person(facts['steward'])}: {who} asks you to {wanted}.")


TEMPLATES = {
    ROUND_CARD: card,
    SOURCE_MESSAGE: source,
    REPORT: report,
    DONE: done_message,
    OPENED: opened_message,
    NOT_STEWARD: not_steward,
    WISH: wish,
}
