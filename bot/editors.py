"""Who edits a voice: people who were asked to look at its texts."""

from pipeline.domain.voices import Voice
from pipeline.ports import Transaction


async def editors_of(tx: Transaction, voice: Voice) -> tuple[str, ...]:
    """Of any round, the newest first; nobody while nobody was asked."""
    found: list[str] = []
    round_ = await tx.rounds.latest(voice.voice_id)
    while round_ is not None:
        found += [one.facts.editor for one in await tx.signoffs.of_round(round_.round_id)]
        round_ = await tx.rounds.before(round_)
    return tuple(dict.fromkeys(found))
