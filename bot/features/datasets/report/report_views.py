"""The cleaning report: what was done, what was found, what each choice would do, what it would come to."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from slack_sdk.models.blocks import Block, ButtonElement, Option, PlainTextObject, StaticSelectElement

from bot.features.datasets.files.source_views import CHANGE_FILTERS, nothing_left
from bot.features.datasets.report.best_read_views import best_read_blocks
from bot.features.datasets.words import named
from bot.slack.message import Facts, Message, button, buttons, divider, plain, section
from bot.slack.mrkdwn import clipped, escape, shortened
from pipeline.domain.voices import RoundId
from pipeline.reasons import in_order, left_out_words, reason_words
from pipeline.rehearsal import MIN_TEXTS
from pipeline.signoffs import ROWS

ACCEPT_ALL = "datasets.accept_all"
ONE_BY_ONE = "datasets.one_by_one"
BEFORE_AFTER = "datasets.before_after"
LEFT_OUT = "datasets.left_out."  # followed by the round, for a select has no value of its own
REHEARSE = "rehearsal.run"
SHOW_COST = "costs.show"
SEE_CHANGES = "differences.since_before"
PICTURES = "pictures.show"
OPEN_SIGNOFF, ASK_EDITOR = "signoff.open", f"Ask an editor to check {ROWS}"
# Followed by the rule, FIX also by a dot and the choice: Slack wants every action id of a message to be its own.
FIX, SHOW, UNDO = "datasets.fix.", "datasets.show.", "datasets.undo."
KEEP, UNKEEP = "datasets.keep.", "datasets.unkeep."

MOST_BLOCKS = 45  # product.md 6.4; Slack itself takes 50
ONE_LINERS = 6  # done or kept findings that have a line and an Undo of their own; One by one has them all
SENTENCE_CHARS = 500  # of a finding; with all of them the report stays inside Slack's limit for a message
SAMPLE_CHARS = 300
COVERAGE_CHARS = 600
HEADING = re.compile(r"(?:^|\s)#{1,6}\s")  # a text's beginning is shown in one line
SHOWN_TOGETHER = 6  # findings whose examples are shown at once; Slack takes 3,000 characters in a section
THIN = 100  # below this the old command-line tool advised "a few hundred"
NEXT_ROUND = "The next `/voice data` opens the next round, with the same texts and choices."
MARKS = {"blocker": "🛑 ", "warning": "", "info": ""}


def report(facts: Facts) -> Message:
    """What is kept and left out, what was found, what it would come to."""
    if facts.get("sentence"):
        return nothing_left(facts)
    if facts.get("cleaning") is not None:
        return plain(cleaning_line(facts))
    round_id = RoundId(facts["round_id"])
    if facts.get("locked"):
        return locked_report(facts, round_id)
    found = [finding for finding in facts["findings"] if not is_said_below(finding)]
    done = [finding for finding in found if finding["choice"] != "keep"]
    kept = [finding for finding in found if is_kept(finding)]
    standing = [finding for finding in found if finding["choice"] == "keep" and not is_kept(finding)]
    waiting = in_weight([finding for finding in standing if finding["fixes"] or finding["severity"] == "blocker"])
    notes = [finding for finding in standing if finding not in waiting]
    blocks = [*head_blocks(facts, round_id), *best_read_blocks(facts, round_id)]
    blocks += done_blocks(done, round_id) + kept_blocks(kept, round_id)
    end = [*note_blocks(notes), *coverage_blocks(facts), *end_blocks(facts, waiting, round_id)]
    blocks += waiting_blocks(waiting, round_id, room=MOST_BLOCKS - len(blocks) - len(end)) + end
    text = f"Cleaning report: {facts['kept']:,} of {facts['documents_read']:,} texts kept, {len(waiting)} to decide."
    return Message(text, tuple(blocks))


def locked_report(facts: Facts, round_id: RoundId) -> Message:
    """Of a round that was approved: what was done and what it came to, with nothing to press that would change it."""
    done = [finding for finding in facts["findings"] if finding["choice"] != "keep"]
    said = [section("✓ " + sentence_of(finding)) for finding in done[:ONE_LINERS]]
    end = section(f"{size_line(facts, 'Locked', facts)}\nWhat was approved no longer changes. {NEXT_ROUND}")
    press = [button("Pictures", PICTURES, round_id)]
    if facts.get("has_before"):
        press.append(button("See what changed", SEE_CHANGES, round_id))
    blocks = [*head_blocks(facts, round_id), *said, *rest_of(done[ONE_LINERS:], shown_by=""), *coverage_blocks(facts)]
    text = f"Cleaning report: {facts['kept']:,} of {facts['documents_read']:,} texts, locked."
    return Message(text, (*blocks, divider(), end, buttons(*press)))


def cleaning_line(facts: Facts) -> str:
    done, total = facts["cleaning"], facts["documents_read"]
    return f"🧹 Cleaning … {done:,} of {total:,}" if done else f"🧹 Cleaning {total:,} texts …"


def in_weight(findings: Iterable[Facts]) -> list[Facts]:
    """Blockers first; One by one goes in the same order."""
    return sorted(findings, key=lambda finding: bool(finding["severity"] != "blocker"))


def is_said_below(finding: Facts) -> bool:
    """The totals say that a set is thin; only too few to train at all is a finding of its own."""
    return bool(finding["rule"] == "few-examples" and finding["severity"] != "blocker")


def is_kept(finding: Facts) -> bool:
    """Somebody chose to leave it; a blocker stays among what has to be decided, for nothing is paid with it."""
    return bool(finding["choice"] == "keep" and finding["decided"] and not finding["is_open"])


def note_blocks(notes: Sequence[Facts]) -> list[Block]:
    """What nobody can press away: there is nothing to decide about it, only to know."""
    return [section("\n".join(["*Good to know:*", *(f"• {sentence_of(note)}" for note in notes)]))] if notes else []


def coverage_blocks(facts: Facts) -> list[Block]:
    """Drawn in a line each; names of topics come from files. Messages said by earlier versions have none."""
    lines = [clipped(escape(line), COVERAGE_CHARS) for line in facts.get("coverage", ())]
    return [section("\n".join(lines))] if lines else []


def head_blocks(facts: Facts, round_id: RoundId) -> list[Block]:
    left_out = in_order(facts["left_out"])
    lines = [f"*Cleaning report* — *{facts['kept']:,}* of {facts['documents_read']:,} kept."]
    if not left_out:
        return [section(lines[0])]
    lines.append("Left out: " + " · ".join(left_out_words(facts["left_out"])))
    options = [option(why, f"{count:,} {reason_words(why)}") for why, count in left_out]
    look = StaticSelectElement(
        placeholder=PlainTextObject(text="Show left out …"), action_id=f"{LEFT_OUT}{round_id}", options=options
    )
    return [section("\n".join(lines), accessory=look)]


def option(value: str, words: str) -> Option:
    return Option(value=value, text=PlainTextObject(text=words[:75]))


def done_blocks(done: Sequence[Facts], round_id: RoundId) -> list[Block]:
    """Fixes in force, each with its undo, as short as can be."""
    if not done:
        return []
    blocks: list[Block] = [section("*Done, with undo:*")]
    for finding in done[:ONE_LINERS]:
        undo = None if finding["rule"] == "empty" else button("Undo", UNDO + finding["rule"], round_id)
        blocks.append(section("✓ " + sentence_of(finding), accessory=undo))
    return [*blocks, *rest_of(done[ONE_LINERS:]), buttons(button("Before/after", BEFORE_AFTER, round_id))]


def kept_blocks(kept: Sequence[Facts], round_id: RoundId) -> list[Block]:
    """Findings that somebody decided to leave as they are."""
    if not kept:
        return []
    blocks: list[Block] = [section("*Kept as they are, with undo:*")]
    for finding in kept[:ONE_LINERS]:
        blocks.append(section("– " + sentence_of(finding), accessory=undo_keep(finding, round_id)))
    return blocks + rest_of(kept[ONE_LINERS:])


def undo_keep(finding: Facts, round_id: RoundId) -> ButtonElement:
    return button("Undo", UNKEEP + finding["rule"], round_id)


def waiting_blocks(waiting: Sequence[Facts], round_id: RoundId, *, room: int) -> list[Block]:
    """Numbered, blockers first; what finds no room in the message is named and left to One by one."""
    blocks: list[Block] = []
    for number, finding in enumerate(waiting, start=1):
        more = finding_blocks(finding, number, round_id)
        is_last = number == len(waiting)
        if len(blocks) + len(more) + (not is_last) > room:
            return [*blocks, *rest_of(waiting[number - 1 :])]
        blocks += more
    return blocks


def rest_of(findings: Sequence[Facts], *, shown_by: str = " *One by one* shows them.") -> list[Block]:
    if not findings:
        return []
    heads = " · ".join(head_of(finding) for finding in findings)
    return [section(f"And {len(findings)} more: {heads}.{shown_by}")]


def head_of(finding: Facts) -> str:
    """The words between the first pair of asterisks: what kind of finding it is."""
    head, _, _ = finding["sentence"].removeprefix("*").partition("*")
    return escape(shortened(head, 60)).rstrip(".")


def finding_blocks(finding: Facts, number: int, round_id: RoundId) -> list[Block]:
    still = " _Kept, but nothing can be paid for with it._" if finding["decided"] else ""
    text = section(f"{MARKS[finding['severity']]}{number}. {sentence_of(finding)}{still}")
    if not finding["fixes"]:
        return [text]
    return [text, buttons(*finding_buttons(finding, round_id))]


def finding_buttons(finding: Facts, round_id: RoundId) -> list[ButtonElement]:
    rule = finding["rule"]
    press = [
        button(fix["label"], f"{FIX}{rule}.{fix['choice']}", round_id, style=None if n else "primary")
        for n, fix in enumerate(finding["fixes"])
    ]
    press.append(button("Show", SHOW + rule, round_id))
    return [*press, undo_keep(finding, round_id) if finding["decided"] else button("Keep", KEEP + rule, round_id)]


def sentence_of(finding: Facts) -> str:
    """Its *bold* beginning is ours; the words it quotes come from files."""
    return clipped(escape(finding["sentence"]), SENTENCE_CHARS)


def end_blocks(facts: Facts, waiting: Sequence[Facts], round_id: RoundId) -> list[Block]:
    undecided = any(finding["is_open"] and not finding["decided"] for finding in waiting)
    walk = [button("One by one", ONE_BY_ONE, round_id)] if facts["findings"] else []
    if undecided:
        press = [button("Accept all", ACCEPT_ALL, round_id, style="primary"), *walk]
    else:
        press = [*next_buttons(facts["handle"]), button(ASK_EDITOR, OPEN_SIGNOFF, round_id), *walk]
    press += [button("Change filters", CHANGE_FILTERS, round_id), button("Pictures", PICTURES, round_id)]
    if facts.get("has_before"):
        press.append(button("See what changed", SEE_CHANGES, round_id))
    return [divider(), section(totals(facts, undecided=undecided)), buttons(*press)]


def next_buttons(handle: str) -> tuple[ButtonElement, ButtonElement]:
    """What a clean set is ready for; other features answer."""
    return button("Rehearse — free", REHEARSE, handle, style="primary"), button("Cost", SHOW_COST, handle)


def totals(facts: Facts, *, undecided: bool) -> str:
    head, size = ("If you accept all", facts["if_accepted"]) if undecided else ("As it stands", facts)
    lines = [size_line(facts, head, size)]
    if size["kept"] < THIN:
        enough = "Enough for a rehearsal." if size["kept"] >= MIN_TEXTS else f"A rehearsal needs {MIN_TEXTS}."
        lines.append(f"{size['kept']:,} is thin: a few hundred is the usual advice. {enough}")
    if not undecided:
        lines.append("Every step can be undone until you lock the round. Next: rehearse it, or see what it would cost.")
    return "\n".join(lines)


def size_line(facts: Facts, head: str, size: Facts) -> str:
    numbers = f"{size['kept']:,} texts · {size['tokens']:,} tokens · {size['words']:,} words"
    return f"*{head}: {numbers} · {span(facts)}prompts: half titles, half briefs.*"


def span(facts: Facts) -> str:
    if not facts["first"] or not facts["last"]:
        return ""
    first, last = (f"{date.fromisoformat(facts[end]):%b %Y}" for end in ("first", "last"))
    return f"{first} · " if first == last else f"{first} – {last} · "


def shown(finding: Facts | None) -> str:
    """Up to three places, before and after."""
    if finding is None:
        return "The set changed meanwhile; the report above is up to date."
    return "\n".join([sentence_of(finding), *examples_of(finding)])


def examples_of(finding: Facts) -> list[str]:
    lines = []
    for example in finding["examples"]:
        before = example["before"] if example["after"] else HEADING.sub(" ", example["before"])
        quote = f"\n> {one_line(before)}" if before.strip() else ""
        lines.append(f"*{named(example['title']) or '(without a title)'}*{quote}")
        if example["after"] and example["after"] != example["before"]:
            lines.append(f"becomes\n> {one_line(example['after'])}")
    return lines


def before_and_after(findings: Sequence[Facts]) -> str:
    """One example of each fix in force."""
    done = [finding for finding in findings if finding["choice"] != "keep" and finding["examples"]]
    if not done:
        return "Nothing is changed in the texts at the moment."
    lines = []
    for finding in done[:SHOWN_TOGETHER]:
        lines += [sentence_of(finding), *examples_of({"examples": finding["examples"][:1]})]
    if len(done) > SHOWN_TOGETHER:
        lines.append("*One by one* shows the others.")
    return "\n".join(lines)


def one_line(text: str) -> str:
    return escape(shortened(text, SAMPLE_CHARS))


def done_message(facts: Facts) -> Message:
    """Said when nothing is left to decide; edited when something is again, with why."""
    if facts.get("locked"):
        return plain(f"Done and locked: what was approved no longer changes. {NEXT_ROUND}")
    if facts["open"]:
        left = "1 finding waits" if facts["open"] == 1 else f"{facts['open']} findings wait"
        why = "Something was undone" if facts.get("undone", True) else "The texts changed"
        return plain(f"{why}: {left} for a decision in the report above.")
    text = "Done. Every step can be undone until you lock the round. Next:"
    return Message(text, (section(text), buttons(next_buttons(facts["handle"])[0])))
