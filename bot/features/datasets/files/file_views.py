"""What is said of a file that was read: what was in it, what to look at, what a person may know better."""

import re
from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import ButtonElement

from bot.features.datasets.words import NAMED, named, plain_word
from bot.slack.message import Facts, button
from bot.slack.mrkdwn import escape, quoted, shortened
from pipeline.reasons import left_out_words

COLUMNS = "datasets.columns."  # followed by the table's place
SPEAKER = "datasets.speaker."  # followed by the speaker's place
OTHER_SPEAKER = "datasets.speakers"
UNDO_READING = "datasets.undo_reading"
BROKEN_ROW = re.compile(r"row (\d+) (has \d+ columns instead of \d+)")
SHOWN_NOTICES = 5
SHOWN_SPEAKERS = 4
SHOWN_COLUMNS = 12
LABEL_CHARS = 60
FORMAT_NAMES = {
    "wxr": "WordPress export",
    "csv": "table",
    "xlsx": "workbook",
    "sql": "database dump",
    "jsonl": "JSONL",
    "json": "JSON",
    "zip": "archive",
    "docx": "Word text",
    "pdf": "PDF",
    "markdown": "Markdown",
    "html": "web page",
    "text": "plain text",
    "vtt": "transcript",
    "srt": "transcript",
    "segments": "transcript",
    "mbox": "mailbox",
    "eml": "e-mail",
}
FIELDS = {
    "body": "the text",
    "completion": "the text",
    "title": "the title",
    "author": "the author",
    "date": "the date",
}


def reading_buttons(facts: Facts) -> list[ButtonElement]:
    """What a person may know better about how the file was read."""
    pressed = [*column_buttons(facts), *speaker_buttons(facts)]
    if facts["undo"]:
        pressed.append(button("Undo", UNDO_READING, facts["source_id"]))
    return pressed


def lines_of(facts: Facts, name: str) -> list[str]:
    lines = [headline(facts, name), *kept_lines(facts)]
    if len(facts["authors"]) > 1:
        people = " · ".join(f"{named(author)} ({count:,})" for author, count in facts["authors"].items())
        more = f" · {facts['other_authors']:,} more" if facts.get("other_authors") else ""
        lines.append(f"Published posts by: {people}{more}")
    reasons = [notice["detail"] for notice in facts["notices"] if notice["kind"] == "broken"][:SHOWN_NOTICES]
    if facts["broken"]:
        lines.append(broken_words(name, reasons, facts["broken"], facts["documents"] - facts["broken"]))
    seen = ("broken", "encoding") if facts.get("checked") else ("broken",)
    others = [notice for notice in facts["notices"] if notice["kind"] not in seen]
    lines += [notice_words(notice) for notice in others[:SHOWN_NOTICES]]
    lines += speaker_lines(facts["speakers"])
    for table in facts["tables"]:
        lines += column_lines(table, several=len(facts["tables"]) > 1)
    return lines


def since_last_time(facts: Facts) -> list[str]:
    """A site that was fetched before: what is different now."""
    news = facts.get("news")
    if not news:
        return []
    parts = f"{news['new']:,} new, {news['changed']:,} changed, {news['gone']:,} gone"
    return [f"Since the last time: {parts}. This replaces what I fetched then."]


def taken_back(facts: Facts) -> list[str]:
    """Said when a choice about reading could not be carried out."""
    return [f"⚠️ {facts['sentence']} I kept the columns as they were."] if facts.get("sentence") else []


def headline(facts: Facts, name: str) -> str:
    figures = " and ".join(f"{measure} of {pages:,} pages" for measure, pages in facts["figures"].items())
    if facts["documents"] or not figures:
        form = FORMAT_NAMES.get(facts.get("format", ""))
        items = "1 item" if facts["documents"] == 1 else f"{facts['documents']:,} items"
        what = ", ".join(part for part in (form, items, figures) if part)
        return f"*{name}* — {what}, read to the end."
    return f"*{name}* — {figures}: figures, not writing. The report says how many texts they fit."


def kept_lines(facts: Facts) -> list[str]:
    """kept and all that is left out make up the whole file. Nothing before it was counted, nor for mere figures."""
    if "kept" not in facts or not facts["documents"]:
        return []
    left_out = " · ".join(left_out_words(facts["left_out"]))
    lines = [f"*{facts['kept']:,}* kept: {chosen_words(facts['filters'], by_author=names_authors(facts))}"]
    return [*lines, f"Left out: {left_out}"] if left_out else lines


def names_authors(facts: Facts) -> bool:
    """Where a file says nobody's name, no choice of author touches it."""
    return bool(facts["authors"]) or "other-author" in facts["left_out"]


def chosen_words(filters: Facts, *, by_author: bool) -> str:
    authors = [filters["author"], *filters.get("also_by", ())] if filters["author"] and by_author else []
    chosen = [f"author {listed(authors)}"] if authors else []
    chosen += [f"type {listed([plain_word(kind) for kind in filters['kinds']])}"]
    chosen += [f"status {listed([plain_word(status) for status in filters['statuses']])}"]
    chosen += [f"since *{day_words(filters['since'])}*"] if filters["since"] else []
    chosen += [f"until *{day_words(filters['until'])}*"] if filters["until"] else []
    chosen += [f"then the *{filters['best_percent']} %* read most"] if filters.get("best_percent") else []
    return " · ".join(chosen)


def listed(names: Sequence[str]) -> str:
    return ", ".join(f"*{named(name)}*" for name in names)


def day_words(day: str) -> str:
    return f"{date.fromisoformat(day):%-d %b %Y}"


def speaker_lines(speakers: Sequence[Facts]) -> list[str]:
    if not speakers:
        return []
    if len(speakers) == 1:
        return [f"Everything in it is said by *{named(speakers[0]['name'])}*, which I take for the voice."]
    shown = speakers[: 2 * SHOWN_SPEAKERS]
    more = f" · {len(speakers) - len(shown)} more" if len(speakers) > len(shown) else ""
    lines = ["Who speaks: " + " · ".join(f"{named(one['name'])} {one['percent']} %" for one in shown) + more]
    lines += [f"> {named(one['name'])}: “{named(one['sample'])}”" for one in shown if one["sample"]]
    chosen = [named(one["name"]) for one in speakers if one["chosen"]]
    if not chosen:
        return [*lines, "*Who is the voice?* Until you say, nothing of this file is used."]
    names = ", ".join(chosen[:SHOWN_SPEAKERS]) + (" and others" if len(chosen) > SHOWN_SPEAKERS else "")
    return [*lines, f"The voice is *{names}*; what the others say is left out."]


def column_lines(table: Facts, *, several: bool) -> list[str]:
    names = [column["name"] for column in table["columns"]]
    where = f" of `{named(table['source_name'].rsplit('/', 1)[-1])}`" if several else ""
    lines = []
    if not table["is_sure"]:
        taken = [f"“{named(names[at])}” for {FIELDS[field]}" for field, at in table["fields"] if field in FIELDS]
        lines.append(f"I am not sure of the columns{where}: I took {', '.join(taken)}. Look before you go on.")
    if table["unused"]:
        unused = ", ".join(named(name) for name in table["unused"][:SHOWN_COLUMNS])
        more = f" and {len(table['unused']) - SHOWN_COLUMNS} more" if len(table["unused"]) > SHOWN_COLUMNS else ""
        lines.append(f"Columns{where} not used for training: {unused}{more} (kept for tracing).")
    return lines


def column_buttons(facts: Facts) -> list[ButtonElement]:
    several = len(facts["tables"]) > 1
    return [
        button(
            f"Columns of {cut(table['source_name'].rsplit('/', 1)[-1])}" if several else "Columns",
            f"{COLUMNS}{at}",
            facts["source_id"],
            style=None if table["is_sure"] else "primary",
        )
        for at, table in enumerate(facts["tables"])
    ]


def speaker_buttons(facts: Facts) -> list[ButtonElement]:
    """Of those who are not the voice yet."""
    speakers = facts["speakers"]
    if len(speakers) < 2:
        return []
    alone = sum(one["chosen"] for one in speakers) == 1
    offered = [
        button(cut(one["name"]), f"{SPEAKER}{at}", facts["source_id"])
        for at, one in enumerate(speakers[:SHOWN_SPEAKERS])
        if not (alone and one["chosen"])
    ]
    return [*offered, button("Several or others …", OTHER_SPEAKER, facts["source_id"])]


def broken_words(name: str, reasons: list[str], broken: int, kept: int) -> str:
    """reasons: of the first few; rows that are broken alike are told in one sentence."""
    rows = [row for row in map(BROKEN_ROW.fullmatch, reasons) if row]
    alike = {row[2] for row in rows}
    if len(rows) < len(reasons) or len(alike) != 1:
        why = "; ".join(escape(shortened(reason, NAMED)) for reason in reasons)
        more = " and more" if broken > len(reasons) else ""
        return f"I left out {broken:,} that I could not read ({why}{more}) and kept {kept:,}."
    numbers = ", ".join(row[1] for row in rows) + (f" and {broken - len(rows):,} more" if broken > len(rows) else "")
    if broken == 1:
        return f"Row {numbers} of `{name}` {alike.pop()}; I left out 1 row and kept {kept:,}."
    have = alike.pop().replace("has", "have", 1)
    return f"Rows {numbers} of `{name}` {have}; I left out {broken:,} rows and kept {kept:,}."


def notice_words(notice: Facts) -> str:
    what, kind, sample = named(notice["detail"]), notice["kind"], notice["sample"]
    if kind == "encoding":
        look = f" Check this line: “…{quoted(shortened(sample, NAMED))}…”" if sample else ""
        encoding = "Windows-1252" if notice["detail"] == "windows-1252" else what
        return f"`{named(notice['source_name'])}` isn't UTF-8; I read it as {encoding}.{look}"
    if kind == "title-rule":
        return f"_Titles were found by this rule: {what}._"
    if kind == "repaired-xml":
        return f"_The export is not valid XML ({what}); I repaired what I could._"
    return what


def cut(text: str) -> str:
    """For a button, where Slack shows plain text of up to 75 characters; no notification calls anybody."""
    return shortened(text.replace("<", " ").replace(">", " "), LABEL_CHARS) or "?"
