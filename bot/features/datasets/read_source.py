"""The worker's side of a dropped file: fetch it, read it to its end, count it in or refuse it."""

from dataclasses import dataclass, replace

from bot.adding import refuse_source, replace_pulled, source_key, source_message
from bot.cards import say_round_card
from bot.features.datasets.file_facts import read_facts
from bot.features.datasets.speakers import SAME_NAME, similarity, with_guess
from bot.features.datasets.usecase import NOT_SAVED, append, changed
from bot.slack.failures import sentence_for
from pipeline.domain.documents import Filters
from pipeline.domain.preparing import FileFacts, PreparedFile
from pipeline.domain.voices import (
    RecipeStep,
    Round,
    Source,
    SourceId,
    Voice,
)
from pipeline.domain.work import WorkItem
from pipeline.errors import DataError, EmptyFile, FiguresWithoutPages, SameFile, UnreadableFile
from pipeline.ports import ArtifactStore, Clock, Database, FileFetcher, People, Preparer, Transaction

BOT = "understudy"
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class ReadSource:
    """Fetches one file, reads it to its end, and counts it in; or refuses it, leaving everything as it was."""

    database: Database
    artifacts: ArtifactStore
    files: FileFetcher
    preparer: Preparer
    people: People
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            source = await tx.sources.by_id(SourceId(int(item.subject)))
        if source.state not in ("waiting", "read"):
            async with self.database.begin() as tx:
                await tx.work.finish(item)
            return
        if item.attempts > MAX_ATTEMPTS:
            # Tried again and again by a bot that failed or died over it: the file is given up, not the bot.
            await self.refuse(item, source, UnreadableFile(source.name))
            return
        try:
            sha256 = source.sha256 or await self.fetch(source)
            async with self.database.read() as tx:
                await refuse_repeat(tx, source, sha256)
            async with self.artifacts.local_path(sha256) as path:
                facts = await self.preparer.read(PreparedFile(path, source.name, sha256, source.reading))
            refuse_empty(source.name, facts)
            await self.count_in(item, source, sha256, facts)
        except DataError as error:
            await self.refuse(item, source, error)

    async def fetch(self, source: Source) -> str:
        async with self.files.fetch(source.slack_file_id or "") as file:
            return await self.artifacts.put_file(file.path)

    async def refuse(self, item: WorkItem, source: Source, error: DataError) -> None:
        """A file that was read before stays as it was; only what was said about reading it is taken back."""
        async with self.database.begin() as tx:
            round_ = await tx.rounds.by_id(source.round_id)
            if source.state == "read":
                before = replace(source, readings=source.readings[:-1])
                await tx.sources.update(source.source_id, state="read", readings=before.readings)
                facts = read_facts(before) | {"sentence": sentence_for(error)}
                await tx.outbox.say(source_message(source, round_, facts))
            else:
                await refuse_source(tx, source, error)
            await tx.work.finish(item)

    async def count_in(self, item: WorkItem, source: Source, sha256: str, read: FileFacts) -> None:
        async with self.database.begin() as tx:
            round_ = await tx.rounds.by_id(source.round_id)
            voice = await tx.voices.by_id(source.voice_id)
            await refuse_repeat(tx, source, sha256)  # a copy may have been read at the same time
            documents = read.documents + read.broken
            readings = with_guess(source.readings, read, self.names_of(voice))
            await tx.sources.update(
                source.source_id, state="read", sha256=sha256, documents=documents, facts=read, readings=readings
            )
            known = replace(source, facts=read, readings=readings)
            said = await tx.outbox.facts(source.team_id, source_key(source)) or {}
            facts = read_facts(known) | {"news": said.get("news")}
            await tx.outbox.say(source_message(source, round_, facts))
            await replace_pulled(tx, source)
            if round_.state == "open":  # approved while this was read: it waits for the next round, which takes it over
                await self.guess_filters(tx, round_, voice, read)
                await changed(tx, round_, BOT, "source.read", {"documents": documents}, self.clock)
                await say_round_card(tx, await tx.rounds.by_id(round_.round_id), voice)
            await tx.work.finish(item)

    async def guess_filters(self, tx: Transaction, round_: Round, voice: Voice, read: FileFacts) -> None:
        """Several authors and nobody chose: the one named like the owner, else the one who wrote most."""
        steps = await tx.recipe_steps.of_round(round_.round_id)
        if len(read.authors) < 2 or any(step.filters is not None for step in steps):
            return
        author = likeliest_author(list(read.authors), self.names_of(voice))
        step = RecipeStep(NOT_SAVED, round_.round_id, by=BOT, at=self.clock(), filters=Filters(author=author))
        await append(tx, step, round_, self.clock)

    def names_of(self, voice: Voice) -> list[str]:
        """What the owner may be called in a file."""
        return [self.people.name(voice.owner), voice.handle]


def refuse_empty(name: str, read: FileFacts) -> None:
    """Raises when nothing in the file is of use."""
    if read.documents or read.figures:
        return
    if any(notice.kind == "no-pages" for notice in read.notices):
        raise FiguresWithoutPages(name)
    raise UnreadableFile(name) if read.broken else EmptyFile(name)


async def refuse_repeat(tx: Transaction, source: Source, sha256: str) -> None:
    """Raises SameFile when these bytes count already."""
    same = await tx.sources.same_bytes(source.voice_id, sha256)
    if same is not None and same.source_id != source.source_id:
        raise SameFile(source.name, same.added_at, same.documents)


def likeliest_author(authors: list[str], names: list[str]) -> str:
    """authors: most posts first."""
    alike = [(similarity(author, name), author) for author in authors for name in names]
    best, author = max(alike, key=lambda pair: pair[0])
    return author if best >= SAME_NAME else authors[0]
