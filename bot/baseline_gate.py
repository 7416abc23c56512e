"""Plain prompting as a gate before money: were few-shot drafts told from the owner's posts, or who trains anyway."""

from typing import Any, Final

from bot.cards import round_thread
from bot.duel_gate import Proof, proof_of
from pipeline.domain.baselines import Baseline, BaselineOverride
from pipeline.domain.voices import Dataset, Round, Voice
from pipeline.domain.work import Saying
from pipeline.duels import outcome
from pipeline.errors import ComparisonUnderWay, FewShotIsEnough, NotCompared, SpendError
from pipeline.ports import Transaction
from pipeline.told_apart import told_apart

OFFER: Final = "baseline.offer"
# Buttons that the comparison answers; other features' cards show them too.
START: Final = "baseline.start"


async def say_offer(tx: Transaction, voice: Voice, round_: Round, dataset: Dataset) -> None:
    """In the dataset thread: what stands between these texts and the money, with its buttons."""
    known = await tx.baselines.newest(dataset)
    facts = await baseline_standing(tx, dataset) | {
        "handle": voice.handle,
        "dataset_id": dataset.dataset_id,
        "is_started": known is not None and known.state != "failed",
    }
    await tx.outbox.say(Saying(offer_key(dataset), OFFER, facts, round_thread(round_)))


def offer_key(dataset: Dataset) -> str:
    return f"dataset:{dataset.facts.content_hash}:baseline-offer"


async def renew_offer(tx: Transaction, voice: Voice, round_: Round, dataset: Dataset) -> None:
    """Where its buttons stand, they go or come back."""
    if await tx.outbox.facts(voice.team_id, offer_key(dataset)) is not None:
        await say_offer(tx, voice, round_, dataset)


async def closed_by_baseline(tx: Transaction, voice: Voice, round_: Round, dataset: Dataset) -> SpendError | None:
    """Why these texts may not be paid for yet; None when they may.

    Where nothing was compared, the buttons for it are said in the dataset thread; the error is therefore returned, to
    be raised only after the transaction has committed.
    """
    closed = await why_closed(tx, dataset)
    if isinstance(closed, NotCompared):
        await say_offer(tx, voice, round_, dataset)
    return closed


async def why_closed(tx: Transaction, dataset: Dataset) -> SpendError | None:
    """Open once the promoted version beat plain prompting in a duel: real drafts, and the question is answered."""
    if await proof_of(tx, dataset.facts.voice_id) is not None:
        return None
    if await tx.baseline_overrides.of_dataset(dataset) is not None:
        return None
    known = await tx.baselines.newest(dataset)
    if known is None or known.state == "failed":
        return NotCompared()
    if known.state != "judged":
        return ComparisonUnderWay(known.still_owing)
    told = told_apart(known)
    return None if told.is_worth_training else FewShotIsEnough(told.right, told.answers)


async def baseline_standing(tx: Transaction, dataset: Dataset) -> dict[str, Any]:
    """As the approval card shows it. by, reason: who trains whatever the comparison says, and why.

    beaten: the version that beat plain prompting in a duel, with its votes for and against; None without one.
    """
    standing = standing_of(await tx.baselines.newest(dataset), await tx.baseline_overrides.of_dataset(dataset))
    return standing | {"beaten": beaten(await proof_of(tx, dataset.facts.voice_id))}


def beaten(known: Proof | None) -> dict[str, int] | None:
    if known is None:
        return None
    tally = outcome(known.duel).tally
    is_first = known.duel.facts.one == known.winner.voice_model_id
    won, lost = (tally.won, tally.lost) if is_first else (tally.lost, tally.won)
    return {"version": known.winner.version, "won": won, "lost": lost}


def standing_of(known: Baseline | None, override: BaselineOverride | None) -> dict[str, Any]:
    told = told_apart(known) if known is not None and known.state == "judged" else None
    return {
        "right": told.right if told else None,
        "answers": told.answers if told else None,
        "by": override.by if override else None,
        "reason": override.reason if override else None,
    }
