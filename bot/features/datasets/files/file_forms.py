"""The forms that ask what the columns of a table mean, and who of a transcript is the voice."""

from typing import Any

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.features.datasets.files.file_facts import label
from bot.slack.forms import field_value
from bot.slack.mrkdwn import clipped, quoted, shortened
from pipeline.domain.preparing import FileFacts
from pipeline.domain.reading import Field, TableColumns, TableSeen
from pipeline.domain.voices import SourceId

COLUMNS_FORM = "datasets.columns_form"
SPEAKERS_FORM = "datasets.speakers_form"
SPEAKERS = "speakers"
HEADER = "header"
TEXT = "text"
NOT_USED = "-"
NAMES, TEXTS = "names", "texts"
OPTION_CHARS = 75  # Slack's limit
MOST_OPTIONS = 99  # Slack takes 100, one is "not used"
SHOWN_COLUMNS = 40
LISTED_CHARS = 2_900
SAMPLE_CHARS = 60
# Block id, label, and the field its column gives; the text is the completion where there is a prompt.
ASKED: tuple[tuple[str, str, Field], ...] = (
    ("title", "Title", "title"),
    (TEXT, "Text", "body"),
    ("author", "Author", "author"),
    ("date", "Date", "date"),
    ("status", "Status (published, draft …)", "status"),
    ("kind", "Type (post, page …)", "kind"),
    ("url", "Address", "url"),
    ("prompt", "Prompt (what was asked for)", "prompt"),
)
TEXT_NEEDED = "Choose the column that holds the writing."


def columns_form(source_id: SourceId, place: int, table: TableSeen) -> View:
    by_field = dict(table.fields)
    text = by_field.get("completion", by_field.get("body"))
    blocks: list[Block] = [SectionBlock(text=MarkdownTextObject(text=clipped(listed(table), LISTED_CHARS)))]
    for block_id, words, field in ASKED:
        chosen = text if block_id == TEXT else by_field.get(field)
        blocks.append(column_select(block_id, words, table, chosen))
    if not is_keyed(table):
        blocks.append(header_select(table))
    return View(
        type="modal",
        callback_id=COLUMNS_FORM,
        title=PlainTextObject(text="Which column is which?"),
        submit=PlainTextObject(text="Read it so"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=f"{source_id}:{place}",
        blocks=blocks,
    )


def is_keyed(table: TableSeen) -> bool:
    """JSON objects name every value themselves."""
    return table.source_name.lower().endswith((".json", ".jsonl", ".ndjson"))


def listed(table: TableSeen) -> str:
    """Each column with its first values."""
    lines = [f"*{quoted(shortened(table.source_name, OPTION_CHARS))}* has {len(table.columns)} columns:"]
    for column in table.columns[:SHOWN_COLUMNS]:
        samples = " · ".join(f"“{quoted(shortened(sample, SAMPLE_CHARS))}”" for sample in column.samples)
        lines.append(f"• *{quoted(shortened(column.name, OPTION_CHARS))}* {samples or '(empty)'}")
    return "\n".join(lines)


def column_select(block_id: str, words: str, table: TableSeen, chosen: int | None) -> InputBlock:
    options = [option(NOT_USED, "not used")]
    options += [option(str(at), column.name) for at, column in enumerate(table.columns[:MOST_OPTIONS])]
    initial = options[chosen + 1] if chosen is not None and chosen + 1 < len(options) else options[0]
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=words),
        element=StaticSelectElement(action_id=block_id, options=options, initial_option=initial),
    )


def header_select(table: TableSeen) -> InputBlock:
    options = [option(NAMES, "the columns' names"), option(TEXTS, "a text like the other rows")]
    initial = options[0] if table.has_header else options[1]
    return InputBlock(
        block_id=HEADER,
        label=PlainTextObject(text="The first row holds"),
        element=StaticSelectElement(action_id=HEADER, options=options, initial_option=initial),
    )


def option(value: str, words: str) -> Option:
    return Option(value=value, text=PlainTextObject(text=shortened(words, OPTION_CHARS) or "(no name)"))


def columns_entered(view: dict[str, Any], table: TableSeen) -> TableColumns | None:
    """None when no column was chosen for the text. Columns that were not asked for keep their meaning."""
    entered = {block_id: field_value(view, block_id) for block_id, _, _ in ASKED}
    chosen = {field: int(entered[block_id]) for block_id, _, field in ASKED if entered[block_id] not in ("", NOT_USED)}
    if "body" not in chosen:
        return None
    if "prompt" in chosen:
        chosen["completion"] = chosen.pop("body")
    asked = {field for _, _, field in ASKED} | {"completion"}
    kept = {field: at for field, at in table.fields if field not in asked and at not in chosen.values()}
    has_header = table.has_header if is_keyed(table) else field_value(view, HEADER) != TEXTS
    return TableColumns(table.source_name, tuple(sorted((kept | chosen).items())), has_header)


def speakers_form(source_id: SourceId, read: FileFacts, chosen: tuple[str, ...]) -> View:
    named = [option(str(at), label(one, read.speakers)) for at, one in enumerate(read.speakers[:MOST_OPTIONS])]
    initial = [named[at] for at, one in enumerate(read.speakers[:MOST_OPTIONS]) if one.key in chosen]
    words = sum(one.words for one in read.speakers) or 1
    lines = [
        f"• *{quoted(shortened(label(one, read.speakers), OPTION_CHARS))}* {round(100 * one.words / words)} %: "
        f"“{quoted(shortened(one.sample, 2 * SAMPLE_CHARS))}”"
        for one in read.speakers[:SHOWN_COLUMNS]
    ]
    return View(
        type="modal",
        callback_id=SPEAKERS_FORM,
        title=PlainTextObject(text="Who is the voice?"),
        submit=PlainTextObject(text="Keep what they say"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=str(source_id),
        blocks=[
            SectionBlock(text=MarkdownTextObject(text=clipped("\n".join(lines), LISTED_CHARS))),
            InputBlock(
                block_id=SPEAKERS,
                label=PlainTextObject(text="The voice; everybody else is left out"),
                element=StaticMultiSelectElement(
                    action_id=SPEAKERS,
                    options=named,
                    initial_options=initial or None,
                    placeholder=PlainTextObject(text="Who speaks as the voice"),
                ),
            ),
        ],
    )


def speakers_entered(view: dict[str, Any]) -> list[int]:
    elements = view["state"]["values"].get(SPEAKERS, {})
    return [int(one["value"]) for element in elements.values() for one in element.get("selected_options") or ()]
