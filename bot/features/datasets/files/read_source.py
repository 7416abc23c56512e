"""The worker's side of a dropped file: fetch it, read it to its end, count it in or refuse it."""

from dataclasses import dataclass, replace

from bot.adding import kept_of, refuse_source, replace_pulled, source_key, source_message
from bot.cards import say_round_card
from bot.features.datasets.changing import append
from bot.features.datasets.files.sources import SourceFacts
from bot.features.datasets.files.speakers import SAME_NAME, similarity, with_guess
from bot.features.datasets.report.progress import telling
from bot.next_round import BOT, NOT_SAVED, changed
from bot.slack.failures import sentence_for
from pipeline.domain.documents import Filters
from pipeline.domain.preparing import FileFacts, FileRead, PreparedFile
from pipeline.domain.voices import (
    RecipeStep,
    Round,
    Source,
    SourceId,
    SourceState,
    Voice,
)
from pipeline.domain.work import WorkItem
from pipeline.errors import DataError, EmptyFile, FiguresWithoutPages, SameFile, UnreadableFile
from pipeline.ports import ArtifactStore, Clock, Database, FileFetcher, People, Preparer, Transaction

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
    source_facts: SourceFacts

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
            source = replace(source, sha256=source.sha256 or await self.fetch(source))
            await self.count_in(item, source, await self.read(item, source))
        except DataError as error:
            await self.refuse(item, source, error)

    async def read(self, item: WorkItem, source: Source) -> FileRead:
        sha256 = source.sha256 or ""

        async def say(so_far: int) -> None:
            await self.say_progress(item, source, so_far)

        async with self.database.read() as tx:
            await refuse_repeat(tx, source)
        async with self.artifacts.local_path(sha256) as path, telling(say) as progress:
            file = PreparedFile(path, source.name, sha256, source.reading)
            read = await self.preparer.read(file, progress=progress)
        refuse_empty(source.name, read.facts)
        return read

    async def fetch(self, source: Source) -> str:
        async with self.files.fetch(source.slack_file_id or "") as file:
            return await self.artifacts.put_file(file.path)

    async def say_progress(self, item: WorkItem, source: Source, so_far: int) -> None:
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            if (await tx.sources.by_id(source.source_id)).state == "waiting":  # it may be deleted while it is read
                round_ = await tx.rounds.by_id(source.round_id)
                facts = {"state": "waiting", "after": None, "in_front": 0, "so_far": so_far}
                await tx.outbox.say(source_message(source, round_, facts))

    async def refuse(self, item: WorkItem, source: Source, error: DataError) -> None:
        """A file that was read before stays as it was; only what was said about reading it is taken back."""
        before = await self.source_facts.of(replace(source, readings=source.readings[:-1]))
        async with self.database.begin() as tx:
            state = (await tx.sources.by_id(source.source_id)).state
            round_ = await tx.rounds.by_id(source.round_id)
            if state == "read" and before is not None:
                await tx.sources.update(source.source_id, state="read", readings=source.readings[:-1])
                await tx.outbox.say(source_message(source, round_, before | {"sentence": sentence_for(error)}))
            elif state == "waiting":  # not taken out or deleted meanwhile, which has been said
                await refuse_source(tx, source, error)
            await tx.work.finish(item)

    async def count_in(self, item: WorkItem, source: Source, read: FileRead) -> None:
        """A file that was deleted or taken out while it was read stays out, ready to be put back."""
        blob = await self.artifacts.put(read.catalogue)
        async with self.database.read() as tx:
            voice = await tx.voices.by_id(source.voice_id)
        guess = await self.guessed_filters(source, voice, read.facts)
        readings = with_guess(source.readings, read.facts, self.names_of(voice))
        known = replace(source, facts=read.facts, readings=readings, catalogue_blob=blob)
        facts = await self.source_facts.of(known, guess)
        async with self.database.begin() as tx:
            round_ = await tx.rounds.by_id(source.round_id)
            now = await tx.sources.by_id(source.source_id)
            await refuse_repeat(tx, source)  # a copy may have been read at the same time
            state: SourceState = "withdrawn" if now.state == "withdrawn" else "read"
            documents = read.facts.documents + read.facts.broken
            await tx.sources.update(
                source.source_id,
                state=state,
                sha256=source.sha256,
                documents=documents,
                facts=read.facts,
                readings=readings,
                catalogue_blob=blob,
            )
            stands = {"state": state, "withdrawn_by": now.withdrawn_by, "too_late": round_.state != "open"}
            news = (await tx.outbox.facts(source.team_id, source_key(source)) or {}).get("news")
            await tx.outbox.say(source_message(source, round_, (facts or {}) | stands | {"news": news}))
            await replace_pulled(tx, source)
            if round_.state == "open" and state == "read":  # approved while it was read: the next round takes it over
                await self.add_to_round(tx, round_, guess, documents)
            await tx.work.finish(item)

    async def add_to_round(self, tx: Transaction, round_: Round, guess: Filters | None, documents: int) -> None:
        steps = await tx.recipe_steps.of_round(round_.round_id)
        if guess is not None and not any(step.filters is not None for step in steps):
            step = RecipeStep(NOT_SAVED, round_.round_id, by=BOT, at=self.clock(), filters=guess)
            await append(tx, step, round_, self.clock)
        await changed(tx, round_, BOT, "source.read", {"documents": documents}, self.clock)
        voice = await tx.voices.by_id(round_.voice_id)
        await say_round_card(tx, await tx.rounds.by_id(round_.round_id), voice)

    async def guessed_filters(self, source: Source, voice: Voice, read: FileFacts) -> Filters | None:
        """Several authors and nobody chose: the one named like the owner, else the one who wrote most."""
        async with self.database.read() as tx:
            steps = await tx.recipe_steps.of_round(source.round_id)
        if len(read.authors) < 2 or any(step.filters is not None for step in steps):
            return None
        return Filters(author=likeliest_author(list(read.authors), self.names_of(voice)))

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


async def refuse_repeat(tx: Transaction, source: Source) -> None:
    """Raises SameFile when these bytes count already."""
    same = await tx.sources.same_bytes(source.round_id, source.sha256 or "")
    if same is not None and same.source_id != source.source_id:
        raise SameFile(source.name, same.added_at, await kept_of(tx, same))


def likeliest_author(authors: list[str], names: list[str]) -> str:
    """authors: most posts first."""
    alike = [(similarity(author, name), author) for author in authors for name in names]
    best, author = max(alike, key=lambda pair: pair[0])
    return author if best >= SAME_NAME else authors[0]
