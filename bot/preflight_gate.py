"""Providers are asked before people are asked for money: what they said, and asking where that is missing."""

from collections.abc import Iterable
from datetime import datetime

from pipeline.domain.preflights import Preflight
from pipeline.domain.voices import Round
from pipeline.errors import PreflightPending, PreflightRefused, SpendError
from pipeline.ports import Transaction
from pipeline.preflight import is_fresh


async def ask_providers(tx: Transaction, round_: Round, *, now: datetime) -> None:
    """By the worker; the round's cost card says what came of it."""
    await tx.work.enqueue("preflight", round_.round_id, round_.team_id, run_at=now)


async def ask_where_unknown(tx: Transaction, round_: Round, bases: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """bases: (provider, base) that somebody is about to choose from. Answers come within seconds."""
    known = await tx.preflights.of_team(round_.team_id)
    if not all(is_fresh(about(known, provider, base), now) for provider, base in bases):
        await ask_providers(tx, round_, now=now)


async def closed_by_preflight(
    tx: Transaction, round_: Round, provider: str, base: str, *, now: datetime
) -> SpendError | None:
    """Why nobody may be asked to pay for this base: its provider said a definite no, or nothing of late. Then it is
    asked. None when they may."""
    known = about(await tx.preflights.of_team(round_.team_id), provider, base)
    if known is None or not is_fresh(known, now):
        await ask_providers(tx, round_, now=now)
        return PreflightPending(provider, base)
    return PreflightRefused(provider, base, known.refusal) if known.refusal else None


def about(known: Iterable[Preflight], provider: str, base: str) -> Preflight | None:
    return next((one for one in known if (one.provider, one.base) == (provider, base)), None)
