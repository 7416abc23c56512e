"""What must be true of money, runs and messages after everything that can go wrong went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import SQLModel, select

from bot.assembly import templates
from pipeline.domain.approvals import SpendRules, scopes
from pipeline.domain.training import TERMINAL_TUNING_STATES
from sandbox.workspace import Message, Workspace
from storage.engine import Engine
from storage.tables import (
    AuditRow,
    BudgetRow,
    OutboxRow,
    RoundRow,
    SpendHoldRow,
    SpendRequestRow,
    TuningJobRow,
    WorkRow,
)

MILLION: Final = 1_000_000
KEY: Final = "understudy_key"
all_templates: Final = templates()


@dataclass(frozen=True)
class Violation:
    """rule: one of the names below. what: which run, request or message."""

    rule: str
    what: str


@dataclass(frozen=True)
class Books:
    """Every row that money and messages are about."""

    jobs: Sequence[TuningJobRow]
    requests: Sequence[SpendRequestRow]
    holds: Sequence[SpendHoldRow]
    budgets: Sequence[BudgetRow]
    outbox: Sequence[OutboxRow]
    audit: Sequence[AuditRow]
    work: Sequence[WorkRow]
    rounds: Sequence[RoundRow]


async def read_books(engine: Engine) -> Books:
    async with engine.reading() as session:

        async def rows(table: type[SQLModel]) -> Any:
            return sorted((await session.exec(select(table))).all(), key=lambda row: getattr(row, "id"))  # noqa: B009

        tables = (TuningJobRow, SpendRequestRow, SpendHoldRow, BudgetRow, OutboxRow, AuditRow, WorkRow, RoundRow)
        return Books(*[await rows(table) for table in tables])


def violations(
    books: Books, remote: Mapping[str, dict[str, Any]], workspace: Workspace, *, rate: int, at_the_end: bool = True
) -> list[Violation]:
    """remote: the provider's own list of jobs. rate: micro-dollars per million trained tokens.

    at_the_end: nothing goes wrong any more and everything had time to end.
    """
    found = [*payments(books, remote), *approvals(books, remote), *balances(books), *trails(books), *doubles(workspace)]
    if at_the_end:
        found += [*unfinished(books), *unsaid(books, workspace), *bills(books, remote, rate)]
    return found


def of_key(remote: Mapping[str, dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [job for job in remote.values() if (job["metadata"] or {}).get(KEY) == key]


def payments(books: Books, remote: Mapping[str, dict[str, Any]]) -> Iterator[Violation]:
    for job in books.jobs:
        theirs = of_key(remote, job.key)
        if len(theirs) > 1:
            yield Violation("paid twice", f"{job.key}: {len(theirs)}")
        if job.state == "ready" and [one["id"] for one in theirs] != [job.provider_job]:
            yield Violation("its job is not recorded", f"{job.key}: {job.provider_job}")
        if job.state in ("failed", "cancelled") and theirs and job.provider_job is None:
            yield Violation("its job is not recorded", f"{job.key}: {job.state}")


def approvals(books: Books, remote: Mapping[str, dict[str, Any]]) -> Iterator[Violation]:
    approved = {request.id: request for request in books.requests if request.state == "approved"}
    datasets = {round_.id: round_.dataset_id for round_ in books.rounds}
    runs = Counter(job.spend_request_id for job in books.jobs)
    for request_id in approved:
        if runs[request_id] != 1:
            yield Violation("approved and not one run", f"{request_id}: {runs[request_id]}")
    known = set()
    for job in books.jobs:
        request = approved.get(job.spend_request_id)
        if request is None:
            yield Violation("a run without approval", job.key)
            continue
        known.add(job.key)
        # Approving closes the round, so that what it holds now is what it held then.
        is_of_round = job.dataset_id == datasets[job.round_id] == request.dataset_id
        if not is_of_round or not job.key.endswith(request.dataset_hash[:12]):
            yield Violation("not the texts that were approved", job.key)
    for one in remote.values():
        if (one["metadata"] or {}).get(KEY) not in known:
            yield Violation("paid without approval", one["id"])


def balances(books: Books) -> Iterator[Violation]:
    """A budget's sums are those of its holds, and no month is spent beyond its limit."""
    asked = {request.id: scopes(request.voice_id, request.requested_by) for request in books.requests}
    for month in books.budgets:
        of_month = [
            hold
            for hold in books.holds
            if (hold.team_id, hold.month) == (month.team_id, month.month)
            and month.scope in asked[hold.spend_request_id]
        ]
        held = sum(hold.amount_microusd for hold in of_month if hold.state == "held")
        settled = sum(hold.actual_microusd or 0 for hold in of_month)
        if (held, settled) != (month.held_microusd, month.settled_microusd):
            yield Violation("the ledger does not add up", f"{month.month}: {held}, {settled}")
        if not month.scope and held > SpendRules().month_limit_microusd:
            yield Violation("overspent", month.month)


def trails(books: Books) -> Iterator[Violation]:
    """Each change of state has one audit row, in order, without a gap."""
    for job in books.jobs:
        state = "queued"
        for entry in (one for one in books.audit if one.subject == job.key and "state" in one.after):
            if entry.before.get("state") != state:
                yield Violation("gap in the audit", f"{job.key}: {state}, then {entry.before} to {entry.after}")
            state = entry.after["state"]
        if state != job.state:
            yield Violation("gap in the audit", f"{job.key}: {state}, now {job.state}")
    # A request's number is in its decision's rows only by its voice and round; their totals must agree.
    asked = Counter(entry.what for entry in books.audit)
    states = Counter[str](request.state for request in books.requests)
    for state in ("approved", "declined", "void"):
        if asked[f"spend.{state}"] != states[state]:
            yield Violation("gap in the audit", f"spend.{state}: {asked[f'spend.{state}']} for {states[state]}")


def doubles(workspace: Workspace) -> Iterator[Violation]:
    for key, times in told(workspace).items():
        if times > 1:
            yield Violation("told twice", f"{key}: {times}")


def told(workspace: Workspace) -> Counter[str]:
    """How many messages stand in Slack, by the key that the bot gave them."""
    return Counter(key for key, _ in keyed(workspace))


def keyed(workspace: Workspace) -> Iterator[tuple[str, Message]]:
    for channel in workspace.channels.values():
        for message in channel.messages.values():
            if message.metadata and "key" in message.metadata.get("event_payload", {}):
                yield str(message.metadata["event_payload"]["key"]), message


def texts_by_key(workspace: Workspace) -> dict[str, str]:
    return {key: message.text for key, message in keyed(workspace)}


def unfinished(books: Books) -> Iterator[Violation]:
    for job in books.jobs:
        if job.state not in TERMINAL_TUNING_STATES:
            yield Violation("never ended", f"{job.key}: {job.state}")
    for item in books.work:
        if item.state == "due" and item.kind == "tuning":
            yield Violation("never ended", f"{item.kind} {item.subject}")


def unsaid(books: Books, workspace: Workspace) -> Iterator[Violation]:
    stand, texts = told(workspace), texts_by_key(workspace)
    for row in books.outbox:
        if row.only_for is None and (row.state != "done" or stand[row.key] != 1):
            yield Violation("not told", f"{row.key}: {row.state} {row.error or ''}, {stand[row.key]}")
        elif row.only_for is None and texts[row.key] != all_templates[row.template](row.facts).payload()["text"]:
            yield Violation("old facts are told", row.key)


def bills(books: Books, remote: Mapping[str, dict[str, Any]], rate: int) -> Iterator[Violation]:
    """What is settled is what the provider bills; nothing is held any more."""
    held = [hold.spend_request_id for hold in books.holds if hold.state == "held"]
    if held:
        yield Violation("held for ever", str(held))
    settled = sum(month.settled_microusd for month in books.budgets if not month.scope)
    billed = sum(-(-(job["trained_tokens"] or 0) * rate // MILLION) for job in remote.values())
    if settled != billed:
        yield Violation("not the provider's bill", f"{settled} for {billed}")
