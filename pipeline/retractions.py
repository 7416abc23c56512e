"""What of a round's rows somebody has withdrawn since (pure)."""

from collections.abc import Iterable

from pipeline.domain.feedback import UsedRow
from pipeline.round_rows import JudgedDraft


def retracted(used: Iterable[UsedRow], judged: Iterable[JudgedDraft]) -> tuple[UsedRow, ...]:
    """Rows whose draft is on hold, withdrawn or left out by its owner now, and rows of versions that were withdrawn or
    put on hold.

    A 👍 that is taken back later is none: the row was right when it was taken in, and the next round reads anew.
    """
    by_id = {one.draft.draft_id: one for one in judged}
    return tuple(row for row in used if (known := by_id.get(row.draft_id)) is not None and _is_withdrawn(row, known))


def _is_withdrawn(row: UsedRow, judged: JudgedDraft) -> bool:
    if judged.draft.state == "withdrawn" or judged.verdict.state == "held":
        return True
    if judged.verdict.state == "contested" and judged.decided == "out":
        return True
    return any(
        each.rewrite.withdrawn or (each.verdict is not None and each.verdict.state == "held")
        for each in judged.rewrites
        if each.rewrite.rewrite_id == row.rewrite_id
    )
