"""The round's card, a message per file, and the cleaning report with its buttons."""

from collections.abc import Mapping
from datetime import date

from slack_sdk.models.blocks import Block, ButtonElement

from bot.adding import SOURCE_MESSAGE
from bot.cards import ROUND_CARD
from bot.features.datasets import file_views
from bot.features.datasets.best_read_views import best_read_blocks
from bot.features.datasets.file_views import named
from bot.features.datasets.prepare_round import REPORT
from bot.origin_words import policy_words, way_words
from bot.slack.audited import audited
from bot.slack.message import Facts, Message, button, buttons, context, divider, section
from bot.slack.mrkdwn import channel, clipped, escape, shortened
from pipeline.domain.voices import RoundId
from pipeline.signoffs import ROWS

ACCEPT_ALL = "datasets.accept_all"
CHANGE_FILTERS = "datasets.filters"
REHEARSE = "rehearsal.run"
SHOW_COST = "spending.show_cost"
SEE_CHANGES = "differences.since_before"
PICTURES = "pictures.show"
OPEN_SIGNOFF, ASK_EDITOR = "signoff.open", f"Ask an editor to check {ROWS}"
ADD_SAMPLES = "datasets.open"  # the button on the voice's card
# Followed by the rule, FIX also by a dot and the choice: Slack wants every action id of a message to be its own.
FIX, SHOW, UNDO = "datasets.fix.", "datasets.show.", "datasets.undo."
MOST_BLOCKS = 46  # Slack takes 50; the totals and the last buttons need the rest
SENTENCE_CHARS = 500  # of a finding; with all of them the report stays inside Slack's limit for a message
SAMPLE_CHARS = 300

FORMATS = "WordPress exports, CSV, JSONL, .md, .txt, .docx, .html, .vtt or a .zip"
THIN = 100  # below this the old command-line tool advised "a few hundred"
JOB_LINES = {
    "queued": "⏳ queued",
    "uploading": "📤 sending",
    "sending": "📤 sending",
    "in-doubt": "🔎 asking the provider whether it has the job",
    "validating": "🔎 provider is checking the file",
    "running": "🏋️ training",
    "ready": "✅ trained",
    "failed": "❌ training failed",
    "cancelled": "training cancelled",
}
REHEARSED = {
    None: "not rehearsed",
    "pass": "rehearsed ✅",
    "refuse": "🛑 rehearsal found problems",
    "too-few": "too few to rehearse",
    "overridden": "rehearsal overridden",
}
REASONS = {
    "other-author": "other authors",
    "other-kind": "pages and other kinds",
    "not-published": "not published",
    "older": "older",
    "newer": "newer",
    "title-excluded": "excluded by title",
    "excluded": "left out by an editor",
    "other-speaker": "by other speakers",
    "less-read": "read less",
    "origin": "kept out by the policy on where texts come from",
    "broken": "unreadable",
    "language": "in another language",
    "series": "in a series",
    "near-duplicate": "nearly the same as another",
    "too-long": "too long",
    "too-short": "too short",
    "empty": "empty",
    "personal-data": "with personal data",
    "secret": "with secrets",
    "quotation": "mostly quotation",
    "own-draft": "drafts of mine",
    "guest-post": "by a guest",
    "link-list": "lists of links",
    "stale": "out of date",
    "label-conflict": "answered in two ways",
    "broken-json": "with broken JSON",
}


def opened(handle: str, number: int, channel_id: str, link: str | None = None) -> str:
    """link: to the upload page, for this person only."""
    place = thread_words(handle, number, channel_id)
    told = f"Drop files in {place} (any size up to 200 MB): {FORMATS}."
    if link is None:
        return told
    return f"{told}\nOr bring them in past Slack: <{link}|open your upload page>. The link is yours; don't pass it on."


def pulling(name: str, handle: str, number: int, channel_id: str) -> str:
    return f"I fetch `{named(name)}` and tell how far I am in {thread_words(handle, number, channel_id)}."


def thread_words(handle: str, number: int, channel_id: str) -> str:
    return f"the thread of 📚 *{escape(handle)} · round {number}* in {channel(channel_id)}"


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
    if not facts["is_prepared"]:
        return f"cleaning {facts['read']:,} texts …"
    if not facts["texts"]:
        return f"0 of {facts['read']:,} texts: everything is filtered out"
    state = f"*{len(facts['open_blockers'])} to decide before paying*" if facts["open_blockers"] else "clean"
    parts = [f"{facts['texts']:,} of {facts['read']:,} texts, {state}", REHEARSED[facts["rehearsal"]]]
    return " · ".join(filter(None, [*parts, audited(facts.get("audits", ()))]))


def report(facts: Facts) -> Message:
    """What is kept and left out, what was found, what it would come to."""
    round_id = RoundId(facts["round_id"])
    if facts.get("sentence"):
        return Message(facts["sentence"], (section(facts["sentence"]), buttons(filters_button(round_id))))
    done = [finding for finding in facts["findings"] if finding["choice"] != "keep"]
    waiting = [finding for finding in facts["findings"] if finding["choice"] == "keep" and not is_said_below(finding)]
    blocks: list[Block] = [section(kept_lines(facts)), buttons(*set_buttons(facts))]
    blocks += best_read_blocks(facts, round_id)
    blocks += done_blocks(done, round_id)
    shown = shown_first(waiting, room=(MOST_BLOCKS - len(blocks)) // 2)
    for number, finding in enumerate(shown, start=1):
        blocks += finding_blocks(finding, number, round_id)
    if len(shown) < len(waiting):
        more = len(waiting) - len(shown)
        blocks.append(section(f"{more} more come when some of these are decided; “Accept all” takes them too."))
    blocks += [divider(), section(totals(facts, waiting))]
    if any(finding["is_open"] for finding in waiting):
        blocks.append(buttons(button("Accept all", ACCEPT_ALL, round_id, style="primary")))
    else:
        blocks.append(buttons(*next_buttons(facts["handle"]), button(ASK_EDITOR, OPEN_SIGNOFF, round_id)))
    text = f"Cleaning report: {facts['kept']:,} of {facts['documents_read']:,} texts kept, {len(waiting)} to decide."
    return Message(text, tuple(blocks))


def shown_first(waiting: list[Facts], *, room: int) -> list[Facts]:
    """As many as a message takes, blockers before others, in the order people read them."""
    kept = sorted(waiting, key=lambda finding: finding["severity"] != "blocker")[:room]
    return [finding for finding in waiting if finding in kept]


def next_buttons(handle: str) -> tuple[ButtonElement, ButtonElement]:
    """What a clean set is ready for; other features answer."""
    return button("Rehearse — free", REHEARSE, handle, style="primary"), button("Cost", SHOW_COST, handle)


def is_said_below(finding: Facts) -> bool:
    """The totals say that a set is thin; only too few to train at all is a finding of its own."""
    return bool(finding["rule"] == "few-examples" and finding["severity"] != "blocker")


def kept_lines(facts: Facts) -> str:
    filters = facts["filters"]
    chosen = [f"author *{named(filters['author'])}*"] if filters["author"] else []
    chosen += [f"type *{named(', '.join(filters['kinds']))}*", f"status *{named(', '.join(filters['statuses']))}*"]
    chosen += [f"since *{filters['since']}*"] if filters["since"] else []
    chosen += [f"until *{filters['until']}*"] if filters["until"] else []
    left_out = " · ".join(f"{count:,} {REASONS.get(reason, reason)}" for reason, count in by_count(facts["left_out"]))
    lines = [f"*{facts['kept']:,}* of {facts['documents_read']:,} kept: {' · '.join(chosen)}"]
    return "\n".join([*lines, f"Left out: {left_out}"] if left_out else lines)


def by_count(left_out: Mapping[str, int]) -> list[tuple[str, int]]:
    """Most first."""
    return sorted(left_out.items(), key=lambda pair: -pair[1])


def set_buttons(facts: Facts) -> list[ButtonElement]:
    round_id = RoundId(facts["round_id"])
    changes = [button("See what changed", SEE_CHANGES, round_id)] if facts.get("has_before") else []
    return [filters_button(round_id), button("Pictures", PICTURES, round_id), *changes]


def filters_button(round_id: RoundId) -> ButtonElement:
    return button("Change filters", CHANGE_FILTERS, round_id)


def done_blocks(done: list[Facts], round_id: RoundId) -> list[Block]:
    """Fixes in force, each with its undo, as short as can be."""
    if not done:
        return []
    blocks: list[Block] = [section("*Done, with undo:*")]
    for finding in done:
        undo = None if finding["rule"] == "empty" else button("Undo", UNDO + finding["rule"], round_id)
        blocks.append(section("✓ " + sentence_of(finding), accessory=undo))
    return blocks


def finding_blocks(finding: Facts, number: int, round_id: RoundId) -> list[Block]:
    mark = "🛑 " if finding["severity"] == "blocker" else ""
    text = section(f"{mark}{number}. {sentence_of(finding)}")
    if not finding["fixes"]:
        return [text]
    rule = finding["rule"]
    press = [button(fix["label"], f"{FIX}{rule}.{fix['choice']}", round_id) for fix in finding["fixes"]]
    return [text, buttons(*press, button("Show", SHOW + rule, round_id))]


def sentence_of(finding: Facts) -> str:
    """Its *bold* beginning is ours; the words it quotes come from files."""
    return clipped(escape(finding["sentence"]), SENTENCE_CHARS)


def totals(facts: Facts, waiting: list[Facts]) -> str:
    undecided = any(finding["is_open"] for finding in waiting)
    head, size = ("If you accept all", facts["if_accepted"]) if undecided else ("As it stands", facts)
    numbers = f"{size['kept']:,} texts · {size['tokens']:,} tokens · {size['words']:,} words"
    lines = [f"*{head}:* {numbers} · {span(facts)}prompts: half titles, half briefs."]
    if size["kept"] < THIN:
        lines.append(f"{size['kept']:,} is thin: a few hundred is the usual advice. Enough to try it cheaply.")
    if not undecided:
        lines.append("Every step can be undone until you pay. Next: rehearse it, or see what it would cost.")
    return "\n".join(lines)


def span(facts: Facts) -> str:
    if not facts["first"] or not facts["last"]:
        return ""
    first, last = date.fromisoformat(facts["first"]), date.fromisoformat(facts["last"])
    return f"{first:%b %Y} – {last:%b %Y} · "


def shown(finding: Facts | None) -> str:
    """Up to three places, before and after."""
    if finding is None:
        return "The set changed meanwhile; the report above is up to date."
    lines = [sentence_of(finding)]
    for example in finding["examples"]:
        lines.append(f"*{named(example['title'])}*\n> {one_line(example['before'])}")
        if example["after"] and example["after"] != example["before"]:
            lines.append(f"becomes\n> {one_line(example['after'])}")
    return "\n".join(lines)


def one_line(text: str) -> str:
    return escape(shortened(text, SAMPLE_CHARS))


TEMPLATES = {ROUND_CARD: card, SOURCE_MESSAGE: file_views.source, REPORT: report}
