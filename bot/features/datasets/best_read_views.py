"""What the figures of pages joined to, and the buttons that keep the most read."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.slack.message import Facts, button, buttons, section
from pipeline.domain.voices import RoundId

KEEP_BEST = "datasets.best."  # followed by the percentage, or "all"
SHARES = {"50": "Keep the top half", "25": "Keep the top quarter"}
ALL = "all"


def best_read_blocks(facts: Facts, round_id: RoundId) -> Sequence[Block]:
    """Nothing where no file of figures was dropped."""
    figures = facts.get("figures")
    if not figures:
        return ()
    chosen = str(facts["filters"].get("best_percent") or ALL)
    offered = [button(label, KEEP_BEST + share, round_id) for share, label in SHARES.items() if share != chosen]
    if chosen != ALL:
        offered.append(button("Keep all", KEEP_BEST + ALL, round_id))
    words = section(joined_words(figures, chosen))
    return (words, buttons(*offered)) if figures["with_figures"] else (words,)


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
