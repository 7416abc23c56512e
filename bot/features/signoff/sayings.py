"""What the editor and the dataset thread read of a look at random texts."""

from typing import Final

from bot.audits import facts_of
from bot.cards import round_thread
from pipeline.domain.signoffs import Signoff, SignoffRow
from pipeline.domain.voices import Round, Voice
from pipeline.domain.work import Place, Saying
from pipeline.ports import People, Transaction

ASKED: Final = "signoff.asked"
ROW: Final = "signoff.row"
STANDING: Final = "signoff.standing"


async def say_asked(tx: Transaction, signoff: Signoff, round_: Round, voice: Voice, texts: int) -> None:
    """In the editor's direct messages, above the texts."""
    facts = {
        "steward": signoff.facts.asked_by,
        "owner": voice.owner,
        "handle": voice.handle,
        "number": round_.number,
        "rows": len(signoff.rows),
        "texts": texts,
    }
    await tx.outbox.say(Saying(f"signoff:{signoff.signoff_id}:asked", ASKED, facts, to_editor(signoff)))


async def say_row(
    tx: Transaction, signoff: Signoff, row: SignoffRow, voice: Voice, people: People, *, whole: str | None = None
) -> None:
    """whole: the text to its end, when it was asked for."""
    facts = {
        "signoff_id": signoff.signoff_id,
        "number": row.number,
        "rows": len(signoff.rows),
        "title": row.title,
        "prompt": row.prompt,
        "text": row.opening if whole is None else whole,
        "is_whole": whole is not None or not row.opening.endswith("…"),
        "sight": row.sight,
        "owner_name": people.name(voice.owner),
    }
    key = f"signoff:{signoff.signoff_id}:row:{row.number}"
    await tx.outbox.say(Saying(key, ROW, facts, to_editor(signoff)))


async def say_standing(tx: Transaction, signoff: Signoff, round_: Round) -> None:
    """In the dataset thread: how far the editor is, and what was left out."""
    steps = await tx.recipe_steps.of_round(round_.round_id)
    out = {step.excluded for step in steps if step.undone_at is None}
    facts = facts_of(signoff, round_) | {
        "signoff_id": signoff.signoff_id,
        "left_out": [
            {"number": row.number, "title": row.title, "is_out": row.key in out}
            for row in signoff.rows
            if row.sight == "left-out"
        ],
    }
    key = f"signoff:{signoff.signoff_id}:standing"
    await tx.outbox.say(Saying(key, STANDING, facts, round_thread(round_)))


def to_editor(signoff: Signoff) -> Place:
    return Place(signoff.facts.team_id, user_id=signoff.facts.editor)
