"""What the channel reads of a duel: its card, the texts of each brief, and how it ended."""

from typing import Any, Final

from bot.versions import name_of
from pipeline.blind import plain_prose
from pipeline.domain.duels import Bout, Duel
from pipeline.domain.voices import Voice
from pipeline.domain.work import Place, Saying
from pipeline.duels import contender_at, counted, outcome
from pipeline.ports import Transaction

CARD: Final = "duels.card"
BOUT: Final = "duels.bout"
RESULT: Final = "duels.result"
SHORT: Final = "duels.short"


async def say_duel(tx: Transaction, duel: Duel, voice: Voice) -> None:
    """Its card: how far the texts are, until when people vote, or how it ended."""
    facts = {
        "duel_id": duel.duel_id,
        "handle": voice.handle,
        "owner": voice.owner,
        "state": duel.state,
        "asked_by": duel.facts.asked_by,
        "is_automatic": duel.facts.is_automatic,
        "briefs": duel.briefs,
        "bouts": len(duel.bouts),
        "written": sum(text.state == "written" for text in duel.texts),
        "texts": len(duel.texts),
        "same": [bout.number for bout in duel.written if bout.is_same],
        "voters": list(duel.facts.voters),
        "closes_at": duel.closes_at.isoformat(),
        "is_complete": is_complete(duel),
        "votes": len(counted(duel)),
        "failure": duel.failure,
        "bill_microusd": duel.bill_microusd,
        "held_microusd": duel.facts.held_microusd,
        "names": await names(tx, duel, voice),
    }
    place = Place(duel.facts.team_id, channel_id=duel.facts.channel_id)
    await tx.outbox.say(Saying(duel.card_key, CARD, facts, place))


async def say_bouts(tx: Transaction, duel: Duel, voice: Voice) -> None:
    """Both texts of each brief under the card; after the end, which was which."""
    one, other = await names(tx, duel, voice)
    for place, bout in enumerate(duel.bouts, start=1):
        facts = bout_facts(duel, bout) | {"place": place, "bouts": len(duel.bouts)}
        if duel.state not in ("writing", "open", "short"):
            is_first = contender_at(duel.duel_id, bout.number, "A") == "one"
            facts["names"] = [one, other] if is_first else [other, one]
        await tx.outbox.say(Saying(f"{duel.key}:bout:{bout.number}", BOUT, facts, under(duel)))


def bout_facts(duel: Duel, bout: Bout) -> dict[str, Any]:
    texts = {"one": plain_prose(bout.one), "other": plain_prose(bout.other)}
    return {
        "duel_id": duel.duel_id,
        "number": bout.number,
        "brief": bout.brief,
        "a": texts[contender_at(duel.duel_id, bout.number, "A")],
        "b": texts[contender_at(duel.duel_id, bout.number, "B")],
        "is_open": duel.state == "open",
        "names": None,
    }


async def say_short(tx: Transaction, duel: Duel) -> None:
    """The time is over and there are too few votes; said again when somebody decided."""
    facts = {
        "duel_id": duel.duel_id,
        "votes": len(counted(duel)),
        "state": duel.state,
        "closes_at": duel.closes_at.isoformat(),
    }
    await tx.outbox.say(Saying(f"{duel.key}:short:{int(duel.facts.closes_at.timestamp())}", SHORT, facts, under(duel)))


async def say_result(tx: Transaction, duel: Duel, voice: Voice, extra: dict[str, Any]) -> None:
    """extra: what only whoever looks beyond the duel knows: the gate, and what hosting costs."""
    found = outcome(duel, authors=extra.pop("authors", ()))
    facts = {
        "duel_id": duel.duel_id,
        "handle": voice.handle,
        "owner": voice.owner,
        "channel": voice.channel_id,
        "state": duel.state,
        "names": await names(tx, duel, voice),
        "verdict": found.verdict,
        "won": found.tally.won,
        "lost": found.tally.lost,
        "equal": found.tally.equal,
        "bad": found.tally.bad,
        "votes": found.tally.votes,
        "voters": found.voters,
        "chance": found.chance,
        "strength": [found.strength.points, found.strength.low, found.strength.high],
        "longer_share": found.longer_share,
        "even_length": found.even_length.points if found.even_length else None,
        "agreed": found.agreed,
        "briefs": found.briefs,
        "by_authors": [found.by_authors.won, found.by_authors.lost],
        **extra,
    }
    await tx.outbox.say(Saying(f"{duel.key}:result", RESULT, facts, under(duel)))


async def names(tx: Transaction, duel: Duel, voice: Voice) -> list[str]:
    models = [await tx.voice_models.by_id(each) for each in (duel.facts.one, duel.facts.other)]
    return [name_of(voice, model) for model in models]


def is_complete(duel: Duel) -> bool:
    """Everybody has voted on everything: nothing more is waited for but second thoughts."""
    return len(duel.bouts) > 0 and len(counted(duel)) == len(duel.facts.voters) * len(duel.bouts)


def under(duel: Duel) -> Place:
    return Place(duel.facts.team_id, channel_id=duel.facts.channel_id, thread_key=duel.card_key)
