"""A message per file: what it held, what of it belongs to the voice, and what can be done about it."""

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import ButtonElement

from bot.features.datasets.files.file_views import lines_of, reading_buttons, since_last_time, taken_back
from bot.features.datasets.words import named
from bot.slack.message import Facts, Message, button, buttons, plain, section
from bot.slack.mrkdwn import escape, person, shortened
from pipeline.catalogue import Entry
from pipeline.domain.voices import DELETED_IN_SLACK

CHANGE_FILTERS = "datasets.filters"
INCLUDE_AUTHOR = "datasets.include_author"
SHOW_KEPT = "datasets.show_kept"
SHOW_UNREAD = "datasets.show_unread"
TAKE_OUT = "datasets.take_out"
DROP_IT = "datasets.drop_it"
PUT_BACK = "datasets.put_back"
READ_AGAIN = "datasets.read_again"
LOOKS_RIGHT = "datasets.looks_right"

SHOWN_UNREAD = 20
SAMPLE_CHARS = 160


def source(facts: Facts) -> Message:
    """The file's one message, whatever became of it."""
    match facts["state"]:
        case "waiting":
            return plain(waiting_line(facts))
        case "pulling" | "pulled":
            return plain(f"🌐 Fetching the posts of `{named(facts['name'])}` … {facts['posts']:,} so far.")
        case "refused":
            return refused(facts)
        case "withdrawn":
            return withdrawn(facts)
        case "replaced":
            return plain(f"*{named(facts['name'])}* — read again below; it counts once.")
    return read(facts)


def waiting_line(facts: Facts) -> str:
    name = named(facts["name"])
    if facts.get("so_far"):
        return f"👀 Reading `{name}` … {facts['so_far']:,} texts so far"
    if facts["in_front"]:
        return f"Reading `{name}` after `{named(facts['after'])}` ({facts['in_front']} in front)."
    return f"👀 Reading `{name}` …"


def refused(facts: Facts) -> Message:
    if facts.get("why") != "SameFile":
        return plain(facts["sentence"])
    again = button("Read again", READ_AGAIN, facts["source_id"])
    return Message(facts["sentence"], (section(facts["sentence"]), buttons(again)))


def withdrawn(facts: Facts) -> Message:
    name, by = named(facts["name"]), facts["withdrawn_by"]
    texts = counted_texts(facts.get("kept", facts["documents"]))
    if by == DELETED_IN_SLACK:
        said, label = f"Someone deleted `{name}`. I left its {texts} out of the next round.", "Keep them"
    else:
        said, label = f"*{name}* — taken out by {person(by)}; its {texts} don't count.", "Put it back"
    return Message(said, (section(said), buttons(button(label, PUT_BACK, facts["source_id"]))))


def counted_texts(number: int) -> str:
    return "1 text" if number == 1 else f"{number:,} texts"


def read(facts: Facts) -> Message:
    lines = lines_of(facts, named(facts["name"]))
    if facts.get("too_late"):
        lines.insert(1, "The round was approved while I read it, so these texts wait for the next round.")
    text = "\n".join([*lines, *since_last_time(facts), *taken_back(facts)])
    rows = [row for row in (reading_buttons(facts), read_buttons(facts)) if row]
    return Message(text, (section(text), *(buttons(*row) for row in rows)))


def read_buttons(facts: Facts) -> list[ButtonElement]:
    source_id = facts["source_id"]
    row = [button("Change filters", CHANGE_FILTERS, facts["round_id"])] if facts["documents"] else []
    row += [button(f"Show {min(5, facts['kept'])}", SHOW_KEPT, source_id)] if facts.get("kept") else []
    row += [button("Show unread", SHOW_UNREAD, source_id)] if facts["broken"] else []
    if not facts.get("checked") and any(notice["kind"] == "encoding" for notice in facts["notices"]):
        return [*row, button("Looks right", LOOKS_RIGHT, source_id), button("Drop it", DROP_IT, source_id)]
    return [*row, button("Take it out", TAKE_OUT, source_id)]


def kept_entries(entries: Sequence[Entry]) -> str:
    """A few texts that belong to the voice, by title and first words."""
    if not entries:
        return "Nothing of this file is kept with these filters."
    return "\n".join(["*Some that are kept:*", *map(entry_line, entries)])


def entry_line(entry: Entry) -> str:
    about = [f"{entry.day:%-d %b %Y}"] if entry.day else []
    about += [named(entry.author)] if entry.author else []
    title = named(entry.document.title) or "(without a title)"
    lines = f"• *{title}*" + (f" — {' · '.join(about)}" if about else "")
    opening = shortened(entry.document.body, SAMPLE_CHARS)
    return f"{lines}\n> {escape(opening)}" if opening else lines


def unread_items(reasons: Sequence[str]) -> str:
    """What could not be read, one line each."""
    shown = [f"• {escape(shortened(reason, SAMPLE_CHARS))}" for reason in reasons[:SHOWN_UNREAD]]
    return "\n".join(["*Not read:*", *shown]) if shown else "I kept no note of what was wrong with them."


def left_out_entries(what: str, entries: Sequence[Entry]) -> str:
    if not entries:
        return "The set changed meanwhile; the messages above are up to date."
    return "\n".join([f"*Left out, {what}:*", *map(entry_line, entries)])


def nothing_left(facts: Facts) -> Message:
    """Every text was filtered out; who would be the nearest to take in."""
    said = [section(facts["sentence"])]
    row = [button("Change filters", CHANGE_FILTERS, facts["round_id"])]
    if facts.get("closest_author"):
        value = json.dumps([facts["round_id"], facts["closest_author"]])
        row.insert(0, button("Include this author", INCLUDE_AUTHOR, value))
    return Message(facts["sentence"], (*said, buttons(*row)))
