"""Adding files and sites from the command line: the same rows as from Slack, read here when no bot runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.adding import Incoming, add_sources, kept_of, round_for_adding, source_key
from bot.lookup import find_voice, only_steward
from bot.presence import is_present
from bot.worker import Worker
from pipeline.domain.voices import Round, Source, Voice
from pipeline.domain.work import WorkKind
from pipeline.errors import AppError, EmptyFile, FileTooBig, NoSuchFile, SameFile, WhichTeam
from pipeline.ports import ArtifactStore, Clock, Database, LivenessLocks

TERMINAL: Final = "command-line"  # who added it, in the audit log, when nobody was named


@dataclass(frozen=True, slots=True)
class Stored:
    """A file whose bytes are in the artifact store."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """refusals: of files that were not added. bot_runs: it reads them; otherwise they were read here."""

    voice: Voice
    round_: Round
    sources: tuple[Source, ...]
    refusals: tuple[AppError, ...]
    bot_runs: bool


@dataclass(frozen=True, slots=True)
class AddFromTerminal:
    """Raises UnknownVoice, WhichTeam, NotSteward, ConsentWithdrawn, RoundLocked before anything is added."""

    database: Database
    artifacts: ArtifactStore
    locks: LivenessLocks
    worker: Worker
    clock: Clock
    limit_bytes: int

    async def __call__(
        self, handle: str, files: Sequence[Path], sites: Sequence[Incoming], *, team: str | None, by: str | None
    ) -> Outcome:
        async with self.database.read() as tx:
            voice = await find_voice(tx, team or only_team(await tx.voices.teams()), handle)
        if by is not None:
            only_steward(voice, by)
        async with self.database.begin() as tx:
            await round_for_adding(tx, voice, now=self.clock())
        stored, refusals = await self.stored(files)
        new, same = await self.without_repeats(voice, stored)
        incoming = [Incoming(one.name, one.size_bytes, "direct", "command-line", sha256=one.sha256) for one in new]
        async with self.database.begin() as tx:
            round_ = await round_for_adding(tx, voice, now=self.clock())
            who = by or TERMINAL
            added = await add_sources(tx, round_, voice, who, [*incoming, *sites], now=self.clock())
        bot_runs = await is_present(self.locks)
        if not bot_runs:
            await self.read_here(round_, added)
        return Outcome(voice, round_, await self.as_they_stand(added), (*refusals, *same), bot_runs)

    async def stored(self, files: Sequence[Path]) -> tuple[list[Stored], list[AppError]]:
        good, refusals = [], list[AppError]()
        for path in files:
            if refusal := self.refusal_of(path):
                refusals.append(refusal)
            else:
                good.append(Stored(path.name, path.stat().st_size, await self.artifacts.put_file(path)))
        return good, refusals

    def refusal_of(self, path: Path) -> AppError | None:
        if not path.is_file():
            return NoSuchFile(str(path))
        size_bytes = path.stat().st_size
        if size_bytes > self.limit_bytes:
            return FileTooBig(path.name, size_bytes, self.limit_bytes)
        return None if size_bytes else EmptyFile(path.name)

    async def without_repeats(self, voice: Voice, stored: Sequence[Stored]) -> tuple[list[Stored], list[AppError]]:
        """Files that were read before, and the same bytes twice in one command, are not added."""
        first = {one.sha256: one for one in reversed(stored)}
        new, same = [], list[AppError]()
        async with self.database.read() as tx:
            latest = await tx.rounds.latest(voice.voice_id)
            for one in stored:
                read = await tx.sources.same_bytes(latest.round_id, one.sha256) if latest else None
                if read is not None:
                    same.append(SameFile(one.name, read.added_at, await kept_of(tx, read)))
                elif first[one.sha256] is one:
                    new.append(one)
        return new, same

    async def read_here(self, round_: Round, added: Sequence[Source]) -> None:
        """Only what was just added: other work may need Slack or money, and waits for the bot."""
        ids = [str(source.source_id) for source in added]
        only: dict[WorkKind, list[str]] = {
            "pull-site": ids,
            "read-source": ids,
            "prepare-round": [str(round_.round_id)] if ids else [],
        }
        await self.worker.work_off(only)

    async def as_they_stand(self, added: Sequence[Source]) -> tuple[Source, ...]:
        async with self.database.read() as tx:
            return tuple([await tx.sources.by_id(source.source_id) for source in added])

    async def told(self, source: Source) -> dict[str, object] | None:
        """The facts of the message about it."""
        async with self.database.read() as tx:
            facts = await tx.outbox.facts(source.team_id, source_key(source))
        return dict(facts) if facts is not None else None


def only_team(teams: Sequence[str]) -> str:
    if len(teams) != 1:
        raise WhichTeam(tuple(teams))
    return teams[0]
