"""How far editors have come with looking at a round's texts: facts for the cards that show it."""

from typing import Any

from pipeline.domain.signoffs import Signoff
from pipeline.domain.voices import Round
from pipeline.ports import Transaction


async def audits_of(tx: Transaction, round_: Round) -> list[dict[str, Any]]:
    """The newest look of each editor. is_stale: the texts changed since by more than what an editor left out."""
    newest = {one.facts.editor: one for one in await tx.signoffs.of_round(round_.round_id) if one.rows}
    return [facts_of(one, round_) for one in newest.values()]


def facts_of(signoff: Signoff, round_: Round) -> dict[str, Any]:
    return {
        "editor": signoff.facts.editor,
        "rows": len(signoff.rows),
        "seen": signoff.seen,
        "kept": signoff.kept,
        "is_stale": signoff.facts.revision < round_.revision,
    }
