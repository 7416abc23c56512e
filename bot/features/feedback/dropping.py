"""A better version as a file, dropped as a reply to a draft: noted at once, fetched and read by the worker."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from bot.draft_places import newest_in_thread, thread_of, wait_for_record
from bot.features.feedback.rewriting import Said as SaidThere
from bot.features.feedback.rewriting import keep, new_rewrite, rewrite_at, withdraw
from bot.slack.failures import sentence_for
from pipeline.domain.drafting import Draft, DraftId
from pipeline.domain.work import AuditEntry, Saying, WorkItem
from pipeline.errors import AppError, EmptyFile
from pipeline.ports import Clock, Database, FileFetcher, People, Transaction
from pipeline.rewrites import read_submission

UNREAD: Final = "feedback.unread_file"


class Versions(Protocol):
    async def read(self, path: Path, name: str) -> str:
        """The words of a .txt, .md or .docx. Raises DataError."""
        ...


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """The message it came with. slack_file_id: of the first file; more than one is no version."""

    team_id: str
    channel_id: str
    thread_ts: str
    ts: str
    user: str
    slack_file_id: str


@dataclass(frozen=True, slots=True)
class FindDraft:
    """Whether a thread is one of drafts, so that a file in it is a better version."""

    database: Database

    async def __call__(self, team_id: str, channel_id: str, thread_ts: str, ts: str) -> bool:
        async with self.database.read() as tx:
            key = await tx.outbox.key_at(team_id, channel_id, thread_ts)
            if key is not None:
                return key.startswith("draft:")
            return await newest_in_thread(tx, team_id, channel_id, thread_ts, before_ts=ts) is not None


@dataclass(frozen=True, slots=True)
class KeepDropped:
    """Puts the file into the queue, once per message; guests' are noted and not counted."""

    database: Database
    people: People
    clock: Clock

    async def __call__(self, dropped: DroppedFile) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            if not await tx.deliveries.first_time(seen_key(dropped), now=now):
                return
            await wait_for_record(tx, dropped.team_id, dropped.channel_id, now=now)
            draft = await newest_in_thread(
                tx, dropped.team_id, dropped.channel_id, dropped.thread_ts, before_ts=dropped.ts
            )
            if draft is None:
                return
            if self.people.is_guest(dropped.team_id, dropped.user):
                entry = AuditEntry(dropped.team_id, dropped.user, "feedback.guest_not_counted", draft.label)
                await tx.audit.record(entry, now=now)
                return
            subject = ":".join(
                (str(draft.draft_id), dropped.channel_id, dropped.ts, dropped.user, dropped.slack_file_id)
            )
            await tx.work.enqueue("read-version", subject, dropped.team_id, run_at=now)


@dataclass(frozen=True, slots=True)
class ReadVersion:
    """The worker's step. What cannot be read is told to whoever dropped it, alone."""

    database: Database
    files: FileFetcher
    versions: Versions
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        draft_id, channel_id, ts, user, slack_file_id = item.subject.split(":")
        async with self.database.read() as tx:
            draft = await tx.drafts.by_id(DraftId(int(draft_id)))
        try:
            async with self.files.fetch(slack_file_id) as file:
                submission = read_submission(await self.versions.read(file.path, file.name), slack_escaped=False)
                if not submission.text:
                    raise EmptyFile(file.name)
        except AppError as error:
            return await self.refuse(item, draft, user, error)
        now = self.clock()
        async with self.database.begin() as tx:
            if not await self.is_gone(tx, item, channel_id, ts):
                new = new_rewrite(item.team_id, draft, user, channel_id, ts)
                await keep(tx, draft, new, submission, now=now)
            await tx.work.finish(item)

    async def is_gone(self, tx: Transaction, item: WorkItem, channel_id: str, ts: str) -> bool:
        """Deleted before it was read."""
        return not await tx.deliveries.first_time(f"deleted:{item.team_id}:{channel_id}:{ts}:read", now=self.clock())

    async def refuse(self, item: WorkItem, draft: Draft, user: str, error: AppError) -> None:
        async with self.database.begin() as tx:
            facts = {"why": sentence_for(error)}
            key = f"version:{item.subject}:refused"
            await tx.outbox.say(Saying(key, UNREAD, facts, thread_of(draft), only_for=user))
            await tx.work.finish(item)


@dataclass(frozen=True, slots=True)
class DropDropped:
    """The message with the file was deleted: the version is withdrawn, or never kept."""

    database: Database
    clock: Clock

    async def __call__(self, said: SaidThere) -> None:
        now = self.clock()
        async with self.database.begin() as tx:
            await tx.deliveries.first_time(f"deleted:{said.team_id}:{said.channel_id}:{said.ts}:read", now=now)
            known = await rewrite_at(tx, said)
            if known is not None and not known.withdrawn:
                await withdraw(tx, known, by=said.user, now=now)


def seen_key(dropped: DroppedFile) -> str:
    return f"version:{dropped.team_id}:{dropped.channel_id}:{dropped.ts}"
