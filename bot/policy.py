"""The policy on where a training file's texts may come from: who is let in, and what is said about the others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pipeline.domain.origins import SourceUsed
from pipeline.domain.preparing import PreparedRound
from pipeline.domain.voices import Origin, Source
from pipeline.domain.work import AuditEntry
from pipeline.errors import OriginsForbidden
from pipeline.origins import making_bytes, read_making
from pipeline.ports import Database, Transaction

RUNNER: Final = "settings"  # who changed it, in the audit log: whoever sets the bot up
POLICY_SET: Final = "policy.origins"


@dataclass(frozen=True, slots=True)
class LetIn:
    """Sources that may train, and those that were read and are kept out."""

    sources: tuple[Source, ...]
    kept_out: tuple[Source, ...]

    @property
    def documents_kept_out(self) -> int:
        return sum(source.documents for source in self.kept_out)

    @property
    def files_kept_out(self) -> tuple[SourceUsed, ...]:
        return tuple(SourceUsed(source.name, source.sha256 or "") for source in self.kept_out)

    def counted(self, prepared: PreparedRound) -> PreparedRound:
        """The same set, with the texts that were kept out among those read and left out."""
        extra = self.documents_kept_out
        if not extra:
            return prepared
        read = prepared.documents_read + extra
        left_out = {**prepared.left_out, "origin": extra}
        report = {**prepared.report, "documents_read": read, "left_out": left_out}
        making = replace(read_making(prepared.making), kept_out=self.files_kept_out)
        return replace(prepared, documents_read=read, left_out=left_out, report=report, making=making_bytes(making))


def let_in(sources: Sequence[Source], allowed: Collection[Origin]) -> LetIn:
    """Raises OriginsForbidden when sources are there and none may train."""
    good = tuple(source for source in sources if source.origin in allowed)
    bad = tuple(source for source in sources if source.origin not in allowed)
    if bad and not good:
        came = tuple(dict.fromkeys(source.origin for source in bad))
        raise OriginsForbidden(sum(source.documents for source in bad), came, tuple(allowed))
    return LetIn(good, bad)


async def apply_policy(database: Database, allowed: Collection[Origin], *, now: datetime) -> None:
    """At start: open rounds that were prepared under another policy are prepared again, and it is written down."""
    async with database.begin() as tx:
        for round_ in await tx.rounds.under_other_origins(allowed):
            await tx.rounds.changed(round_.round_id)
            await tx.work.enqueue("prepare-round", round_.round_id, round_.team_id, run_at=now)
        for team_id in await tx.voices.teams():
            await write_down(tx, team_id, allowed, now=now)


async def write_down(tx: Transaction, team_id: str, allowed: Collection[Origin], *, now: datetime) -> None:
    """One audit row whenever the policy is another one than the last that was written down."""
    before = await tx.audit.newest(team_id, POLICY_SET)
    after = {"allowed": sorted(allowed)}
    if before is None or dict(before.after) != after:
        entry = AuditEntry(team_id, RUNNER, POLICY_SET, "workspace", before=before.after if before else {}, after=after)
        await tx.audit.record(entry, now=now)
