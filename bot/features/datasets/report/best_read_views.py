"""What the figures of pages joined to, the buttons that keep the most read, and the form for another share."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, PlainTextObject
from slack_sdk.models.views import View

from bot.slack.forms import field_value, text_input
from bot.slack.message import Facts, button, buttons, section
from pipeline.domain.voices import RoundId

KEEP_BEST = "datasets.best."  # followed by the percentage, or "all"
SHARES = {"50": "Keep the top half", "25": "Keep the top quarter"}
ALL = "all"
OTHER_BEST = "datasets.other_best"
BEST_FORM = "datasets.best_form"
PERCENT = "percent"
PERCENT_NEEDED = "Type a whole number from 1 to 99, such as 40."
PERCENTS = range(1, 100)


def best_read_blocks(facts: Facts, round_id: RoundId) -> Sequence[Block]:
    """Nothing where no file of figures was dropped."""
    figures = facts.get("figures")
    if not figures:
        return ()
    chosen = str(facts["filters"].get("best_percent") or ALL)
    offered = [button(label, KEEP_BEST + share, round_id) for share, label in SHARES.items() if share != chosen]
    offered.append(button("Another share …", OTHER_BEST, round_id))
    if chosen != ALL:
        offered.append(button("Keep all", KEEP_BEST + ALL, round_id))
    words = section(joined_words(figures, chosen))
    return (words, buttons(*offered)) if figures["with_figures"] else (words,)


def best_form(round_id: RoundId) -> View:
    return View(
        type="modal",
        callback_id=BEST_FORM,
        title=PlainTextObject(text="Keep the most read"),
        submit=PlainTextObject(text="Keep"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=str(round_id),
        blocks=[text_input(PERCENT, "How many percent of the texts with figures?", "40", optional=False)],
    )


def percent_entered(view: dict[str, Any]) -> int | None:
    """None when it is no share of something."""
    typed = field_value(view, PERCENT).strip().removesuffix("%").strip()
    percent = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < len("100") else 0
    return percent if percent in PERCENTS else None


def joined_words(figures: Facts, chosen: str) -> str:
    documents, joined = figures["documents"], figures["with_figures"]
    if not joined:
        return (
            f"📈 The figures fit none of the {documents:,} texts: their addresses and titles are others. "
            "Nothing was changed by them."
        )
    without = documents - joined
    lacking = f"; {without:,} had no figures and stay in" if without else ""
    kept = "" if chosen == ALL else f" Only the {chosen} % with the most {figures['measure']} are kept of those."
    return f"📈 Joined {figures['measure']} to {joined:,} of {documents:,} texts{lacking}.{kept}"
