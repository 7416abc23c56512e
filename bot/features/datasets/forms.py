"""The form that says which texts belong to the voice."""

import re
from datetime import date

from slack_sdk.models.blocks import PlainTextObject
from slack_sdk.models.views import View

from bot.slack.forms import text_input
from pipeline.domain.documents import Filters
from pipeline.domain.voices import RoundId

FILTERS_FORM = "datasets.filters_form"
NOT_A_DAY = "Write the day like 2021-04-01."


def filters_form(round_id: RoundId, filters: Filters) -> View:
    return View(
        type="modal",
        callback_id=FILTERS_FORM,
        title=PlainTextObject(text="Which texts?"),
        submit=PlainTextObject(text="Apply"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=str(round_id),
        blocks=[
            text_input("author", "Author, as the export names them", "all authors", initial=filters.author),
            text_input("since", "Not older than (YYYY-MM-DD)", "2021-04-01", initial=as_text(filters.since)),
            text_input("until", "Not newer than (YYYY-MM-DD)", "today", initial=as_text(filters.until)),
            text_input("kinds", "Types, with commas", "post", initial=", ".join(filters.kinds)),
            text_input("statuses", "Statuses, with commas", "publish", initial=", ".join(filters.statuses)),
            text_input("exclude_titles", "Leave out titles with these words", "Bench Notes", initial=words_of(filters)),
        ],
    )


def as_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def words_of(filters: Filters) -> str | None:
    """Titles are stored as regular expressions; people see the words."""
    return ", ".join(re.sub(r"\\(.)", r"\1", title) for title in filters.exclude_titles) or None
